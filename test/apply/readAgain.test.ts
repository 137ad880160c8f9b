import { afterEach, describe, expect, it } from "vitest";
import { json } from "../altered.ts";
import { DROPPED, KEPT, orgOf } from "./orgs.ts";
import { type Stage, stage, statuses } from "./stage.ts";

let on: Stage;
afterEach(() => on.close());

interface Page {
  totalSize: number;
  records: { AppName: string }[];
}
/** The read after the calls asks for everything but the tokens. */
const readsAgain = (request: string) =>
  request.includes("CreatedDate FROM OauthToken") && !request.includes("DeleteToken");
const readsTokens = (request: string) => request.includes("DeleteToken");
const short = (lacks: number) => (page: Page) => ({ ...page, records: page.records.slice(0, -lacks) });
const left = () => on.org.store.grants().filter(({ AppName }) => AppName === DROPPED).length;

describe("what the org is read for after the calls", () => {
  it("an answer that is short is never called revoked: users are asked for one by one, and in the end it is unknown", async () => {
    on = await stage(orgOf(3));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 500 }]);
    let asked = 0;
    on.alter((request, answer) => {
      if (!readsAgain(request)) return null;
      asked++;
      return json(answer, short(1));
    });
    const outcomes = await on.run();
    expect(statuses(outcomes)).toEqual({ unknown: 3 });
    expect(outcomes[0]?.reason).toMatch(
      /^the revoke endpoint answered HTTP 500; the org could not be read again: The org lists 1 grants of the user 005\w+ and hands out 0\. Try again at a quieter time\.$/,
    );
    expect(asked).toBe(3); // three users, then two of them, then one
  });

  it("an answer that is short once is asked for again in halves, and what it lacked is seen to be there", async () => {
    on = await stage(orgOf(4));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 500 }]);
    const asked: number[] = [];
    on.alter((request, answer) => {
      if (!readsAgain(request)) return null;
      asked.push(request.match(/'005/g)!.length);
      return asked.length === 1 ? json(answer, short(4)) : null;
    });
    expect(statuses(await on.run())).toEqual({ failed: 4 });
    expect(asked).toEqual([4, 2, 2]);
  });

  it("tokens of a short answer are not used: nothing is called", async () => {
    on = await stage(orgOf(2));
    on.alter((request, answer) => (readsTokens(request) ? json(answer, short(1)) : null));
    await expect(on.run()).rejects.toThrow(
      /^The org lists 1 grants of the user 005\w+ and hands out 0\. Try again at a quieter time\.$/,
    );
    expect([on.posts(), left()]).toEqual([[], 2]);
  });

  it("what lies beyond the 2,500 rows that Salesforce hands out is read too, not taken for gone", async () => {
    on = await stage(orgOf(2, 1_300), { totalSizeAtCeiling: "capped" });
    expect(statuses(await on.run())).toEqual({ revoked: 2 });
    expect(left()).toBe(0);
  });

  it("a user with more rows than Salesforce hands out cannot be told from one without the grant: nothing is called", async () => {
    on = await stage(orgOf(1, 2_500), { totalSizeAtCeiling: "capped" });
    await expect(on.run()).rejects.toThrow("The org lists 2500 grants of the user");
    expect([on.posts(), left()]).toEqual([[], 1]);
  });

  it("of more than 200 users all are read, 200 at a time, and none is called revoked unread", async () => {
    on = await stage(orgOf(202));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 500 }]);
    const asked: number[] = [];
    on.alter((request) => {
      if (readsAgain(request)) asked.push(request.match(/'005/g)!.length);
      return null;
    });
    expect(statuses(await on.run(on.revocations, { breakAfter: 1_000, concurrency: 32 }))).toEqual({
      failed: 202,
    });
    expect(asked).toEqual([200, 2]);
  });
});

describe("what is live is matched", () => {
  it("for the same user and app alone: what others were given in that moment is left alone", async () => {
    const fixture = orgOf(2);
    const [ann, ben] = fixture.grants;
    const kept = { ...ann!, app: KEPT };
    on = await stage({
      ...fixture,
      grants: [ann!, kept, { ...ben!, createdAt: ann!.createdAt }, { ...kept, username: ben!.username }],
    });
    const ofAnn = on.revocations.filter(
      ({ user, app }) => user.username === ann!.username && app.name === DROPPED,
    );
    expect(statuses(await on.run(ofAnn))).toEqual({ revoked: 1 });
    expect(on.org.store.grants()).toHaveLength(3);
    expect(statuses(await on.run())).toEqual({ "already gone": 1, revoked: 1 });
    expect(on.org.store.grants().map(({ AppName }) => AppName)).toEqual([KEPT, KEPT]);
  });
});

describe("tokens", () => {
  it("are read for 50 users at a time, each user's once and all at once", async () => {
    on = await stage(orgOf(120));
    const asked: string[][] = [];
    on.alter((request) => {
      if (readsTokens(request)) asked.push(request.match(/005\w+/g)!);
      return null;
    });
    expect(statuses(await on.run())).toEqual({ revoked: 120 });
    expect(asked.map((some) => some.length)).toEqual([50, 50, 20]);
    expect(new Set(asked.flat()).size).toBe(120);
  });

  it("that cannot be read half way stop the run, and what was called until then is known", async () => {
    on = await stage(orgOf(120));
    let reads = 0;
    on.alter((request, answer) =>
      readsTokens(request) && ++reads > 1 ? { ...json(answer, () => ({ no: "rows" })) } : null,
    );
    const outcomes = await on.run();
    const called = on.posts().length;
    expect(called).toBeGreaterThan(0);
    expect(statuses(outcomes)).toEqual({ revoked: called, "not tried": 120 - called });
    expect(outcomes.at(-1)?.reason).toContain("answered a query with something");
    expect([called <= 50, left()]).toEqual([true, 120 - called]);
  });

  it("that the org does not hand out are not called for: no form says token=null", async () => {
    on = await stage(orgOf(2));
    on.alter((request, answer) =>
      readsTokens(request)
        ? json(answer, (page: Page) => ({
            ...page,
            records: page.records.map((row, i) => (i === 0 ? { ...row, DeleteToken: null } : row)),
          }))
        : null,
    );
    const outcomes = await on.run();
    expect(statuses(outcomes)).toEqual({ failed: 1, revoked: 1 });
    expect(outcomes.find(({ status }) => status === "failed")?.reason).toBe(
      "the org hands out no DeleteToken for it",
    );
    expect([on.posts(), left()]).toEqual([[200], 1]);
  });
});
