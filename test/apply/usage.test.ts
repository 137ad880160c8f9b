import { ANN, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { json } from "../altered.ts";
import { type Stage, stage, statuses, veryGrants } from "./stage.ts";

let on: Stage;
beforeEach(async () => {
  on = await stage(smallOrg(), { usageBesideRows: "usage-alone" });
});
afterEach(() => on.close());

const ofPortal = () => on.revocations.filter(({ app }) => app.name === PORTAL.name);
const run = () => on.run(ofPortal());
const runVeryGrants = () => on.run(veryGrants(ofPortal()));
const deletes = () => on.org.requests.filter(({ method }) => method === "DELETE");
const answers = () => on.events.flatMap((event) => (event.event === "answered" ? [event.answer] : []));
const addGrant = (createdAt: string) =>
  on.org.store.addGrant({
    username: ANN,
    app: PORTAL.name,
    createdAt: Date.parse(createdAt),
    lastUsedAt: null,
    useCount: 0,
  });
const left = () => on.org.store.grants().filter(({ AppName }) => AppName === PORTAL.name).length;

interface Tokens {
  tokens: { revocationUrl?: string; initialConnectionAt: string }[];
}
const GONE = { status: 404, body: '[{"errorCode":"NOT_FOUND","message":"gone"}]' };
const readsUsage = (request: string) => /^GET .*\/apps\/oauth\/usage\/.*\/(tokens|users)\?/.test(request);
const readsTokens = (request: string) => /^GET .*\/apps\/oauth\/usage\/.*\/tokens\?/.test(request);

describe("a revocation through the usage of external client apps", () => {
  it.each([429, 503])("is tried again after HTTP %i, as Retry-After asks", async (status) => {
    on.org.setFaults([{ kind: "status", match: "DELETE", status, retryAfterSeconds: 3, count: 2 }]);
    expect(statuses(await run())).toEqual({ revoked: 1 });
    expect(on.waits).toEqual([3_000, 3_000]);
    expect(answers()).toEqual(["refused", "refused", "accepted"]);
  });

  it("takes a row of OauthToken that has come since, too", async () => {
    const [{ user }] = ofPortal() as [PlannedRevocation];
    on.alter((request, answer) => {
      if (!request.includes("FROM OauthToken")) return null;
      const row = {
        UserId: user.id,
        AppName: PORTAL.name,
        AppMenuItem: { ApplicationId: PORTAL.id },
        CreatedDate: "2026-02-01T00:00:00Z",
        DeleteToken: "of-the-row",
      };
      const records = on.posts().length === 0 ? [row] : [];
      return json(answer, (said: object) => ({ ...said, records, totalSize: records.length }));
    });
    expect(statuses(await run())).toEqual({ revoked: 1 });
    expect([on.posts().length, deletes().length]).toEqual([1, 1]);
  });

  it("of a grant whose time is unknown finds nothing where the resource is gone", async () => {
    on.answerInstead((request) => (readsUsage(request) ? GONE : null));
    const [planned] = ofPortal();
    const grants = planned!.grants.map((grant) => ({ ...grant, createdAt: null }));
    expect(statuses(await on.run([{ ...planned!, grants }]))).toEqual({ "already gone": 1 });
    expect(deletes()).toEqual([]);
  });

  it("is tried four times and no more", async () => {
    on.org.setFaults([{ kind: "status", match: "DELETE", status: 429 }]);
    const outcomes = await run();
    expect(outcomes).toMatchObject([{ status: "failed", reason: "the usage resource answered HTTP 429" }]);
    expect([deletes().length, on.waits]).toEqual([4, [1_000, 2_000, 4_000]]);
  });

  it("is made once where the answer is HTTP 500", async () => {
    on.org.setFaults([{ kind: "status", match: "DELETE", status: 500 }]);
    expect(statuses(await run())).toEqual({ failed: 1 });
    expect([deletes().length, on.waits, left()]).toEqual([1, [], 1]);
  });

  it("that found nothing to revoke is no failure: the grant is already gone", async () => {
    let calls = 0;
    on.alter((request) => {
      if (!request.startsWith("DELETE")) return null;
      calls++;
      return { status: 404 };
    });
    expect(statuses(await run())).toEqual({ "already gone": 1 });
    expect([calls, answers()]).toEqual([1, ["unknown-token"]]);
  });

  it("that was accepted is not believed while the org still shows the token", async () => {
    on.answerInstead((request) => (request.startsWith("DELETE") ? { status: 204 } : null));
    const outcomes = await run();
    expect(answers()).toEqual(["accepted"]);
    expect(outcomes).toMatchObject([
      { status: "failed", reason: "the org still lists the grant after the call" },
    ]);
  });

  it("without an answer is settled by reading the org again", async () => {
    on.org.setFaults([{ kind: "drop", match: "DELETE" }]);
    const outcomes = await run();
    expect(answers()).toEqual(["no-answer"]);
    expect(outcomes[0]?.status).toBe("failed");
    expect(outcomes[0]?.reason).toContain("No answer from 127.0.0.1");
  });

  it("is not made where the resource is gone already: 404 means that the user has no token left", async () => {
    on.answerInstead((request) => (readsUsage(request) ? GONE : null));
    expect(statuses(await run())).toEqual({ "already gone": 1 });
    expect(deletes()).toEqual([]);
  });

  it("is made where the org lists no token and names the user all the same: there is one", async () => {
    on.answerInstead((request) => (readsTokens(request) ? GONE : null));
    expect(statuses(await run())).toEqual({ revoked: 1 });
    expect(deletes().map(({ path }) => path)).toEqual([expect.stringMatching(/\/005\w+\/tokens$/)]);
    expect(left()).toBe(0);
  });

  it("is not over while the org names the user, whatever it answered", async () => {
    on.answerInstead((request) => {
      if (readsTokens(request)) return GONE;
      return request.startsWith("DELETE") ? { status: 204 } : null;
    });
    expect(statuses(await run())).toEqual({ failed: 1 });
  });

  it("is not made where the resource answers anything else", async () => {
    on.answerInstead((request) =>
      readsTokens(request) ? { status: 403, body: '[{"errorCode":"FORBIDDEN","message":"no"}]' } : null,
    );
    await expect(run()).rejects.toThrow("FORBIDDEN");
    expect(deletes()).toEqual([]);
  });

  it("is not made for a grant that was given since the plan, though its tokens fill pages", async () => {
    addGrant("2026-02-01T00:00:00Z");
    const asked: string[] = [];
    // One token a page, as an org with smaller pages would hand them out.
    on.alter((request, answer) => {
      if (!readsTokens(request)) return null;
      const page = Number(/page=(\d+)/.exec(request)![1]);
      asked.push(request.split("?")[1]!.split(" ")[0]!);
      return json(answer, ({ tokens }: Tokens) => ({
        tokens: tokens.slice(page, page + 1),
        nextPageUrl: page + 1 < tokens.length ? "/next" : null,
      }));
    });
    expect(statuses(await runVeryGrants())).toEqual({ revoked: 1 });
    expect(asked.slice(0, 2)).toEqual(["page=0&pageSize=100", "page=1&pageSize=100"]);
    expect(deletes().map(({ path }) => path)).toEqual([expect.stringMatching(/\/tokens\/0CQ\w+$/)]);
    expect(left()).toBe(1);
  });

  it("ends its pages where one is empty, and where they hold nothing new", async () => {
    let pages = 0;
    on.alter((request, answer) => {
      if (!readsTokens(request)) return null;
      pages++;
      return json(answer, ({ tokens }: Tokens) => ({
        tokens: request.includes("page=0") ? tokens : [],
        nextPageUrl: "/again",
      }));
    });
    expect(statuses(await run())).toEqual({ revoked: 1 });
    expect(pages).toBe(6); // two pages twice before the call, and one that is empty for each look after it
    on.alter((request, answer) =>
      readsTokens(request) ? json(answer, (said: Tokens) => ({ ...said, nextPageUrl: "/again" })) : null,
    );
    addGrant("2026-02-01T00:00:00Z");
    await expect(run()).rejects.toThrow("answers to");
  });

  it("of two grants that nothing tells apart fails: one of them was not planned", async () => {
    addGrant(new Date(ofPortal()[0]!.grants[0]!.createdAt!).toISOString());
    const [outcome] = await runVeryGrants();
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("nothing tells them apart"),
    });
    expect([deletes(), left()]).toEqual([[], 2]);
  });

  it.each([
    ["no address", undefined],
    [
      "an address of another host",
      "https://elsewhere.example/services/data/v67.0/apps/oauth/usage/tokens/0CQ1",
    ],
    ["an address that goes on", "/services/data/v67.0/apps/oauth/usage/tokens/0CQ1/../../x"],
    ["an address of another resource", "/services/data/v67.0/sobjects/User/0051"],
    ["an address in front of which something stands", "/x/services/data/v67.0/apps/oauth/usage/tokens/0CQ1"],
  ])("goes nowhere where the org names %s for the one token", async (_case, revocationUrl) => {
    addGrant("2026-02-01T00:00:00Z");
    on.alter((request, answer) =>
      readsTokens(request)
        ? json(answer, ({ tokens }: Tokens) => ({
            tokens: tokens.map((token) => ({ ...token, revocationUrl })),
          }))
        : null,
    );
    await expect(runVeryGrants()).rejects.toThrow("names no way to revoke a token");
    expect(deletes()).toEqual([]);
  });

  it.each([null, {}, { nextPageUrl: "/next" }, { tokens: "none" }])(
    "of an answer that is no list calls nothing, and is not taken for none: %j",
    async (said) => {
      on.alter((request, answer) => (readsTokens(request) ? json(answer, () => said) : null));
      await expect(run()).rejects.toThrow("usage");
      expect(deletes()).toEqual([]);
    },
  );
});

