import { PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { json } from "../altered.ts";
import { orgOf } from "./orgs.ts";
import { type Stage, stage, statuses } from "./stage.ts";

let on: Stage;
afterEach(() => on.close());

const isCall = (request: string) => request.includes("/oauth2/revoke");
const readsAgain = (request: string) =>
  request.includes("FROM OauthToken") && !request.includes("DeleteToken");
const left = () => on.org.store.grants().length;
/** The calls and the looks for what is left, as the org saw them. */
function watch(): string[] {
  const seen: string[] = [];
  on.alter((request) => {
    if (isCall(request)) seen.push("call");
    if (readsAgain(request)) seen.push("look");
    return null;
  });
  return seen;
}

describe("the first revocation of a run", () => {
  it("is made alone, and seen to be gone before the others begin", async () => {
    on = await stage(orgOf(5));
    const seen = watch();
    expect(statuses(await on.run())).toEqual({ revoked: 5 });
    expect(seen).toEqual(["call", "look", "call", "call", "call", "call", "look"]);
  });

  it("that the org accepts without carrying it out is the last: nothing more is tried", async () => {
    on = await stage(orgOf(5));
    on.answerInstead((request) => (isCall(request) ? { status: 200, body: "" } : null));
    const outcomes = await on.run();
    expect(statuses(outcomes)).toEqual({ failed: 1, "not tried": 4 });
    expect(outcomes.at(-1)?.reason).toBe(
      "The first revocation was accepted and the org still lists the grant, so nothing more was tried. Look in Setup whether the grant is gone, and run it again; if it is still there, report this as a bug.",
    );
    expect([on.events.filter(({ event }) => event === "revoking").length, on.waits]).toEqual([
      1,
      [1_000, 2_000, 4_000],
    ]);
  });

  it("may take the org a while: what it lists once more and then no more is gone", async () => {
    on = await stage(orgOf(3));
    const [{ user, app, grants }] = on.revocations as [(typeof on.revocations)[0]];
    let looks = 0;
    on.alter((request, answer) => {
      if (!readsAgain(request) || ++looks > 1) return null;
      const row = {
        UserId: user.id,
        AppName: app.name,
        AppMenuItem: { ApplicationId: app.id },
        CreatedDate: new Date(grants[0]!.createdAt!).toISOString(),
      };
      return json(answer, () => ({ done: true, totalSize: 1, records: [row] }));
    });
    expect(statuses(await on.run())).toEqual({ revoked: 3 });
    expect(on.waits).toEqual([1_000]);
  });

  it("that cannot be verified is the last", async () => {
    on = await stage(orgOf(5));
    on.alter((request) => (readsAgain(request) ? { status: 400, body: "[]" } : null));
    const outcomes = await on.run();
    expect(statuses(outcomes)).toEqual({ unknown: 1, "not tried": 4 });
    expect(outcomes.at(-1)?.reason).toMatch(/^The first revocation could not be verified, so nothing more/);
  });

  it("is followed by another one alone where it did not go through", async () => {
    on = await stage(orgOf(5));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 500, count: 1 }]);
    const seen = watch();
    expect(statuses(await on.run())).toEqual({ failed: 1, revoked: 4 });
    expect(seen).toEqual(["call", "call", "look", "call", "call", "call", "look"]);
  });

  it("whose answer was lost counts once the grant is seen to be gone", async () => {
    on = await stage(orgOf(5));
    on.org.setFaults([{ kind: "applyThenDrop", match: "/revoke", count: 1 }]);
    expect(statuses(await on.run())).toEqual({ revoked: 5 });
  });

  it("proves nothing by a token that the org does not know: ten of them that it still lists stop the run", async () => {
    on = await stage(orgOf(20));
    on.answerInstead((request) => (isCall(request) ? { status: 400, body: "error=invalid_token" } : null));
    expect(statuses(await on.run())).toEqual({ failed: 10, "not tried": 10 });
  });

  it("is another for each way to revoke", async () => {
    on = await stage(smallOrg(), { usageBesideRows: "usage-alone" });
    const ways: string[] = [];
    on.alter((request) => {
      if (isCall(request)) ways.push("row");
      if (request.startsWith("DELETE")) ways.push("usage");
      if (readsAgain(request) || /^GET .*\/tokens\?/.test(request)) ways.push("look");
      return null;
    });
    expect(on.revocations.some(({ app }) => app.name === PORTAL.name)).toBe(true);
    await on.run();
    expect(ways.join(" ")).toMatch(/row look/);
    expect(ways.join(" ")).toMatch(/usage look/);
  });
});

describe("an answer that says that the call is not taken as it is made", () => {
  it.each([
    ["a redirect", 302, ""],
    ["no such address", 404, "Bad_Id"],
    ["another method", 405, ""],
    ["an unsupported type of token", 400, "error=unsupported_token_type&error_description=no"],
    ["a web page", 200, "<!DOCTYPE html><html><body>Log in</body></html>"],
    ["a web page of an error", 403, "\n <html>no</html>"],
  ])("stops the run at its first call: %s", async (_case, status, body) => {
    on = await stage(orgOf(5));
    on.answerInstead((request) => (isCall(request) ? { status, body } : null));
    const outcomes = await on.run();
    expect(statuses(outcomes)).toEqual({ failed: 1, "not tried": 4 });
    expect(outcomes[0]?.reason).toMatch(new RegExp(`^the revoke endpoint answered HTTP ${status}`));
    expect(outcomes.at(-1)?.reason).toMatch(
      /^The org does not take the revoke call as it is made \(the revoke endpoint answered .*Run `npx sanctioned doctor`/,
    );
    expect(on.events.filter(({ event }) => event === "revoking")).toHaveLength(1);
    expect(left()).toBe(5);
  });

  it("is that of an org which looks for tokens in the address alone", async () => {
    on = await stage(orgOf(5), { revokeBody: "query-only" });
    expect(statuses(await on.run())).toEqual({ failed: 1, "not tried": 4 });
    expect([on.posts(), left()]).toEqual([[400], 5]);
  });

  it("is of the one token where calls were seen to work, unless the next is answered so too", async () => {
    on = await stage(orgOf(8));
    const users = on.revocations.map(({ user }) => user.username);
    const fault = { kind: "redirect", match: "/revoke" } as const;
    on.org.setFaults([{ ...fault, username: users[3]! }]);
    expect(statuses(await on.run(undefined, { concurrency: 1 }))).toEqual({ revoked: 7, failed: 1 });
    await on.close();
    on = await stage(orgOf(8));
    on.org.setFaults([3, 4].map((i) => ({ ...fault, username: users[i]! })));
    expect(statuses(await on.run(undefined, { concurrency: 1 }))).toMatchObject({ failed: 2 });
    expect(left()).toBeGreaterThan(2);
  });
});

it("a page of the edge that turns bursts away is waited for, with fewer at once", async () => {
  on = await stage(orgOf(3));
  let turnedAway = 0;
  on.answerInstead((request) =>
    isCall(request) && turnedAway++ < 2
      ? { status: 400, body: "<HTML><BODY><H1>Access Denied</H1></BODY></HTML>" }
      : null,
  );
  expect(statuses(await on.run())).toEqual({ revoked: 3 });
  expect(on.waits).toEqual([10_000, 10_000]);
});
