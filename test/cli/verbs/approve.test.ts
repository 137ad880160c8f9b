import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { KeyRing, type TestKey } from "../../sign/keys.ts";
import { sanctioned } from "../run.ts";
import { typedAt } from "../typed.ts";

const keys = new KeyRing();
let ada: TestKey;
let ben: TestKey;
let org: LocalOrg;
let folder: string;
let policy: string;
let plan: string;
let env: Record<string, string>;

beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  ada = keys.make("ada");
  ben = keys.make("ben");
});
afterAll(async () => {
  await org.close();
  keys.remove();
});
beforeEach(() => {
  folder = mkdtempSync(path.join(keys.folder, "case-"));
  policy = path.join(folder, "policy.yaml");
  plan = path.join(folder, "plan.json");
  writeFileSync(
    path.join(folder, "allowed_signers"),
    `ada@dieppe.example ${ada.line}\nben@dieppe.example ${ben.line}\n`,
  );
  says("required: 2");
  env = {
    SF_ORG_INSTANCE_URL: org.url,
    SF_ACCESS_TOKEN: org.accessToken,
    SANCTIONED_AUDIT_FILE: path.join(folder, "audit.jsonl"),
  };
});

function says(approvals: string, limits = "percent: 100"): void {
  writeFileSync(
    policy,
    [
      "version: 1",
      "unlisted: report",
      `apps: [{ name: "${BOBS_TOOL.name}", sanctioned: false, reason: Trial }]`,
      `limits: { ${limits} }`,
      `approvals: { signers: allowed_signers, ${approvals} }`,
      "",
    ].join("\n"),
  );
}
const run = (...args: string[]) => sanctioned([...args, "--policy", policy], env);
const approve = (key: TestKey, ...more: string[]) => run("approve", plan, "--key", key.file, ...more);
const signatures = () => readdirSync(folder).filter((name) => name.endsWith(".sig"));

it("who approves a plan sees what of which org, and signs it; --check says who has", async () => {
  const made = await run("plan", "--out", plan);
  expect(made.stdout).toContain(
    "An update revokes nothing of it without 2 signed approvals (docs/approvals.md).",
  );
  expect((await approve(ada)).stderr).toContain("[approving-not-asked]");
  expect(signatures()).toEqual([]);
  const first = await approve(ada, "--yes");
  expect([first.code, signatures().length]).toEqual([0, 1]);
  expect(first.stdout).toContain("Dieppe Trading (00D000000001942EAA)");
  expect(first.stdout).toContain("Org 00D000000001942EAA, policy ");
  expect(first.stdout).toMatch(
    /\n {2}12 of 12 users, Bob's Lead Scoring Tool: app denied \(.*policy\.yaml:3\); whatever grants/,
  );
  expect(first.stdout).toContain("Limits: 12 of 50 revocations");
  expect(first.stdout).toContain("approvals: 2 wanted, 1 given (ada@dieppe.example)\n");
  const few = await run("approve", plan, "--check");
  expect([few.code, few.stdout.split("\n")[0]]).toEqual([
    1,
    "approvals: 2 wanted, 1 given (ada@dieppe.example)",
  ]);
  await approve(ben, "--yes");
  const enough = await run("approve", plan, "--check", "--format", "json");
  expect(enough.code).toBe(0);
  expect(JSON.parse(enough.stdout).signedBy.sort()).toEqual(["ada@dieppe.example", "ben@dieppe.example"]);
});

it("a plan that a limit refused is not signed", async () => {
  says("required: 1", "revocations: 5");
  await run("plan", "--out", plan);
  expect((await approve(ada, "--yes")).stderr).toContain("[approving-refused-plan]");
  expect(signatures()).toEqual([]);
});

it("by hand nothing is revoked but what a signed plan lists, unless the policy waives it", async () => {
  says("required: 1");
  const USER = org.store.username(org.store.grants().find(({ AppName }) => AppName === BOBS_TOOL.name)!);
  const byHand = (...more: string[]) =>
    run("revoke", "--user", USER, "--app", BOBS_TOOL.name, "--reason", "Left", ...more);
  const before = org.store.grants().length;
  expect((await byHand("--yes")).stderr).toContain("[approved-plan-missing]");
  expect((await byHand("--dry-run", "--out", plan)).stdout).toContain("approvals: 1 wanted, 0 given\n");
  expect((await byHand("--yes", "--approved-plan", plan)).stderr).toContain("[approvals-missing]");
  await approve(ben, "--yes");
  expect(org.store.grants()).toHaveLength(before);
  const done = await run(
    "revoke",
    "--app",
    BOBS_TOOL.name,
    "--reason",
    "Left",
    "--yes",
    "--approved-plan",
    plan,
  );
  expect(done.stdout).toContain("left alone: 11 more that ");
  expect(done.stdout).toContain("1 revoked");
  expect(org.store.grants()).toHaveLength(before - 1);
  const [start] = readFileSync(env.SANCTIONED_AUDIT_FILE!, "utf8").split("\n");
  expect(JSON.parse(start!).approval.signedBy).toEqual(["ben@dieppe.example"]);
});

it("a watch that would revoke refuses to start where its revocations are not waived", async () => {
  const refused = await run("watch", "--once", "--enforce", "leavers");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("[approved-plan-missing]")]);
});

it.each(["\u0003", "\u0004", "1\r"])(
  "signs nothing where the number is not typed at its question: %j",
  async (typed) => {
    await run("plan", "--out", plan);
    // Another test revokes one.
    const { length } = JSON.parse(readFileSync(plan, "utf8")).revocations;
    const args = ["approve", plan, "--key", ada.file, "--policy", policy];
    const asked = `Type ${length} to approve ${length}: `;
    const shown = await typedAt(args, [[asked, typed]], { env, folder, ahead: `${length}\r` });
    expect(shown).toContain("[approving-not-confirmed]");
    expect(signatures()).toEqual([]);
  },
);