describe("a revocation in an org of which the usage shows tokens beside the rows", () => {
  it("takes the row and the token that the usage alone shows, and nothing is left of either", async () => {
    await on.close();
    on = await stage(smallOrg(), { usageBesideRows: "usage-only-tokens" });
    addGrant("2026-02-01T00:00:00Z");
    expect(statuses(await run())).toEqual({ revoked: 1 });
    expect([on.posts().length, deletes().length, left()]).toEqual([1, 1, 0]);
  });

  it("calls once for a row and a token that the usage dates to another part of the same second, as they are listed as one", async () => {
    await on.close();
    on = await stage(smallOrg());
    on.alter((request, answer) =>
      readsTokens(request)
        ? json(answer, (said: Tokens) => ({
            ...said,
            tokens: said.tokens.map(({ initialConnectionAt: at, ...token }) => ({
              ...token,
              initialConnectionAt: new Date(Date.parse(at) + 400).toISOString(),
            })),
          }))
        : null,
    );
    expect(statuses(await run())).toEqual({ revoked: 1 });
    expect([on.posts().length, deletes().length, left()]).toEqual([1, 0, 0]);
  });

  it("asks for the tokens alone where a row was planned: that the app still names the user is no token", async () => {
    await on.close();
    on = await stage(smallOrg());
    const asked: string[] = [];
    on.alter((request) => {
      if (readsUsage(request)) asked.push(/(\w+)\?/.exec(request)![1]!);
      return null;
    });
    expect(statuses(await run())).toEqual({ revoked: 1 });
    expect(new Set(asked)).toEqual(new Set(["tokens"]));
  });

  it("has not succeeded where the row went and the token is not to be revoked: the reason says what it takes", async () => {
    await on.close();
    on = await stage(smallOrg(), { usageBesideRows: "usage-only-tokens", usageRevokingNeeds: "admin" });
    addGrant("2026-02-01T00:00:00Z");
    expect(await run()).toMatchObject([
      {
        status: "failed",
        reason: expect.stringContaining("HTTP 403: revoking there may take the permission"),
      },
    ]);
    expect([on.posts().length, left()]).toEqual([1, 1]);
  });
});

