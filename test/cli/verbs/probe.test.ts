import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sanctioned } from "../run.ts";

let org: LocalOrg;
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  org = await startLocalOrg({ org: smallOrg() });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-probe-"));
  env = {
    ...{ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken },
    SANCTIONED_AUDIT_FILE: path.join(folder, "audit.jsonl"),
  };
  writeFileSync(
    path.join(folder, "policy.yaml"),
    "version: 1\nunlisted: report\nlimits: { percent: 100 }\napps: []\n",
  );
});
afterEach(async () => {
  await org.close();
  rmSync(folder, { recursive: true });
});

const out = () => path.join(folder, "profile.json");
const profile = () => JSON.parse(readFileSync(out(), "utf8"));

it("prints each question with its answer and what it means, and writes the profile to a new file", async () => {
  const { code, stdout, stderr } = await sanctioned(["probe", "--out", out()], env);
  expect([code, stderr]).toEqual([
    0,
    `The org profile is in ${out()}. Read it, and attach it to an issue.\n`,
  ]);
  expect(stdout).toContain("How is a revoke call with a token that cannot exist answered?\n");
  expect(stdout).toContain("→ Address, method, body and error are as the tool takes them.\n");
  expect(profile()).toMatchObject({ kind: "sanctioned-org-profile", revocation: null });
  expect(org.store.grants()).toHaveLength(4);
  const before = org.requests.length;
  const again = await sanctioned(["probe", "--out", out()], env);
  expect(org.requests).toHaveLength(before);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("[file-exists]")]);
});

it("revokes the one pair that is named, on record, and says in the profile what came of it", async () => {
  const pair = [
    "--app",
    "Dialer",
    "--user",
    "ann@small.example",
    "--policy",
    path.join(folder, "policy.yaml"),
  ];
  const { code, stdout, stderr } = await sanctioned(
    ["probe", "--out", out(), ...pair, "--destructive", "--yes"],
    env,
  );
  expect([code, stderr]).toEqual([0, expect.stringContaining("1 of 1 grants to revoke")]);
  expect(org.store.grants().map(({ AppName }) => AppName)).not.toContain("Dialer");
  expect(org.store.grants()).toHaveLength(3);
  expect(profile().revocation).toEqual({ outcome: "revoked", sessionsLeft: "0" });
  expect(stdout).not.toContain("ann@small.example");
  expect(readFileSync(path.join(folder, "audit.jsonl"), "utf8")).toContain('"reason":"sanctioned probe"');
});

it("revokes nothing for a pair that is named in part, without --destructive, or where nobody can be asked", async () => {
  const pair = [
    "--app",
    "Dialer",
    "--user",
    "ann@small.example",
    "--policy",
    path.join(folder, "policy.yaml"),
  ];
  for (const [args, error] of [
    [["--app", "Dialer", "--destructive"], "probe-pair-not-whole"],
    [pair, "probe-pair-not-whole"],
    [[...pair, "--destructive"], "confirmation-not-possible"],
  ] as const) {
    const { code, stderr } = await sanctioned(["probe", "--out", out(), ...args], env);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`[${error}]`)]);
  }
  expect(org.store.grants()).toHaveLength(4);
});
