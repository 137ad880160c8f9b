import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Fault, type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { generateOrg, Random } from "salesforce-local-org/orgs";
import { verifyRecord } from "../../src/audit/verify.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { PlanFile } from "../../src/plan/schema.ts";
import { openObserver } from "../../src/run/open.ts";
import type { Runner } from "./runner.ts";
import type { RunTask } from "./runProcess.ts";

/** What a seed came to. */
export interface SeedReport {
  /** Grants that were revoked, each checked to have been approved. */
  readonly revoked: number;
  readonly runs: number;
  readonly kills: number;
  /** What must not be; empty for a seed that passes. */
  readonly violations: readonly string[];
}

const CONCURRENCY = 3;
const POLICY = "chaos.yaml";
const APPROVED = "approved.json";
const SETTINGS = {
  SANCTIONED_APPROVED_PLAN: APPROVED,
  SANCTIONED_AUDIT_FILE: "audit.jsonl",
  SANCTIONED_REVOKE_CONCURRENCY: String(CONCURRENCY),
  SANCTIONED_REVOKES_PER_SECOND: "10000",
};
/** Runs after the trouble is over; the first does all, the second finds nothing. */
const RECOVERY_RUNS = 2;

/**
 * One story: an org and a policy, an approved plan, then runs among faults, kills, rival runs and grants
 * that come and go; then recovery; then the checks. The same seed makes the same org, policy and trouble.
 */
export async function playSeed(seed: number, runners: readonly [Runner, Runner]): Promise<SeedReport> {
  const random = new Random(seed);
  const fixture = generateOrg({
    seed,
    users: 3 + random.integer(9),
    grants: 5 + random.integer(50),
    apps: 2 + random.integer(4),
  });
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-chaos-"));
  const org = await startLocalOrg({ org: fixture });
  try {
    writeFileSync(path.join(folder, POLICY), policyText(random, fixture));
    const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
    const approved = await approve(org, folder, env);
    writeFileSync(path.join(folder, APPROVED), JSON.stringify(approved));
    const auditFile = path.join(folder, "audit.jsonl");
    const task: RunTask = { folder, policy: POLICY, env: { ...env, ...SETTINGS } };
    const before = new Map(org.store.grants().map((grant) => [grant.usageId, identity(org, grant)]));
    const asked = org.requests.length;
    let kills = 0;
    let runs = 0;

    for (let round = 1 + random.integer(2); round > 0; round--) {
      org.setFaults(faults(random));
      const stop = trouble(org, random, runners[0], asked, () => kills++);
      const rival = random.chance(0.3) ? runners[1].run(task) : Promise.resolve(null);
      await Promise.all([runners[0].run(task), rival]);
      stop();
      runs++;
    }
    org.setFaults([]);
    let last: Awaited<ReturnType<Runner["run"]>> = null;
    for (let i = 0; i < RECOVERY_RUNS; i++, runs++) last = await runners[0].run(task);

    const violations: string[] = [];
    const gone = [...before].filter(([id]) => !org.store.grants().some((grant) => grant.usageId === id));
    const removed = new Set(removedByOthers.get(org) ?? []);
    const listed = approvedIdentities(approved);
    for (const [id, key] of gone)
      if (!removed.has(String(id)) && !listed.has(key))
        violations.push(`a grant that was not approved was revoked: ${key}`);
    for (const grant of org.store.grants())
      if (before.has(grant.usageId) && listed.has(identity(org, grant)) && !isTwin(org, grant))
        violations.push(`an approved grant is still there: ${identity(org, grant)}`);
    for (const id of addedByOthers.get(org) ?? [])
      if (!removed.has(id) && !org.store.grants().some((grant) => grant.usageId === id))
        violations.push(`a grant that was made after the approval was revoked: ${id}`);
    if (last === null || !("outcomes" in last))
      violations.push(`recovery ended with ${JSON.stringify(last)}`);

    const record = readFileSync(auditFile, "utf8");
    const head = readFileSync(`${auditFile}.head`, "utf8").trim();
    for (const { line, message } of verifyRecord(record, [head]).problems)
      violations.push(`the record, line ${line}: ${message}`);
    const calls = org.requests.slice(asked).filter(({ path: at }) => at === "/services/oauth2/revoke").length;
    const recorded =
      (record.match(/"event":"revoking"/g)?.length ?? 0) -
      (record.match(/"answer":"not-made"/g)?.length ?? 0);
    if (calls > recorded || recorded - calls > kills * 2 * CONCURRENCY)
      violations.push(`the org saw ${calls} calls, ${recorded} are on record, and ${kills} runs were killed`);
    const text = record + runners.map(({ output }) => output).join("");
    for (const secret of secrets.get(org) ?? [])
      if (text.includes(secret)) violations.push("a token is in the record or the output");
    const ofBefore = [...removed].filter((id) => before.has(id)).length;
    return { revoked: gone.length - ofBefore, runs, kills, violations };
  } finally {
    await org.close();
    rmSync(folder, { recursive: true });
  }
}

const addedByOthers = new WeakMap<LocalOrg, string[]>();
const removedByOthers = new WeakMap<LocalOrg, string[]>();
const secrets = new WeakMap<LocalOrg, string[]>();