/** The grants of a user and an app of which OauthToken has the first and the usage resources the second. */
describe("a revocation of which a row shows one grant, and the usage another", () => {
  const AFTERWARDS = Date.parse("2026-02-01T00:00:00Z");
  let mixed: Stage;
  let revocation: PlannedRevocation;
  beforeEach(async () => {
    mixed = await stage(smallOrg());
    const [first] = mixed.revocations.filter(({ app }) => app.name === PORTAL.name);
    const { username } = first!.user;
    const second = { app: PORTAL.name, createdAt: AFTERWARDS, lastUsedAt: null, useCount: 0 };
    mixed.org.store.addGrant({ username, ...second });
    revocation = {
      ...first!,
      covers: "grants",
      grants: [first!.grants[0]!, { ...first!.grants[0]!, createdAt: AFTERWARDS, source: "usage" }],
    };
    mixed.alter((request, answer) => {
      if (!request.includes("FROM OauthToken")) return null;
      return json(answer, (said: { records: { CreatedDate: string }[]; totalSize: number }) => {
        const records = said.records.filter(({ CreatedDate }) => Date.parse(CreatedDate) !== AFTERWARDS);
        return { ...said, records, totalSize: records.length };
      });
    });
  });
  afterEach(() => mixed.close());

  const calls = () =>
    mixed.org.requests.flatMap(({ method, path }) =>
      method === "DELETE" || path === "/services/oauth2/revoke"
        ? [`${method} ${path.replace(/0CQ\w+$/, "TOKEN")}`]
        : [],
    );

  it("takes each through what shows it", async () => {
    expect(await mixed.run([revocation])).toMatchObject([{ status: "revoked" }]);
    expect(calls()).toEqual([
      "POST /services/oauth2/revoke",
      expect.stringMatching(/^DELETE .*\/apps\/oauth\/usage\/tokens\/TOKEN$/),
    ]);
    expect(mixed.org.store.grants().filter(({ AppName }) => AppName === PORTAL.name)).toEqual([]);
    expect(mixed.events.flatMap((event) => (event.event === "revoking" ? [event.granted] : []))).toEqual(
      revocation.grants.map(({ createdAt }) => [new Date(createdAt!).toISOString()]),
    );
  });

  it("takes neither where the rows hold more than was planned", async () => {
    const { createdAt } = revocation.grants[0]!;
    const again = { username: revocation.user.username, app: PORTAL.name, createdAt: createdAt! };
    mixed.org.store.addGrant({ ...again, lastUsedAt: null, useCount: 0 });
    expect(await mixed.run([revocation])).toMatchObject([
      { status: "failed", reason: expect.stringContaining("nothing tells them apart") },
    ]);
    expect(calls()).toEqual([]);
  });

  it("takes both where the user is to lose the app, though neither was planned so", async () => {
    const [planned] = revocation.grants;
    const pair: PlannedRevocation = { ...revocation, covers: "pair", grants: [planned!] };
    expect(await mixed.run([pair])).toMatchObject([{ status: "revoked" }]);
    expect(mixed.org.store.grants().filter(({ AppName }) => AppName === PORTAL.name)).toEqual([]);
  });

  it("is not over where only the row was planned and is gone: the token that only the usage has is another grant", async () => {
    const [planned] = revocation.grants;
    const row: PlannedRevocation = { ...revocation, grants: [planned!] };
    expect(await mixed.run([row])).toMatchObject([{ status: "revoked" }]);
    expect(calls()).toEqual(["POST /services/oauth2/revoke"]);
  });

  it("is not over while the usage still shows the token of a row that is gone", async () => {
    const [planned] = revocation.grants;
    let token: object | null = null;
    mixed.alter((request, answer) => {
      if (request.includes("FROM OauthToken"))
        return json(answer, (said: { records: object[] }) => ({ ...said, totalSize: said.records.length }));
      if (!readsTokens(request)) return null;
      return json(answer, (said: Tokens) => {
        token ??= said.tokens[0]!;
        return { ...said, tokens: [token] };
      });
    });
    const row: PlannedRevocation = { ...revocation, covers: "pair", grants: [planned!] };
    const [outcome] = await mixed.run([row]);
    expect(outcome).toMatchObject({ status: "failed" });
  });

  it("is not over while one of them is left", async () => {
    mixed.answerInstead((request) => (request.startsWith("DELETE") ? { status: 204 } : null));
    expect(await mixed.run([revocation])).toMatchObject([
      { status: "failed", reason: "the org still lists the grant after the call" },
    ]);
  });
});
