import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { ANN, BEN, smallOrg } from "salesforce-local-org/orgs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { planFile } from "../../src/plan/planFile.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
import { checkLines } from "../../src/pulumi/checkLines.ts";
import { ConnectedUserProvider } from "../../src/pulumi/provider.ts";
import { signatureFile, statementOf } from "../../src/run/approvals.ts";
import { openObserver, openRevoker } from "../../src/run/open.ts";
import { sign } from "../../src/sign/sshKeygen.ts";
import { APPROVAL } from "../../src/sign/statement.ts";
import { programInputs } from "../pulumi/programInputs.ts";
import { KeyRing, type TestKey } from "../sign/keys.ts";

const keys = new KeyRing();
let ada: TestKey;
let ben: TestKey;
let org: LocalOrg;
let folder: string;
let policy: string;
let plan: string;
let env: Record<string, string>;

beforeAll(() => {
  ada = keys.make("ada");
  ben = keys.make("ben");
});
afterAll(() => keys.remove());
beforeEach(async () => {
  const grant = (username: string) => ({
    username,
    app: "Old Tool",
    createdAt: "2026-01-01T00:00:00Z",
    lastUsedAt: null,
    useCount: 0,
  });
  org = await startLocalOrg({ org: { ...smallOrg(), grants: [grant(ANN), grant(BEN)] } });
  folder = mkdtempSync(path.join(tmpdir(), "signed-"));
  policy = path.join(folder, "policy.yaml");
  plan = path.join(folder, "approved.json");
  env = {
    SF_ORG_INSTANCE_URL: org.url,
    SF_ACCESS_TOKEN: org.accessToken,
    SANCTIONED_AUDIT_FILE: path.join(folder, "audit.jsonl"),
  };
  const approvals = "approvals: { signers: allowed_signers, required: 2 }";
  writeFileSync(
    policy,
    `version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\nlimits: { percent: 100 }\n${approvals}\n`,
  );
  writeFileSync(path.join(folder, "allowed_signers"), `ada ${ada.line}\nben ${ben.line}\n`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await org.close();
  rmSync(folder, { recursive: true });
});

async function planned(): Promise<PlanFile> {
  const observer = openObserver({ folder, env });
  const file = planFile(await observer.observe(observer.want(policy)), { all: false });
  writeFileSync(plan, JSON.stringify(file));
  return file;
}

function signed(file: PlanFile, by: TestKey): void {
  const signature = sign(statementOf(file), { key: by.file, namespace: APPROVAL, env: process.env });
  writeFileSync(signatureFile(plan, signature), signature.armored);
}

/** A phase of Pulumi: the check, and of an update what follows it. @returns why it was refused, or what is left in the org */
async function phase(kind: "preview" | "update", more: Record<string, string> = {}) {
  for (const [name, value] of Object.entries({ ...env, ...more })) vi.stubEnv(name, value);
  const provider = new ConnectedUserProvider();
  const { inputs, failures = [] } = await provider.check(
    {},
    programInputs(policy, { preview: kind === "preview" }),
  );
  if (kind === "update" && inputs !== undefined) await provider.create(inputs);
  vi.unstubAllEnvs();
  return failures.length > 0 ? failures.map(({ reason }) => reason) : org.store.grants().length;
}

it("where approvals are required a preview shows what an update revokes none of, until enough have signed", async () => {
  expect(await phase("preview")).toBe(2);
  expect(await phase("update")).toEqual([expect.stringContaining("[approved-plan-missing]")]);
  const file = await planned();
  expect(file.policy.approvals).toBe(2);
  const approved = { SANCTIONED_APPROVED_PLAN: plan };
  expect(await phase("update", approved)).toEqual([
    expect.stringMatching(/Approvals are required \(2\), and .* has fewer \(0\).*\[approvals-missing\]/),
  ]);
  signed(file, ada);
  expect(await phase("preview", approved)).toBe(2);
  const run = openRevoker({ folder, env: { PATH: process.env.PATH, ...env, ...approved } });
  expect(checkLines(await run.propose(run.want(policy))).join("\n")).toMatch(
    /\napprovals: 2 wanted, 1 given \(ada\)\n {2}counts: ada, approved\.json\.\S+\.sig$/,
  );
  expect(await phase("update", approved)).toEqual([expect.stringContaining("has fewer (1)")]);
  expect(org.writes).toEqual([]);
  signed(file, ben);
  expect(await phase("update", { ...approved, SANCTIONED_EXCLUDED_APPROVERS: "BEN" })).toEqual([
    expect.stringContaining("has fewer (1)"),
  ]);
  expect(await phase("update", approved)).toBe(0);
  const start = JSON.parse(readFileSync(path.join(folder, "audit.jsonl"), "utf8").split("\n")[0]!);
  expect(start.approval).toMatchObject({ kind: "plan", digest: file.digest, signedBy: ["ada", "ben"] });
});

it("where nobody has to sign, what lies beside the plan stops nothing", async () => {
  writeFileSync(
    policy,
    "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\nlimits: { percent: 100 }\n",
  );
  await planned();
  for (let i = 0; i <= 1000; i++) writeFileSync(`${plan}.${i}.sig`, "x");
  const set = { SANCTIONED_ALLOWED_SIGNERS: path.join(folder, "none"), PATH: "" };
  expect(await phase("update", { ...set, SANCTIONED_APPROVED_PLAN: plan })).toBe(0);
});

it("a plan made again, with the same revocations, is another and wants its own approvals", async () => {
  const first = await planned();
  signed(first, ada);
  signed(first, ben);
  await planned();
  expect(await phase("update", { SANCTIONED_APPROVED_PLAN: plan })).toEqual([
    expect.stringContaining("has fewer (0)"),
  ]);
});

it("what a change of the policy says does not lower what the run is set to", async () => {
  const given = path.join(folder, "given");
  writeFileSync(given, `ada ${ada.line}\n`);
  // The change asks for nothing, or for the approval of whom it lists itself.
  for (const approvals of ["", "approvals: { signers: mine }"]) {
    writeFileSync(path.join(folder, "mine"), `eve ${ben.line}\n`);
    writeFileSync(
      policy,
      `version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\nlimits: { percent: 100 }\n${approvals}\n`,
    );
    const file = await planned();
    signed(file, ben);
    const set = { SANCTIONED_ALLOWED_SIGNERS: given, SANCTIONED_REQUIRED_APPROVALS: "1" };
    expect(await phase("update", set)).toEqual([expect.stringContaining("[approved-plan-missing]")]);
    expect(await phase("update", { ...set, SANCTIONED_APPROVED_PLAN: plan })).toEqual([
      expect.stringContaining("has fewer (0)"),
    ]);
  }
  expect(org.writes).toEqual([]);
});

it("whoever calls a revoker without approvals is refused by it, for each purpose that the policy does not waive", async () => {
  const run = openRevoker({ folder, env });
  const evaluation = await run.observe(run.want(policy));
  for (const purpose of ["update", "leavers", "by-hand"] as const) {
    await expect(run.revoke(evaluation.plan, evaluation, { purpose })).rejects.toMatchObject({
      code: "approved-plan-missing",
    });
    const approval = { kind: "plan", file: "p", digest: "d", lifts: null, signedBy: ["ada", "ada"] } as const;
    await expect(run.revoke(evaluation.plan, evaluation, { purpose, approval })).rejects.toMatchObject({
      code: "approvals-missing",
    });
  }
  expect(org.writes).toEqual([]);
});
