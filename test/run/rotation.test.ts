import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { ANN, BEN, DIALER, PAYROLL, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { countOutcomes } from "../../src/plan/outcome.ts";
import { planFile } from "../../src/plan/planFile.ts";
import { openObserver, openRevoker } from "../../src/run/open.ts";
import { DAY_MS } from "../../src/time.ts";
import { rotateInUse } from "../night.ts";

const POLICY = `version: 1
unlisted: revoke
platformApps: revoke
apps:
  - { id: ${PAYROLL.id}, users: everyone, maxIdleDays: 30 }
  - { id: ${DIALER.id}, users: everyone, maxAgeDays: 365 }
  - { id: ${PORTAL.id}, users: { usernames: [${BEN}] } }
limits: { percent: 100 }
leavers: { frozen: report }
`;
const NOW = Date.now();
const ago = (days: number) => NOW - days * DAY_MS;
/** As ISO 8601, to the second as the org has it. */
const second = (time: number) => new Date(Math.floor(time / 1_000) * 1_000).toISOString();

let org: LocalOrg;
let folder: string;
let env: Record<string, string>;

beforeEach(async () => {
  const grant = (username: string, app: string, granted: number, used: number) => ({
    username,
    app,
    createdAt: second(ago(granted)),
    lastUsedAt: second(ago(used)),
    useCount: 40,
  });
  org = await startLocalOrg({
    org: {
      ...smallOrg(),
      grants: [
        grant(ANN, "Old Tool", 900, 0.2), // not listed, in use
        grant(BEN, "Old Tool", 700, 400), // not listed, dormant
        grant(ANN, PORTAL.name, 300, 0.1), // not in scope, in use
        grant(ANN, PAYROLL.name, 300, 45), // idle
        grant(ANN, DIALER.name, 600, 0.3), // too old, in use
        grant(BEN, DIALER.name, 600, 200), // too old, dormant
      ],
    },
  });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-night-"));
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  writeFileSync(path.join(folder, "policy.yaml"), POLICY);
});
afterEach(async () => {
  await org?.close();
  rmSync(folder, { recursive: true });
});

async function reviewed() {
  const observer = openObserver({ folder, env });
  const evaluation = await observer.observe(observer.want("policy.yaml"));
  const file = planFile(evaluation, { all: false });
  writeFileSync(path.join(folder, "approved.json"), JSON.stringify(file));
  return file;
}

async function applied() {
  const run = openRevoker({ folder, env: { ...env, SANCTIONED_APPROVED_PLAN: "approved.json" } });
  const { evaluation, drift, approval } = await run.propose(run.want("policy.yaml"));
  const { outcomes } = await run.revoke(evaluation.plan, evaluation, { purpose: "update", approval });
  return { counts: countOutcomes(outcomes), drift };
}

const held = () =>
  org.store
    .grants()
    .map((row) => `${org.store.username(row)} ${row.AppName}`)
    .sort();

it("a plan that was approved survives a night in which every app in use rotates its tokens", async () => {
  const file = await reviewed();
  expect(
    file.revocations.map(({ app, covers, reason }) => [app.name, covers, reason.split("; ")[1]]),
  ).toEqual([
    [DIALER.name, "grants", expect.stringMatching(/^granted .*, in use$/)],
    [DIALER.name, "grants", expect.stringMatching(/^granted .*, last used /)],
    ["Old Tool", "pair", "in use"],
    ["Old Tool", "pair", expect.stringMatching(/^granted .*, last used /)],
    [PORTAL.name, "pair", "in use"],
    [PAYROLL.name, "grants", expect.stringMatching(/^granted .*, last used /)],
  ]);
  rotateInUse(org, { since: ago(1), at: ago(0) });

  // What is not old any more is not planned, and what was rotated and still is against the policy goes.
  expect(await applied()).toEqual({ counts: { revoked: 5 }, drift: 0 });
  expect(held()).toEqual([`${ANN} ${DIALER.name}`]);
});

it("a grant that came meanwhile goes with a user's app, and stays where the very grants were approved", async () => {
  await reviewed();
  const [granted, used] = [Date.parse(second(ago(500))), Date.parse(second(ago(300)))];
  for (const app of ["Old Tool", PAYROLL.name])
    org.store.addGrant({ username: ANN, app, createdAt: granted, lastUsedAt: used, useCount: 1 });
  expect(await applied()).toEqual({ counts: { revoked: 7 }, drift: 1 });
  expect(held()).toEqual([`${ANN} ${PAYROLL.name}`]);
});

it("an approval is on record by file, digest and the limits of the policy that it lifts", async () => {
  const file = await reviewed();
  writeFileSync(path.join(folder, "policy.yaml"), POLICY.replace("100 }", "20, revocations: 6, perApp: 1 }"));
  expect((await applied()).counts).toEqual({ revoked: 6 });
  const record = readFileSync(path.join(folder, ".sanctioned", `audit-${file.org.id}.jsonl`), "utf8");
  expect(JSON.parse(record.split("\n")[0]!).approval).toEqual({
    kind: "plan",
    file: "approved.json",
    digest: file.digest,
    lifts: { percent: { limit: 20, actual: 100 }, perApp: { limit: 1, actual: 2 } },
    signedBy: [],
  });
});
