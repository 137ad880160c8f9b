import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { orgOf } from "./orgs.ts";
import { type Stage, stage, statuses } from "./stage.ts";

let on: Stage;
beforeEach(async () => {
  on = await stage(orgOf(1));
});
afterEach(() => on.close());

const answers = () => on.events.flatMap((event) => (event.event === "answered" ? [event.answer] : []));
/** Answers every revoke call so, without a word to the org. */
const answer = (status: number, body: string) =>
  on.answerInstead((request) => (request.includes("/oauth2/revoke") ? { status, body } : null));

describe("the revoke call", () => {
  it.each([429, 503])("is tried again after HTTP %i, each attempt on record", async (status) => {
    on.org.setFaults([{ kind: "status", match: "/revoke", status, count: 2 }]);
    expect(statuses(await on.run())).toEqual({ revoked: 1 });
    expect(on.posts()).toEqual([status, status, 200]);
    expect(answers()).toEqual(["refused", "refused", "accepted"]);
  });

  it("is tried four times and no more, waiting 1, 2 and 4 s at most", async () => {
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 503 }]);
    const outcomes = await on.run();
    expect(outcomes.map(({ status, reason }) => [status, reason])).toEqual([
      ["failed", "the revoke endpoint answered HTTP 503"],
    ]);
    expect(on.posts()).toEqual([503, 503, 503, 503]);
    expect(on.waits).toEqual([1_000, 2_000, 4_000]);
  });

  it("waits a random part of that, so that runs do not come back at once", async () => {
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 503, count: 1 }]);
    const clock = { sleep: async (milliseconds: number) => on.waits.push(milliseconds), random: () => 0.25 };
    await on.run(on.revocations, { clock });
    expect(on.waits).toEqual([250]);
  });

  it.each([
    [0, 0],
    [7, 7_000],
    [60, 60_000],
    [61, 60_000],
  ])(
    "waits as Retry-After asks, a minute at most: %i s is %i ms",
    async (retryAfterSeconds, milliseconds) => {
      on.org.setFaults([{ kind: "status", match: "/revoke", status: 429, retryAfterSeconds, count: 1 }]);
      expect(statuses(await on.run())).toEqual({ revoked: 1 });
      expect(on.waits).toEqual([milliseconds]);
    },
  );

  it.each([500, 502, 504, 403])("is made once where the answer is HTTP %i", async (status) => {
    on.org.setFaults([{ kind: "status", match: "/revoke", status }]);
    const [outcome] = await on.run();
    expect(outcome).toMatchObject({
      status: "failed",
      reason: `the revoke endpoint answered HTTP ${status}`,
    });
    expect(on.posts()).toEqual([status]);
    expect(on.waits).toEqual([]);
  });

  it("is made once where no answer came: it may have been carried out", async () => {
    on.org.setFaults([{ kind: "drop", match: "/revoke" }]);
    await on.run();
    expect(on.org.requests.filter(({ path }) => path === "/services/oauth2/revoke")).toHaveLength(1);
    expect(answers()).toEqual(["no-answer"]);
  });

  it.each([
    ["as a form", 400, "error=unsupported_token_type&error_description=no", " unsupported_token_type"],
    ["last in a form", 400, "error_description=no&error=unsupported_token_type", " unsupported_token_type"],
    ["as JSON", 400, '{"error" : "unsupported_token_type"}', " unsupported_token_type"],
    [
      "with the code of a token that is unknown, but not HTTP 400",
      403,
      "error=invalid_token",
      " invalid_token",
    ],
    ["whose code is no word of OAuth's", 400, "error=00Dxx0000001gPL%21AQ", ""],
    ["whose code is too short", 400, "error=no", ""],
    ["whose code is too long to be one", 400, `error=${"a".repeat(41)}`, ""],
    ["that has the word elsewhere", 400, "my_error=invalid_token", ""],
    ["that goes on behind it", 400, "error=invalid_token-and-more", ""],
    ["that holds a token", 500, "token=aPrxSecret", ""],
  ])("an error %s shows its code alone, never its text", async (_case, status, body, code) => {
    answer(status, body);
    const [outcome] = await on.run();
    expect(outcome).toMatchObject({
      status: "failed",
      reason: `the revoke endpoint answered HTTP ${status}${code}`,
    });
    expect(answers()).toEqual(["refused"]);
  });

  it("a token that is unknown is no failure, and no proof: what the org still lists has failed", async () => {
    answer(400, "error=invalid_token&error_description=invalid%20token");
    const [outcome] = await on.run();
    expect(answers()).toEqual(["unknown-token"]);
    expect(outcome).toMatchObject({
      status: "failed",
      reason: "the org still lists the grant after the call",
    });
  });

  it("200 is no proof either", async () => {
    answer(200, "");
    expect((await on.run())[0]).toMatchObject({ status: "failed" });
    answer(204, "");
    await on.run();
    expect(answers()).toEqual(["accepted", "refused"]);
  });

  it("a grant that somebody else revoked meanwhile was not revoked by this run", async () => {
    // The org revokes it, and the answer says that it was gone.
    on.alter((request) =>
      request.includes("/oauth2/revoke") ? { status: 400, body: "error=invalid_token" } : null,
    );
    expect((await on.run())[0]).toMatchObject({ status: "already gone", reason: "" });
  });
});
