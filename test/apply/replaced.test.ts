import { afterEach, describe, expect, it } from "vitest";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { DROPPED, orgOf } from "./orgs.ts";
import { type Stage, stage, statuses, veryGrants } from "./stage.ts";

let on: Stage;
afterEach(() => on.close());

const AGAIN = "2026-03-01T00:00:00.000Z";
const LATER = "2026-03-02T00:00:00.000Z";
const isCall = (request: string) => request.includes("/oauth2/revoke");
const readsAgain = (request: string) =>
  request.includes("FROM OauthToken") && !request.includes("DeleteToken");
const left = () =>
  on.org.store.grants().flatMap(({ AppName, CreatedDate }) => (AppName === DROPPED ? [CreatedDate] : []));
const give = ({ user, app }: PlannedRevocation, createdAt: string) =>
  on.org.store.addGrant({
    username: user.username,
    app: app.name,
    createdAt: Date.parse(createdAt),
    lastUsedAt: null,
    useCount: 1,
  });
/** Exchanges a grant's token for another: a new row in place of the old one. */
function rotate(revocation: PlannedRevocation, createdAt: string): void {
  const userId = on.org.store.userId(revocation.user.username);
  const [row] = on.org.store
    .grants()
    .filter(({ UserId, AppName }) => UserId === userId && AppName === DROPPED);
  on.org.store.revoke(String(row!.DeleteToken));
  give(revocation, createdAt);
}
/** Does something once, just before the org hears a request. */
function justBefore(which: (request: string) => boolean, act: () => void): void {
  let done = false;
  on.answerInstead((request) => {
    if (which(request) && !done) {
      done = true;
      act();
    }
    return null;
  });
}

describe("a user who is to lose an app, whatever grants the two have", () => {
  it("loses a grant that was exchanged for another since the plan", async () => {
    on = await stage(orgOf(3));
    rotate(on.revocations[1]!, AGAIN);
    expect(statuses(await on.run())).toEqual({ revoked: 3 });
    expect(left()).toEqual([]);
    expect(on.events.flatMap((event) => (event.event === "revoking" ? event.granted : []))).toContain(AGAIN);
  });

  it("loses the app where the org does not have the field that says when a grant was made", async () => {
    on = await stage(orgOf(3), { refusedFields: ["OauthToken.CreatedDate"] });
    expect(on.inventory.grants.every(({ createdAt }) => createdAt === null)).toBe(true);
    expect(statuses(await on.run())).toEqual({ revoked: 3 });
    expect(left()).toEqual([]);
  });

  it("loses a grant whose time nothing tells from a planned one", async () => {
    on = await stage(orgOf(1));
    const [planned] = on.revocations;
    give(planned!, new Date(planned!.grants[0]!.createdAt!).toISOString());
    expect(statuses(await on.run())).toEqual({ revoked: 1 });
    expect(left()).toEqual([]);
  });

  it("has not lost it where the token was exchanged just before the call: replaced, and the new grant is named", async () => {
    on = await stage(orgOf(3));
    justBefore(isCall, () => rotate(on.revocations[0]!, AGAIN));
    const outcomes = await on.run();
    expect(outcomes.map(({ status, reason }) => [status, reason])).toEqual([
      ["replaced", `granted again at ${AGAIN}`],
      ["revoked", ""],
      ["revoked", ""],
    ]);
    expect(on.events.filter(({ event }) => event === "outcome")).toMatchObject([
      { status: "replaced", reason: `granted again at ${AGAIN}` },
      { status: "revoked" },
      { status: "revoked" },
    ]);
    expect(statuses(await on.run(on.revocations.slice(0, 1)))).toEqual({ revoked: 1 });
    expect(left()).toEqual([]);
  });

  it("has not lost it where it was granted again between the call and the look", async () => {
    on = await stage(orgOf(1));
    justBefore(readsAgain, () => {
      give(on.revocations[0]!, LATER);
      give(on.revocations[0]!, AGAIN);
    });
    expect(await on.run()).toMatchObject([
      { status: "replaced", reason: `granted again at ${AGAIN} and ${LATER}` },
    ]);
  });

  it("had no grant at the first look and has one at the second: not already gone", async () => {
    on = await stage(orgOf(1));
    for (const { DeleteToken } of on.org.store.grants()) on.org.store.revoke(String(DeleteToken));
    justBefore(readsAgain, () => give(on.revocations[0]!, AGAIN));
    expect(await on.run()).toMatchObject([{ status: "replaced" }]);
  });

  it("is looked at twice where the token was unknown and nothing is left: the first could fall between two tokens", async () => {
    on = await stage(orgOf(1));
    justBefore(isCall, () => {
      for (const { DeleteToken } of on.org.store.grants()) on.org.store.revoke(String(DeleteToken));
    });
    let looks = 0;
    on.alter((request) => {
      // The look after the first call, then that after all calls, then this one.
      if (readsAgain(request) && ++looks === 2) give(on.revocations[0]!, AGAIN);
      return null;
    });
    expect(await on.run()).toMatchObject([{ status: "replaced" }]);
    expect(looks).toBe(3);
  });

  it("proves nothing of the calls where its token was exchanged meanwhile, though an org answers 200 to any: the next is made alone too", async () => {
    on = await stage(orgOf(4), { deadToken: "200" });
    on.org.setFaults([{ kind: "rotate", match: "/oauth2/revoke", count: 1 }]);
    const seen: string[] = [];
    on.alter((request) => {
      if (isCall(request)) seen.push("call");
      if (readsAgain(request)) seen.push("look");
      return null;
    });
    expect(statuses(await on.run())).toEqual({ replaced: 1, revoked: 3 });
    expect(seen.slice(0, 4)).toEqual(["call", "look", "call", "look"]);
  });

  it("has not lost it where the exchange leaves the time of the grant as it was: the call failed", async () => {
    on = await stage(orgOf(2), { rotation: "stays" });
    on.org.setFaults([{ kind: "rotate", match: "/oauth2/revoke", count: 1 }]);
    expect(statuses(await on.run())).toEqual({ failed: 1, revoked: 1 });
    expect(statuses(await on.run())).toEqual({ revoked: 1, "already gone": 1 });
  });

  it("whose new grant came at a time that the org does not say has not lost it either", async () => {
    on = await stage(orgOf(1));
    justBefore(readsAgain, () => {
      const grant = give(on.revocations[0]!, AGAIN);
      Object.assign(grant!, { CreatedDate: null });
    });
    expect(await on.run()).toMatchObject([
      { status: "replaced", reason: "granted again at a time that the org does not say" },
    ]);
  });
});