/** Some apps sanctioned, for everyone or for some; one user protected. */
function policyText(random: Random, { apps, users }: ReturnType<typeof generateOrg>): string {
  const listed = apps.filter(({ id }) => id !== null && random.chance(0.5));
  const entries = listed.map(({ id }) =>
    random.chance(0.5)
      ? `  - { id: ${id}, users: everyone }`
      : `  - { id: ${id}, users: { profiles: [${random.chance(0.5) ? "Standard User" : "Sales User"}] } }`,
  );
  return [
    "version: 1",
    "unlisted: revoke",
    ...(random.chance(0.5) ? ["leavers: { inactive: report }"] : []),
    `protected: { users: [${random.pick(users).username}] }`,
    entries.length === 0 ? "apps: []" : `apps:\n${entries.join("\n")}`,
    "",
  ].join("\n");
}

/** The plan before anything goes wrong. */
async function approve(org: LocalOrg, folder: string, env: NodeJS.ProcessEnv): Promise<PlanFile> {
  secrets.set(
    org,
    org.store
      .grants()
      .flatMap(({ DeleteToken, AccessToken, RequestToken }) => [DeleteToken, AccessToken, RequestToken])
      .map(String)
      .concat(org.accessToken),
  );
  const observer = openObserver({ folder, env });
  return planFile(await observer.observe(observer.want(POLICY)), { all: false });
}

function faults(random: Random): Fault[] {
  const some = <T>(chance: number, make: () => T): T[] => (random.chance(chance) ? [make()] : []);
  const count = () => 1 + random.integer(4);
  return [
    ...some(
      0.4,
      (): Fault => ({
        kind: "status",
        match: "/revoke",
        status: random.pick([429, 500, 503]),
        count: count(),
        after: random.integer(6),
      }),
    ),
    ...some(0.3, (): Fault => ({ kind: "drop", match: "/revoke", count: count(), after: random.integer(6) })),
    ...some(
      0.3,
      (): Fault => ({ kind: "applyThenDrop", match: "/revoke", count: count(), after: random.integer(6) }),
    ),
    ...some(0.2, (): Fault => ({ kind: "redirect", match: "/revoke", count: count() })),
    ...some(
      0.2,
      (): Fault => ({
        kind: "status",
        match: "/query",
        status: random.pick([500, 503]),
        count: count(),
        after: random.integer(8),
      }),
    ),
    ...some(0.15, (): Fault => ({ kind: "expire", match: "/query", count: 1, after: random.integer(12) })),
    ...some(0.1, (): Fault => ({ kind: "html", match: "/query", count: 1, after: random.integer(12) })),
  ];
}

/** Kills the run at some request, and lets grants come and go at others. */
function trouble(
  org: LocalOrg,
  random: Random,
  runner: Runner,
  asked: number,
  onKill: () => void,
): () => void {
  const killAt = random.chance(0.35) ? asked + 8 + random.integer(40) : Number.POSITIVE_INFINITY;
  const addAt = random.chance(0.3) ? asked + random.integer(40) : Number.POSITIVE_INFINITY;
  const removeAt = random.chance(0.3) ? asked + random.integer(40) : Number.POSITIVE_INFINITY;
  let [killed, added, removed] = [false, false, false];
  const timer = setInterval(() => {
    const seen = org.requests.length;
    if (!killed && seen >= killAt) {
      killed = true;
      if (runner.kill()) onKill();
    }
    const grants = org.store.grants();
    if (!added && seen >= addAt && grants.length > 0) {
      added = true;
      const like = random.pick(grants);
      const made = org.store.addGrant({
        username: org.store.username(like),
        app: String(like.AppName),
        createdAt: Date.now(),
        lastUsedAt: null,
        useCount: 0,
      });
      addedByOthers.set(org, [...(addedByOthers.get(org) ?? []), String(made!.usageId)]);
    }
    if (!removed && seen >= removeAt && grants.length > 0) {
      removed = true;
      const one = random.pick(grants);
      removedByOthers.set(org, [...(removedByOthers.get(org) ?? []), String(one.usageId)]);
      org.store.revoke(String(one.DeleteToken));
    }
  }, 1);
  return () => clearInterval(timer);
}

type GrantRow = ReturnType<LocalOrg["store"]["grants"]>[number];

/** A grant as a plan file lists it. */
function identity(org: LocalOrg, grant: GrantRow): string {
  const time = typeof grant.CreatedDate === "number" ? new Date(grant.CreatedDate).toISOString() : null;
  return JSON.stringify([grant.UserId, org.store.applicationId(grant) ?? grant.AppName, time]);
}

function approvedIdentities({ revocations }: PlanFile): Set<string> {
  return new Set(
    revocations.flatMap(({ user, app, grants }) =>
      grants.map(({ granted }) => JSON.stringify([user.id, app.id ?? app.name, granted])),
    ),
  );
}

/** Grants that nothing tells apart are refused, and reported as failed. */
function isTwin(org: LocalOrg, grant: GrantRow): boolean {
  return org.store.grants().filter((other) => identity(org, other) === identity(org, grant)).length > 1;
}
