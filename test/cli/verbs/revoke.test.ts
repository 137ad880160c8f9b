import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sanctioned } from "../run.ts";
import { typedAt } from "../typed.ts";

const ADA = "ada.weber@dieppe.example";
let org: LocalOrg;
let folder: string;
let env: Record<string, string>;
let record: string;

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-revoke-"));
  record = path.join(folder, "audit.jsonl");
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken, SANCTIONED_AUDIT_FILE: record };
});
afterEach(async () => {
  await org.close();
  rmSync(folder, { recursive: true });
});

const held = (username: string) =>
  org.store.grants().filter((grant) => org.store.username(grant) === username).length;
const ofApp = (name: string) => org.store.grants().filter(({ AppName }) => AppName === name).length;
const revoke = (...args: string[]) => sanctioned(["revoke", "--reason", "Left (HR-81)", ...args], env);
const lines = () =>
  readFileSync(record, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
const calls = () => org.requests.filter(({ path: at }) => at === "/services/oauth2/revoke").length;

describe("sanctioned revoke", () => {
  it("revokes everything of a user, verified and on record with the reason", async () => {
    const before = held(ADA);
    expect(before).toBeGreaterThan(1);
    const all = org.store.grants().length;
    const { code, stdout } = await revoke("--user", ADA, "--yes");
    expect(stdout).toContain(
      `${before} of ${before} grants to revoke in Dieppe Trading (00D000000001942EAA):\n`,
    );
    expect(stdout).toMatch(
      new RegExp(`${before} revoked\\. On record in .*audit\\.jsonl \\([0-9a-f]{64}\\)\\.`),
    );
    expect([code, held(ADA), org.store.grants().length]).toEqual([0, 0, all - before]);
    expect(lines()[0]).toMatchObject({
      event: "run-start",
      reason: "Left (HR-81)",
      org: { id: "00D000000001942EAA" },
      actor: { username: "sanctioned.integration@dieppe.example" },
      revocations: before,
    });
    expect(lines().filter(({ event }) => event === "revoking")).toHaveLength(before);
    expect(lines().at(-1)).toMatchObject({ event: "run-end", outcomes: { revoked: before } });
    expect(stdout).toMatch(/\nTwo looks found nothing more to revoke, after 1 round\.\n$/);
    const verified = await sanctioned(["audit", "verify", record]);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(": whole, ")]);
  });

  it("revokes everything of an app, and of a user for an app", async () => {
    expect((await revoke("--user", ADA, "--app", BOBS_TOOL.name, "--yes")).code).toBe(0);
    expect(ofApp(BOBS_TOOL.name)).toBe(11);
    expect((await revoke("--app", BOBS_TOOL.name, "--yes")).code).toBe(0);
    expect(ofApp(BOBS_TOOL.name)).toBe(0);
  });

  it("with --dry-run only says what it would do", async () => {
    const { code, stdout } = await revoke("--app", BOBS_TOOL.name, "--dry-run");
    expect(code).toBe(0);
    expect(stdout).toContain("\n- Bob's Lead Scoring Tool: 12 users *\n");
    expect(stdout.match(/^ {2}- \S+@dieppe\.example +granted /gm)).toHaveLength(12);
    expect(stdout).toMatch(/\n12 grants to revoke in Dieppe Trading: 12 × Bob's Lead Scoring Tool\.\n$/);
    expect(calls()).toBe(0);
  });

  it("asks first, and where nobody can be asked revokes nothing", async () => {
    const { code, stderr } = await revoke("--app", BOBS_TOOL.name);
    expect([code, stderr]).toEqual([
      1,
      "Nobody can be asked here: nothing was revoked. Where that is meant: `npx sanctioned revoke --reason 'Left (HR-81)' --app 'Bob'\\''s Lead Scoring Tool' --yes`. [confirmation-not-possible]\n",
    ]);
    expect(calls()).toBe(0);
  });

  it("leaves what the policy protects, and its own user, alone", async () => {
    const policy = path.join(folder, "policy.yaml");
    writeFileSync(policy, `version: 1\nunlisted: report\napps: []\nprotected: { users: [${ADA}] }\n`);
    const { code, stdout } = await revoke("--app", BOBS_TOOL.name, "--yes", "--policy", policy);
    expect([code, ofApp(BOBS_TOOL.name)]).toEqual([0, 1]);
    expect(stdout).toContain("11 of 12 grants to revoke");
    expect(stdout).toContain("left alone: 1 protected\n");
    const own = await revoke("--user", "sanctioned.integration@dieppe.example", "--yes", "--policy", policy);
    expect(own.stdout).not.toContain("  - ");
  });

  it("is held to the policy's limits, which a number and a reason raise for one run", async () => {
    const refused = await revoke("--app", "Slack", "--yes");
    expect([refused.code, calls()]).toEqual([3, 0]);
    expect(refused.stderr).toContain("186 revocations are over the limit of 50 (limits.revocations)");
    expect(refused.stdout).toMatch(
      /\n186 grants to revoke in Dieppe Trading, refused by the limits \(nothing is revoked\): 186 × Slack\.\n$/,
    );
    const [command] = /^ {2}SANCTIONED_RAISE_.*$/m.exec(refused.stderr) ?? [];
    expect(command).toBe(
      "  SANCTIONED_RAISE_REVOCATIONS=186 SANCTIONED_RAISE_PERCENT=41.6 SANCTIONED_RAISE_PER_APP=186 SANCTIONED_RAISE_REASON='Left (HR-81)' npx sanctioned revoke --reason 'Left (HR-81)' --app Slack --yes",
    );

    const numberAlone = await sanctioned(["revoke", "--reason", "Breach", "--app", "Slack", "--yes"], {
      ...env,
      SANCTIONED_RAISE_REVOCATIONS: "186",
    });
    expect(numberAlone.stderr).toBe(
      "A limit is raised for this run without a reason. Say why in SANCTIONED_RAISE_REASON: both go on record. [limit-raised-without-reason]\n",
    );
    // As it is printed, in a shell.
    const printed = command!.replace("npx sanctioned", `${process.execPath} bin/sanctioned.js`);
    await promisify(execFile)("bash", ["--norc", "-c", printed], {
      env: { PATH: process.env.PATH, ...env, SANCTIONED_REVOKES_PER_SECOND: "1000" },
    });
    expect(ofApp("Slack")).toBe(0);
    expect(lines()[0]).toMatchObject({
      reason: "Left (HR-81); limits raised: Left (HR-81)",
      raisedLimits: { revocations: 186, percent: 41.6, perApp: 186 },
    });
  });

  it("goes on until two looks find nothing: a token that was exchanged in the middle goes in the next round, on record too", async () => {
    org.setFaults([{ kind: "rotate", match: "/oauth2/revoke", username: ADA, count: 1 }]);
    const { code, stdout } = await revoke("--app", BOBS_TOOL.name, "--yes");
    expect(stdout).toMatch(/\nreplaced: Bob's Lead Scoring Tool, ada\.weber@.*: granted again at 20/);
    expect(stdout).toContain("\nRound 2: 1 of 1 grants to revoke in Dieppe Trading");
    expect(stdout).toMatch(/\nTwo looks found nothing more to revoke, after 2 rounds\.\n$/);
    expect([code, ofApp(BOBS_TOOL.name)]).toEqual([0, 0]);
    expect(lines().flatMap(({ event, reason }) => (event === "run-start" ? [reason] : []))).toEqual([
      "Left (HR-81)",
      "Left (HR-81)",
    ]);
    const verified = await sanctioned(["audit", "verify", record]);
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(": whole, ")]);
  });

  it("gives up after five rounds, says what is there again, and exits 1", async () => {
    org.setFaults([{ kind: "rotate", match: "/oauth2/revoke", username: ADA }]);
    const { code, stderr } = await revoke("--user", ADA, "--app", BOBS_TOOL.name, "--yes");
    expect(stderr).toContain(
      "Of what was revoked in 5 rounds 1 grants are there again. Block the app in Setup",
    );
    expect([code, ofApp(BOBS_TOOL.name), calls()]).toEqual([1, 12, 5]);
  });

  it("says what it could not revoke, and exits 1", async () => {
    org.setFaults([{ kind: "status", match: "/services/oauth2/revoke", username: ADA, status: 500 }]);
    const { code, stdout } = await revoke("--app", BOBS_TOOL.name, "--yes");
    expect([code, ofApp(BOBS_TOOL.name)]).toEqual([1, 1]);
    expect(stdout).toContain(
      `failed: Bob's Lead Scoring Tool, ${ADA}: the revoke endpoint answered HTTP 500`,
    );
    expect(stdout).toContain("11 revoked, 1 failed.");
  });

  it("wants a reason, and a user or an app", async () => {
    expect((await sanctioned(["revoke", "--user", ADA], env)).stderr).toContain(
      "required option '--reason <text>'",
    );
    expect((await revoke()).stderr).toBe(
      "Nobody's grants are named. Say whose to revoke: --user, --app or both. [nobody-named]\n",
    );
  });

  it("holds no token, in its output and on record", async () => {
    const tokens = org.store
      .grants()
      .flatMap(({ DeleteToken, AccessToken }) => [DeleteToken, AccessToken])
      .map(String);
    const { stdout, stderr } = await revoke("--app", BOBS_TOOL.name, "--yes");
    const all = stdout + stderr + readFileSync(record, "utf8");
    for (const token of [...tokens, org.accessToken]) expect(all).not.toContain(token);
  });
});

describe("the number that is asked for at a terminal", () => {
  const ofOne = ["revoke", "--user", ADA, "--app", BOBS_TOOL.name, "--reason", "Left"];
  const ROOT = path.resolve(import.meta.dirname, "../../.."); // which has the policy
  const asked = "Type 1 to revoke 1: ";

  it.each([
    ["is no answer where it was typed before it was asked for", "1\r"],
    ["is not asked for at a terminal that was left before", "\u0004"],
  ])("%s", async (_rule, ahead) => {
    const shown = await typedAt(ofOne, [[asked, "no\r"]], { env, folder: ROOT, ahead });
    expect(shown).toContain("The number was not typed: nothing was revoked.");
    expect([ofApp(BOBS_TOOL.name), calls()]).toEqual([12, 0]);
  });

  it("revokes once it is typed", async () => {
    expect(await typedAt(ofOne, [[asked, "1\r"]], { env, folder: ROOT, ahead: "2\r" })).toContain(
      "1 revoked.",
    );
    expect(ofApp(BOBS_TOOL.name)).toBe(11);
  });
});