describe("the very grants that were approved", () => {
  it("are revoked, and one that was given since the plan is left alone", async () => {
    on = await stage(orgOf(1));
    give(on.revocations[0]!, AGAIN);
    expect(statuses(await on.run(veryGrants(on.revocations)))).toEqual({ revoked: 1 });
    expect(left()).toEqual([Date.parse(AGAIN)]);
  });

  it("are replaced where they are not there and another is that nobody approved: nothing is called", async () => {
    on = await stage(orgOf(1));
    rotate(on.revocations[0]!, AGAIN);
    expect(await on.run(veryGrants(on.revocations))).toMatchObject([
      { status: "replaced", reason: `granted again at ${AGAIN}` },
    ]);
    expect([on.posts(), left()]).toEqual([[], [Date.parse(AGAIN)]]);
  });

  it("are already gone where those that are there were known to stay when it was planned", async () => {
    on = await stage(orgOf(1));
    rotate(on.revocations[0]!, AGAIN);
    const [planned] = veryGrants(on.revocations);
    expect(await on.run([{ ...planned!, others: [Date.parse(AGAIN)] }])).toMatchObject([
      { status: "already gone" },
    ]);
    give(on.revocations[0]!, AGAIN); // one more of that time than was known
    expect(await on.run([{ ...planned!, others: [Date.parse(AGAIN)] }])).toMatchObject([
      { status: "replaced" },
    ]);
  });

  it("are replaced where the token was exchanged just before the call, or granted again after it", async () => {
    on = await stage(orgOf(2));
    justBefore(isCall, () => rotate(on.revocations[0]!, AGAIN));
    expect(statuses(await on.run(veryGrants(on.revocations)))).toEqual({ replaced: 1, revoked: 1 });
    await on.close();
    on = await stage(orgOf(1));
    justBefore(readsAgain, () => give(on.revocations[0]!, AGAIN));
    expect(statuses(await on.run(veryGrants(on.revocations)))).toEqual({ replaced: 1 });
  });
});
