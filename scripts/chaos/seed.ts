import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Fault, type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { generateOrg, Random } from "salesforce-local-org/orgs";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { PlanFile } from "../../src/plan/planSchema.ts";
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

/** What happens in a seed, and what must be remembered of it. */
interface Story {
  readonly org: LocalOrg;
  readonly random: Random;
  readonly approved: PlanFile;
  /** The grants before anything went wrong, as a plan file lists them, by id. */
  readonly before: ReadonlyMap<unknown, string>;
  /** How many requests the org had seen then. */
  readonly asked: number;
  /** Every token of the org, and the caller's own. */
  readonly secrets: readonly string[];
  /** What somebody else made, rotated tokens among it: by the ids of the grants, of whom and for which app. */
  readonly added: Map<string, string>;
  /** Ids of grants that somebody else took away. */
  readonly removed: string[];
  runs: number;
  kills: number;
}

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
    const secrets = secretsOf(org);
    const observer = openObserver({ folder, env });
    const approved = planFile(await observer.observe(observer.want(POLICY)), { all: false });
    writeFileSync(path.join(folder, APPROVED), JSON.stringify(approved));
    const before = new Map(org.store.grants().map((grant) => [grant.usageId, identity(org, grant)]));
    const asked = org.requests.length;
    const story: Story = {
      ...{ org, random, approved, before, asked, secrets },
      ...{ added: new Map<string, string>(), removed: [], runs: 0, kills: 0 },
    };
    const last = await play(story, runners, { folder, policy: POLICY, env: { ...env, ...SETTINGS } });
    const record = path.join(folder, SETTINGS.SANCTIONED_AUDIT_FILE);
    const output = runners.map((runner) => runner.output).join("");
    const gone = goneOf(story).filter(([id]) => !story.removed.includes(String(id)));
    return {
      revoked: gone.length,
      runs: story.runs,
      kills: story.kills,
      violations: [
        ...grantViolations(story),
        ...(last !== null && "outcomes" in last ? [] : [`recovery ended with ${JSON.stringify(last)}`]),
        ...recordViolations(story, record),
        ...leaks(story, readFileSync(record, "utf8") + output),
      ],
    };
  } finally {
    await org.close();
    rmSync(folder, { recursive: true });
  }
}

/** Runs in trouble, then runs without. @returns how the last one ended */
async function play(story: Story, runners: readonly [Runner, Runner], task: RunTask) {
  const { org, random } = story;
  for (let round = 1 + random.integer(2); round > 0; round--) {
    org.setFaults(faults(random));
    const stop = trouble(story, runners[0]);
    const rival = random.chance(0.3) ? runners[1].run(task) : Promise.resolve(null);
    await Promise.all([runners[0].run(task), rival]);
    stop();
    story.runs++;
  }
  org.setFaults([]);
  let last: Awaited<ReturnType<Runner["run"]>> = null;
  for (let i = 0; i < RECOVERY_RUNS; i++, story.runs++) last = await runners[0].run(task);
  return last;
}

/** The grants that were there before and are no more. */
function goneOf({ org, before }: Story): [id: unknown, identity: string][] {
  const left = new Set<unknown>(org.store.grants().map(({ usageId }) => usageId));
  return [...before].filter(([id]) => !left.has(id));
}

/** More than was approved, or less once the trouble was over. */
function grantViolations(story: Story): string[] {
  const { org, approved, before, added, removed } = story;
  const { grants, pairs } = approvedOf(approved);
  const left = org.store.grants();
  return [
    ...goneOf(story)
      .filter(([id, key]) => !removed.includes(String(id)) && !grants.has(key))
      .map(([, key]) => `a grant that was not approved was revoked: ${key}`),
    ...left
      .filter((grant) => before.has(grant.usageId) && grants.has(identity(org, grant)) && !isTwin(org, grant))
      .map((grant) => `an approved grant is still there: ${identity(org, grant)}`),
    ...left
      .filter((grant) => pairs.has(pairOf(org, grant)))
      .map((grant) => `a user still has an app that was to be lost: ${identity(org, grant)}`),
    ...[...added]
      .filter(([id, pair]) => !pairs.has(pair) && !removed.includes(id))
      .filter(([id]) => !left.some(({ usageId }) => String(usageId) === id))
      .map(([id]) => `a grant that was made after the approval of others was revoked: ${id}`),
  ];
}

/** A record that is not whole, or that has other calls than the org saw. */
function recordViolations({ org, asked, kills }: Story, file: string): string[] {
  const record = readFileSync(file, "utf8");
  const head = readFileSync(`${file}.head`, "utf8").trim();
  const count = (pattern: RegExp) => record.match(pattern)?.length ?? 0;
  const calls = org.requests.slice(asked).filter(({ path: at }) => at === "/services/oauth2/revoke").length;
  const recorded = count(/"event":"revoking"/g) - count(/"answer":"not-made"/g);
  return [
    ...verifyRecord(record, [head]).problems.map(
      ({ line, message }) => `the record, line ${line}: ${message}`,
    ),
    ...(calls > recorded || recorded - calls > kills * 2 * CONCURRENCY
      ? [`the org saw ${calls} calls, ${recorded} are on record, and ${kills} runs were killed`]
      : []),
  ];
}

