import { afterEach, describe, expect, it } from "vitest";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { json } from "../altered.ts";
import { orgOf } from "./orgs.ts";
import { type Stage, stage, statuses, veryGrants } from "./stage.ts";

let on: Stage;
afterEach(() => on.close());

const readsTokens = (request: string) => request.includes("DeleteToken");
const readsAgain = (request: string) => request.includes("FROM OauthToken") && !readsTokens(request);
const usersAsked = (request: string) => request.match(/'005/g)?.length ?? 0;
const recorded = (event: string) => on.events.filter((one) => one.event === event).length;

/** The plan with each grant's time of granting unknown, as an org without CreatedDate has it; the org then answers so. */
function withoutDates(): PlannedRevocation[] {
  on.alter((request, answer) =>
    request.includes("FROM OauthToken")
      ? json(answer, (page: { records: object[] }) => ({
          ...page,
          records: page.records.map((record) => ({ ...record, CreatedDate: null })),
        }))
      : null,
  );
  return on.revocations.map((revocation) => ({
    ...revocation,
    grants: revocation.grants.map((grant) => ({ ...grant, createdAt: null })),
  }));
}

describe("a run that is stopped", () => {
  it("reads no more tokens, and puts no more calls on record than were announced", async () => {
    on = await stage(orgOf(120));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 500 }]);
    const asked: number[] = [];
    on.alter((request) => {
      if (readsTokens(request)) asked.push(usersAsked(request));
      return null;
    });
    const outcomes = await on.run(undefined, { breakAfter: 2, concurrency: 2 });
    expect(asked).toEqual([50]);
    expect(recorded("revoking")).toBeLessThanOrEqual(2 + 2 * 2);
    expect(statuses(outcomes)["not tried"]).toBeGreaterThan(110);
  });

  it("reads again what was called, and nothing else", async () => {
    on = await stage(orgOf(20));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 500 }]);
    const asked: number[] = [];
    on.alter((request) => {
      if (readsAgain(request)) asked.push(usersAsked(request));
      return null;
    });
    const { failed } = statuses(await on.run(undefined, { breakAfter: 1, concurrency: 1 }));
    expect(asked).toEqual([failed]);
  });

  it("is not stopped by answers after which a call is tried again", async () => {
    on = await stage(orgOf(1));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 503, count: 3 }]);
    expect(statuses(await on.run(undefined, { breakAfter: 2 }))).toEqual({ revoked: 1 });
  });
});

it("tokens of the next users are read once the calls for these are nearly done: they are kept for no longer than they are needed", async () => {
  on = await stage(orgOf(60));
  const callsBefore: number[] = [];
  on.alter((request) => {
    if (readsTokens(request)) callsBefore.push(on.posts().length);
    return null;
  });
  expect(statuses(await on.run(undefined, { concurrency: 2 }))).toEqual({ revoked: 60 });
  expect(callsBefore).toHaveLength(2);
  expect(callsBefore[1]).toBeGreaterThanOrEqual(50 - 3 * 2);
});

describe("a grant whose time of granting is unknown", () => {
  it("is revoked where it is the only one of the user and the app", async () => {
    on = await stage(orgOf(2));
    expect(statuses(await on.run(withoutDates()))).toEqual({ revoked: 2 });
  });

  it("is already gone where the org has none", async () => {
    on = await stage(orgOf(1));
    const planned = withoutDates();
    for (const { DeleteToken } of on.org.store.grants()) on.org.store.revoke(String(DeleteToken));
    expect(statuses(await on.run(planned))).toEqual({ "already gone": 1 });
  });

  it("is left alone where there are more than were planned, and the reason says that the time is unknown", async () => {
    on = await stage(orgOf(1));
    const planned = veryGrants(withoutDates());
    const [{ user, app }] = planned as [PlannedRevocation];
    const again = { username: user.username, app: app.name, createdAt: 0, lastUsedAt: null, useCount: 0 };
    on.org.store.addGrant(again);
    expect(await on.run(planned)).toMatchObject([
      {
        status: "failed",
        reason:
          "2 grants were given at an unknown time, 1 of them planned, and nothing tells them apart; plan again",
      },
    ]);
    expect(on.posts()).toEqual([]);
  });

  it("says the time where it is known", async () => {
    on = await stage(orgOf(1));
    const [{ user, app, grants }] = on.revocations as [PlannedRevocation];
    const createdAt = grants[0]!.createdAt!;
    on.org.store.addGrant({
      username: user.username,
      app: app.name,
      createdAt,
      lastUsedAt: null,
      useCount: 0,
    });
    const [outcome] = await on.run(veryGrants(on.revocations));
    expect(outcome!.reason).toContain(
      `2 grants were given at ${new Date(createdAt).toISOString()}, 1 of them`,
    );
  });
});

describe("what a run says", () => {
  it("of a call that was accepted where the org cannot be read again: that alone", async () => {
    on = await stage(orgOf(1));
    on.alter((request) => (readsAgain(request) ? { status: 400, body: "[]" } : null));
    const [outcome] = await on.run();
    expect(outcome).toMatchObject({ status: "unknown" });
    expect(outcome!.reason).toMatch(/^the org could not be read again: /);
  });

  it("of a grant beside which another has come at the same time: the org still lists it", async () => {
    on = await stage(orgOf(1));
    on.alter((request, answer) =>
      readsAgain(request)
        ? json(answer, () => {
            const [{ user, app, grants }] = on.revocations as [PlannedRevocation];
            const row = {
              UserId: user.id,
              AppName: app.name,
              AppMenuItem: { ApplicationId: app.id },
              CreatedDate: new Date(grants[0]!.createdAt!).toISOString(),
            };
            return { done: true, totalSize: 2, records: [row, row] };
          })
        : null,
    );
    expect(await on.run()).toMatchObject([
      { status: "failed", reason: "the org still lists the grant after the call" },
    ]);
  });

  it("of a plan that names the tool's own user: which that is", async () => {
    on = await stage(orgOf(1));
    const [planned] = on.revocations as [PlannedRevocation];
    const { userId, username } = on.connection.caller;
    await expect(on.run([{ ...planned, user: { ...planned.user, id: userId } }])).rejects.toThrow(username);
  });

  it.each(['{"error":"unsupported_token_type"}', '{ "error" : "unsupported_token_type" }'])(
    "of a refusal in JSON: its code, however it is spaced: %s",
    async (body) => {
      on = await stage(orgOf(1));
      on.answerInstead((request) => (request.includes("/revoke") ? { status: 400, body } : null));
      expect(await on.run()).toMatchObject([
        { reason: "the revoke endpoint answered HTTP 400 unsupported_token_type" },
      ]);
    },
  );
});
