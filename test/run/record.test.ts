import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { ANN, dieppeTrading, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import { auditErrors } from "../../src/audit/errors.ts";
import type { AuditEvent } from "../../src/audit/line.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { sessionsText } from "../../src/report/outcomesText.ts";
import { connectToRevoke, type OrgConnection } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

let org: LocalOrg;
let connection: OrgConnection;
let inventory: Inventory;
let events: AuditEvent[];
/** The record fails from this line on. */
let failsFrom: number;

beforeEach(() => {
  events = [];
  failsFrom = Number.POSITIVE_INFINITY;
});
afterEach(() => org.close());

const audit = {
  append: async (event: AuditEvent) => {
    if (events.length >= failsFrom)
      throw auditErrors["audit-record-not-writable"]({ file: "r", why: "ENOSPC" });
    events.push(event);
  },
};
const CLOCK = { sleep: async () => {}, random: () => 0 };

/** Plans to revoke every grant of the org, and starts it anew with faults. */
async function plan(
  fixture: OrgFixture,
  options: Partial<LocalOrgOptions> = {},
): Promise<readonly PlannedRevocation[]> {
  org = await startLocalOrg({ org: fixture, ...options });
  connection = await connectToRevoke(
    readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}),
  );
  inventory = await listInventory(connection);
  const parsed = parsePolicy("version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n", "p.yaml");
  if ("problems" in parsed) throw new Error("not right");
  return evaluate(parsed.policy, inventory, Date.now()).plan.revocations;
}
const runWith = (revocations: readonly PlannedRevocation[], more: object) =>
  apply(connection, revocations, {
    apps: inventory.apps,
    onProgress: () => {},
    audit,
    clock: CLOCK,
    perSecond: 10_000,
    ...more,
  });
const run = async (revocations: readonly PlannedRevocation[], more = {}) =>
  (await runWith(revocations, more)).outcomes;
const statuses = (outcomes: Awaited<ReturnType<typeof run>>) =>
  Object.fromEntries(
    [...Map.groupBy(outcomes, ({ status }) => status)].map(([status, some]) => [status, some.length]),
  );
const posts = () => org.requests.filter(({ path }) => path === "/services/oauth2/revoke").length;
const of = <Event extends AuditEvent["event"]>(event: Event) =>
  events.filter((line): line is Extract<AuditEvent, { event: Event }> => line.event === event);

describe("the record of a run", () => {
  it("has one line before and one after each request that the org saw, and one for each outcome", async () => {
    const revocations = (await plan(dieppeTrading())).slice(0, 40);
    org.setFaults([
      { kind: "status", match: "/revoke", status: 429, count: 5 },
      { kind: "drop", match: "/revoke", count: 2, after: 9 },
    ]);
    await run(revocations);
    expect(posts()).toBeGreaterThan(40);
    expect(of("revoking")).toHaveLength(posts());
    expect(of("answered")).toHaveLength(posts());
    expect(of("outcome")).toHaveLength(40);
    expect(new Set(of("revoking").map(({ call }) => call)).size).toBe(posts());
    for (const { call } of of("answered"))
      expect(events.findIndex((line) => line.event === "revoking" && line.call === call)).toBeLessThan(
        events.findIndex((line) => line.event === "answered" && line.call === call),
      );
  });

  it("says who, what, when granted and by which rule, and never a token", async () => {
    const [first] = await plan(dieppeTrading());
    await run([first!]);
    expect(of("revoking")[0]).toEqual({
      event: "revoking",
      call: 1,
      user: { id: first!.user.id, username: first!.user.username },
      app: { id: first!.app.id, name: first!.app.name },
      granted: [new Date(first!.grants[0]!.createdAt!).toISOString()],
      code: "app-not-listed",
      policy: { file: "p.yaml", line: 2 },
      through: "delete-token",
    });
    const tokens = org.store.grants().flatMap(({ DeleteToken, AccessToken }) => [DeleteToken, AccessToken]);
    for (const token of tokens) expect(JSON.stringify(events)).not.toContain(String(token));
  });

  it("that cannot be written stops the run before the next call; what was done is known", async () => {
    const revocations = (await plan(dieppeTrading())).slice(0, 20);
    failsFrom = 6;
    const outcomes = await run(revocations, { concurrency: 1 });
    // Two calls are on record ahead of the one that is made.
    expect(posts()).toBeLessThanOrEqual(5);
    expect(posts()).toBeGreaterThan(0);
    expect(statuses(outcomes)).toEqual({ revoked: posts(), "not tried": 20 - posts() });
    expect(outcomes.at(-1)?.reason).toContain("The audit record r cannot be written (ENOSPC)");
    expect(org.store.grants()).toHaveLength(448 - posts());
  });
});

describe("a burst of failures", () => {
  it("stops the run after ten in a row, and says what was not tried", async () => {
    const revocations = (await plan(dieppeTrading())).slice(0, 60);
    org.setFaults([{ kind: "status", match: "/revoke", status: 500 }]);
    const outcomes = await run(revocations, { concurrency: 1 });
    expect(posts()).toBe(10);
    expect(statuses(outcomes)).toEqual({ failed: 10, "not tried": 50 });
    expect(outcomes.at(-1)?.reason).toBe(
      "the last 10 calls failed, the last of them since the revoke endpoint answered HTTP 500",
    );
  });

  it("is not one where a success comes between", async () => {
    const revocations = (await plan(dieppeTrading())).slice(0, 30);
    const every = revocations.filter((_, i) => i % 2 === 0).map(({ user }) => user.username);
    org.setFaults(
      every.map((username) => ({ kind: "status" as const, match: "/revoke", status: 500, username })),
    );
    const failed = revocations.filter(({ user }) => every.includes(user.username)).length;
    expect(failed).toBeGreaterThan(10);
    expect(statuses(await run(revocations, { concurrency: 1 }))).toEqual({ failed, revoked: 30 - failed });
  });
});

