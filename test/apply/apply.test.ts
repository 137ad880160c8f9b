import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import { decide } from "../../src/decide/decide.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { type PlannedRevocation, plan } from "../../src/plan/plan.ts";
import { readPolicy } from "../../src/policy/read.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { connectToRevoke, type OrgConnection } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { veryGrants } from "./stage.ts";

const ADA = "ada.weber@dieppe.example";
/** The record has tests of its own. */
const NO_AUDIT = { append: async () => {} };
let org: LocalOrg;
let connection: OrgConnection;
let inventory: Inventory;
let revocations: readonly PlannedRevocation[];

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  connection = await connectToRevoke(
    readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}),
  );
  inventory = await listInventory(connection);
  const resolution = resolvePolicy(readPolicy("policy/dieppe-trading.yaml"), inventory, Date.now());
  if ("problems" in resolution) throw new Error("the policy does not fit");
  revocations = plan(decide(resolution.resolved, inventory, Date.now()), {
    inventory,
    ...resolution,
    asOf: Date.now(),
  }).revocations;
});
afterEach(() => org.close());

const run = async () =>
  (
    await apply(connection, revocations, {
      apps: inventory.apps,
      onProgress: () => {},
      audit: NO_AUDIT,
      perSecond: 10_000,
    })
  ).outcomes;
const statuses = (outcomes: Awaited<ReturnType<typeof run>>) => {
  const counts: Record<string, number> = {};
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const ofBobsTool = () => org.store.grants().filter(({ AppName }) => AppName === BOBS_TOOL.name);
const outcomeOf = (outcomes: Awaited<ReturnType<typeof run>>) =>
  outcomes.find(({ revocation }) => revocation.user.username === ADA);
const revokeCalls = () => org.requests.filter(({ path }) => path === "/services/oauth2/revoke");

describe("apply", () => {
  it("revokes what was planned and nothing else, one call each, and reads it again", async () => {
    const others = org.store.grants().filter(({ AppName }) => AppName !== BOBS_TOOL.name);
    expect(statuses(await run())).toEqual({ revoked: 12 });
    expect(org.store.grants()).toEqual(others);
    expect(revokeCalls().map(({ method, status }) => [method, status])).toEqual(
      Array.from({ length: 12 }, () => ["POST", 200]),
    );
    expect(org.requests.at(-2)?.soql).toMatch(
      /^SELECT UserId, AppName, AppMenuItem\.ApplicationId, CreatedDate FROM OauthToken WHERE UserId IN \('005/,
    );
  });

  it("says how far it is", async () => {
    const progress: string[] = [];
    await apply(connection, revocations, {
      apps: inventory.apps,
      audit: NO_AUDIT,
      perSecond: 10_000,
      onProgress: ({ step, done, total }) => progress.push(`${step} ${done} of ${total}`),
    });
    const calls = Array.from({ length: 13 }, (_, done) => `calls ${done} of 12`);
    expect(progress).toEqual([...calls, "again 12 of 12", "sessions 12 of 12"]);
  });

  it("a grant made since the plan goes too where the user is to lose the app, and is left alone where it is the very grants", async () => {
    const again = () =>
      org.store.addGrant({
        username: ADA,
        app: BOBS_TOOL.name,
        createdAt: Date.parse("2026-11-22T00:00:00Z"),
        lastUsedAt: null,
        useCount: 0,
      });
    again();
    const planned = revocations;
    revocations = veryGrants(planned);
    expect(statuses(await run())).toEqual({ revoked: 12 });
    expect(ofBobsTool()).toHaveLength(1);
    revocations = planned;
    expect(statuses(await run())).toEqual({ revoked: 1, "already gone": 11 });
    expect(ofBobsTool()).toEqual([]);
  });

  it("a grant that nothing tells from a planned one makes that revocation fail, and no other", async () => {
    const twin = ofBobsTool().find(({ UserId }) => UserId === org.store.userId(ADA))!;
    org.store.addGrant({
      username: ADA,
      app: BOBS_TOOL.name,
      createdAt: Number(twin.CreatedDate),
      lastUsedAt: null,
      useCount: 0,
    });
    revocations = veryGrants(revocations);
    const outcomes = await run();
    expect(statuses(outcomes)).toEqual({ revoked: 11, failed: 1 });
    expect(outcomeOf(outcomes)?.reason).toMatch(
      /^2 grants were given at .*, 1 of them planned, and nothing tells them apart/,
    );
    expect(ofBobsTool()).toHaveLength(2);
  });

  it("a grant that is gone already is said so, without a call for it", async () => {
    org.store.revoke(String(ofBobsTool()[0]!.DeleteToken));
    expect(statuses(await run())).toEqual({ revoked: 11, "already gone": 1 });
    expect(revokeCalls()).toHaveLength(11);
  });

  it.each([
    ["HTTP 500", { kind: "status", status: 500 } as const, /the revoke endpoint answered HTTP 500/],
    [
      "a redirect, which is not followed",
      { kind: "redirect" } as const,
      /the revoke endpoint answered HTTP 302/,
    ],
    ["a dropped connection", { kind: "drop" } as const, /no answer to the revoke call/],
  ])("%s: that one fails, the others go on", async (_case, fault, reason) => {
    org.setFaults([{ ...fault, match: "/revoke", username: ADA }]);
    const outcomes = await run();
    expect(statuses(outcomes)).toEqual({ revoked: 11, failed: 1 });
    expect(outcomeOf(outcomes)?.reason).toMatch(reason);
    expect(ofBobsTool()).toHaveLength(1);
    expect(org.requests.some(({ path }) => path === "/elsewhere")).toBe(false);
  });

  it("a call that was carried out but never answered is settled by reading the org again", async () => {
    org.setFaults([{ kind: "applyThenDrop", match: "/revoke", username: ADA }]);
    expect(statuses(await run())).toEqual({ revoked: 12 });
  });

  it("429 and 503 are tried again as Retry-After asks", async () => {
    org.setFaults([
      { kind: "status", match: "/revoke", status: 429, retryAfterSeconds: 0, count: 2 },
      { kind: "status", match: "/revoke", status: 503, retryAfterSeconds: 0, count: 1, username: ADA },
    ]);
    expect(statuses(await run())).toEqual({ revoked: 12 });
    expect(ofBobsTool()).toEqual([]);
  });

  it("where the org cannot be read again, what is known is unknown, never revoked", async () => {
    const match = "SELECT UserId, AppName, AppMenuItem.ApplicationId, CreatedDate FROM";
    org.setFaults([{ kind: "redirect", match, after: 1 }]); // the look after the first call went well
    const outcomes = await run();
    expect(statuses(outcomes)).toEqual({ unknown: 12 });
    expect(outcomes[0]?.reason).toContain("the org could not be read again");
  });

  it("where the tokens cannot be read, nothing is called", async () => {
    org.setFaults([{ kind: "redirect", match: "DeleteToken" }]);
    await expect(run()).rejects.toThrow("a redirect");
    expect(revokeCalls()).toEqual([]);
  });

  it("a plan that names the tool's own user is refused whole", async () => {
    const own = inventory.users.get(connection.caller.userId)!;
    revocations = [...revocations, { ...revocations[0]!, user: own }];
    await expect(run()).rejects.toThrow("The plan names the tool's own user");
    expect(revokeCalls()).toEqual([]);
  });
});