function leaks({ secrets }: Story, text: string): string[] {
  return secrets.some((secret) => text.includes(secret)) ? ["a token is in the record or the output"] : [];
}

function secretsOf(org: LocalOrg): string[] {
  return org.store
    .grants()
    .flatMap(({ DeleteToken, AccessToken, RequestToken }) => [DeleteToken, AccessToken, RequestToken])
    .map(String)
    .concat(org.accessToken);
}

/** Some apps sanctioned, for everyone or for some, or for as long as they are used; one user protected. */
function policyText(random: Random, { apps, users }: ReturnType<typeof generateOrg>): string {
  const listed = apps.filter(({ id }) => id !== null && random.chance(0.5));
  const entries = listed.map(({ id }) =>
    random.chance(0.5)
      ? `  - { id: ${id}, users: everyone${random.chance(0.5) ? ", maxIdleDays: 60" : ""} }`
      : `  - { id: ${id}, users: { profiles: [${random.pick(users).profile}] } }`,
  );
  return [
    "version: 1",
    "unlisted: revoke",
    "platformApps: revoke",
    "limits: { revocations: 1000, percent: 100, perApp: 1000 }", // a plan over its limits can be approved by nobody
    ...(random.chance(0.5) ? ["leavers: { inactive: report }"] : []),
    `protected: { users: [${random.pick(users).username}] }`,
    entries.length === 0 ? "apps: []" : `apps:\n${entries.join("\n")}`,
    "",
  ].join("\n");
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

/** Kills the run at some request, and lets grants come, go and be rotated at others; each at most once. */
function trouble(story: Story, runner: Runner): () => void {
  const { org, random, asked } = story;
  const add = (like: GrantRow, times: { readonly lastUsedAt: number | null; readonly useCount: number }) => {
    const [username, app] = [org.store.username(like), String(like.AppName)];
    const made = org.store.addGrant({ username, app, createdAt: Date.now(), ...times })!;
    story.added.set(String(made.usageId), pairOf(org, made));
  };
  const remove = (one: GrantRow) => {
    story.removed.push(String(one.usageId));
    org.store.revoke(String(one.DeleteToken));
  };
  const comes = (grants: readonly GrantRow[]) => add(random.pick(grants), { lastUsedAt: null, useCount: 0 });
  const goes = (grants: readonly GrantRow[]) => remove(random.pick(grants));
  /** All that one user has of one app, as each use of a token rotates it. */
  const rotates = (grants: readonly GrantRow[]) => {
    const pair = pairOf(org, random.pick(grants));
    for (const one of grants.filter((grant) => pairOf(org, grant) === pair)) {
      remove(one);
      add(one, { lastUsedAt: Date.now(), useCount: 1 });
    }
  };
  let killAt = random.chance(0.35) ? asked + 8 + random.integer(40) : Number.POSITIVE_INFINITY;
  const events = [[0.3, comes] as const, [0.3, goes] as const, [0.4, rotates] as const]
    .filter(([chance]) => random.chance(chance))
    .map(([, happens]) => ({ at: asked + random.integer(40), happens }));
  const timer = setInterval(() => {
    const seen = org.requests.length;
    if (seen >= killAt) {
      killAt = Number.POSITIVE_INFINITY;
      if (runner.kill()) story.kills++;
    }
    for (const event of events.filter(({ at }) => seen >= at)) {
      const grants = org.store.grants();
      if (grants.length === 0) continue;
      events.splice(events.indexOf(event), 1);
      event.happens(grants);
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

/** Whose grant, and for which app. */
function pairOf(org: LocalOrg, grant: GrantRow): string {
  return JSON.stringify([grant.UserId, org.store.applicationId(grant) ?? grant.AppName]);
}

/** The grants that were approved, and who is to lose which app, whatever the two have by then. */
function approvedOf({ revocations }: PlanFile): { grants: Set<string>; pairs: Set<string> } {
  const listed = revocations.flatMap(({ user, app, grants }) =>
    grants.map(({ granted }) => JSON.stringify([user.id, app.id ?? app.name, granted])),
  );
  // The one rule of time in these policies; what the plan says of itself is not asked.
  const lost = revocations.flatMap(({ user, app, code }) =>
    code === "idle" ? [] : JSON.stringify([user.id, app.id ?? app.name]),
  );
  return { grants: new Set(listed), pairs: new Set(lost) };
}

/** Grants that nothing tells apart are refused, and reported as failed. */
function isTwin(org: LocalOrg, grant: GrantRow): boolean {
  return org.store.grants().filter((other) => identity(org, other) === identity(org, grant)).length > 1;
}