it("no more calls are made a second than allowed", async () => {
  const revocations = (await plan(dieppeTrading())).slice(0, 25);
  const start = performance.now();
  expect(statuses(await run(revocations, { perSecond: 10, concurrency: 8 }))).toEqual({ revoked: 25 });
  // Ten in each of the first two seconds, and five in the third: a bound from below, whatever the machine.
  expect(performance.now() - start).toBeGreaterThanOrEqual(1_900);
});

describe("grants that only the usage of external client apps shows", () => {
  const deletes = () =>
    org.requests
      .filter(({ method }) => method === "DELETE")
      .map(({ path }) => path.replace(/^\/services\/data\/v[\d.]+/, ""));
  const hidden = { usageBesideRows: "usage-alone" } as const;

  it("go in one call where all of the user's are planned, verified and on record", async () => {
    const revocations = await plan(smallOrg(), hidden);
    const ofPortal = revocations.filter(({ app }) => app.name === PORTAL.name);
    expect(ofPortal.map(({ grants }) => grants.map(({ source }) => source))).toEqual([["usage"]]);
    expect(statuses(await run(ofPortal))).toEqual({ revoked: 1 });
    expect(deletes()).toEqual([`/apps/oauth/usage/${PORTAL.id}/${org.store.userId(ANN)}/tokens`]);
    expect(of("revoking")[0]?.through).toBe("usage");
    expect(org.store.grants().some(({ AppName }) => AppName === PORTAL.name)).toBe(false);
  });

  it("go one by one where it is the very grants that were approved, and the user has another, which stays", async () => {
    const ofPortal = (await plan(smallOrg(), hidden)).filter(({ app }) => app.name === PORTAL.name);
    org.store.addGrant({
      username: ANN,
      app: PORTAL.name,
      createdAt: Date.parse("2026-11-22T00:00:00Z"),
      lastUsedAt: null,
      useCount: 0,
    });
    expect(statuses(await run(ofPortal.map((one) => ({ ...one, covers: "grants" }))))).toEqual({
      revoked: 1,
    });
    expect(deletes()).toEqual([expect.stringMatching(/^\/apps\/oauth\/usage\/tokens\/\w+$/)]);
    expect(org.store.grants().filter(({ AppName }) => AppName === PORTAL.name)).toHaveLength(1);
  });

  it("are failed where the org refuses", async () => {
    const ofPortal = (await plan(smallOrg(), hidden)).filter(({ app }) => app.name === PORTAL.name);
    org.setFaults([{ kind: "status", match: "DELETE /services", status: 500 }]);
    const outcomes = await run(ofPortal);
    expect(outcomes.map(({ status, reason }) => [status, reason])).toEqual([
      ["failed", "the usage resource answered HTTP 500"],
    ]);
  });
});

describe("live sessions of revoked users", () => {
  const ended = () =>
    org.requests.filter(({ method, path }) => method === "DELETE" && path.includes("AuthSession")).length;
  /** The first planned user has two sessions through the app, and one through another. */
  async function withSessions(): Promise<PlannedRevocation> {
    const [first] = await plan(dieppeTrading());
    const { username } = first!.user;
    for (const app of [first!.app.name, first!.app.name, "Another"])
      org.store.addSession({ username, app, createdAt: Date.parse("2026-11-23T00:00:00Z") });
    org.store.addSession({ username: "amir.kowalski@dieppe.example", app: first!.app.name, createdAt: 0 });
    return first!;
  }

  it("through the app are counted, and left where the policy says no more", async () => {
    const first = await withSessions();
    const { sessions } = await runWith([first], {});
    const whose = [`${first.appLabel}, ${first.userLabel}`];
    expect(sessions).toMatchObject({ found: 2, ended: 0, whose, opened: 0, problems: [] });
    expect(ended()).toBe(0);
    expect(sessionsText({ ...sessions, jwt: 0, untold: 0 })).toBe(
      `2 live sessions of revoked users go on (\`sessions: end\` in the policy ends them)\n  - ${whose[0]}`,
    );
  });

  it("are ended where it does, on record, and no other", async () => {
    const first = await withSessions();
    const { sessions } = await runWith([first], { sessions: "end" });
    const whose = [`${first.appLabel}, ${first.userLabel}`];
    // "Another" is the name of no app of the org.
    expect(sessions).toMatchObject({ found: 2, ended: 2, whose, untold: 1, problems: [] });
    expect([ended(), org.store.sessions().length]).toEqual([2, 2]);
    expect(of("revoking").map(({ through }) => through)).toEqual(["delete-token", "session", "session"]);
  });

  it("that the org does not show or end are said, and the revocations stand", async () => {
    const first = await withSessions();
    org.setFaults([{ kind: "status", match: "DELETE /services", status: 403 }]);
    const { outcomes, sessions } = await runWith([first], { sessions: "end" });
    expect(outcomes[0]?.status).toBe("revoked");
    expect(sessions).toMatchObject({
      found: 2,
      ended: 0,
      problems: ["the org refused to end a session (HTTP 403)"],
    });
  });
});
