import { afterEach, describe, expect, it } from "vitest";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { json } from "../altered.ts";
import { DROPPED, KEPT, orgOf } from "./orgs.ts";
import { type Stage, stage } from "./stage.ts";

let on: Stage;
afterEach(() => on.close());

interface Records {
  readonly totalSize: number;
  readonly records: { LoginHistoryId: string | null; Application: string | null }[];
}

async function withSessions(users: number, apps: readonly string[] = [DROPPED]): Promise<void> {
  on = await stage(orgOf(users, 1));
  for (const { user } of on.revocations)
    for (const app of apps) on.org.store.addSession({ username: user.username, app, createdAt: 0 });
}

const whose = ({ appLabel, userLabel }: PlannedRevocation) => `${appLabel}, ${userLabel}`;
const asksFor = (object: string) => (request: string) => request.includes(`FROM ${object} `);
const isDeletion = (request: string) => request.startsWith("DELETE");
const sessionCalls = () =>
  on.events.flatMap((event) => {
    if (event.event === "revoking" && event.through === "session") return ["revoking"];
    return event.event === "answered" ? [event.answer] : [];
  });

describe("live sessions of users whose grants were revoked", () => {
  it("are listed and left alone unless their end is asked for", async () => {
    await withSessions(2);
    const { sessions } = await on.apply();
    expect(sessions).toEqual({ found: 2, ended: 0, whose: on.revocations.map(whose), problems: [] });
    expect(on.org.store.sessions()).toHaveLength(2);
  });

  it("end where that is asked for, each on record", async () => {
    await withSessions(2);
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 2, ended: 2, problems: [] });
    expect(on.org.store.sessions()).toEqual([]);
    expect(sessionCalls().slice(-4)).toEqual(["revoking", "accepted", "revoking", "accepted"]);
  });

  it("are those through the app that was revoked, and no others", async () => {
    await withSessions(1, [KEPT]);
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 0, ended: 0 });
    expect(on.org.store.sessions()).toHaveLength(1);
  });

  it("are those of the user who was revoked, and of nobody else", async () => {
    await withSessions(2);
    const [first, second] = on.revocations;
    const { sessions } = await on.apply([second!], { sessions: "end" });
    expect(sessions).toMatchObject({ found: 1, ended: 1, whose: [whose(second!)] });
    // The org answers with sessions of another user than it was asked for.
    on.alter((request, answer) => {
      if (!asksFor("AuthSession")(request)) return null;
      return json(answer, (said: object) => ({
        ...said,
        records: on.org.store.sessions().map(({ id }) => ({
          Id: id,
          UsersId: second!.user.id,
          LoginHistoryId: null,
        })),
      }));
    });
    expect((await on.apply([first!], { sessions: "end" })).sessions).toMatchObject({ found: 0, ended: 0 });
  });

  it("of a user whose revocation failed are left alone", async () => {
    await withSessions(1);
    on.org.setFaults([{ kind: "status", match: "/services/oauth2/revoke", status: 500 }]);
    const { outcomes, sessions } = await on.apply(undefined, { sessions: "end" });
    expect(outcomes).toMatchObject([{ status: "failed" }]);
    expect(sessions).toMatchObject({ found: 0, ended: 0 });
    expect(on.org.store.sessions()).toHaveLength(1);
  });

  it("whose app cannot be told are nobody's", async () => {
    await withSessions(1);
    on.alter((request, answer) => {
      if (!asksFor("AuthSession")(request)) return null;
      return json(answer, ({ records, ...rest }: Records) => ({
        ...rest,
        records: records.map((record) => ({ ...record, LoginHistoryId: null })),
      }));
    });
    expect((await on.apply()).sessions).toMatchObject({ found: 0, problems: [] });
  });

  it("that are gone by themselves count as ended", async () => {
    await withSessions(1);
    on.answerInstead((request) => (isDeletion(request) ? { status: 404 } : null));
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 1, ended: 1, problems: [] });
    expect(sessionCalls().at(-1)).toBe("accepted");
  });

  it("that the org refuses to end are said, once for each reason, and are on record", async () => {
    await withSessions(2);
    on.answerInstead((request) => (isDeletion(request) ? { status: 403 } : null));
    const { outcomes, sessions } = await on.apply(undefined, { sessions: "end" });
    expect(outcomes.map(({ status }) => status)).toEqual(["revoked", "revoked"]);
    expect(sessions).toMatchObject({
      found: 2,
      ended: 0,
      problems: ["the org refused to end a session (HTTP 403)"],
    });
    expect(on.events.filter((event) => event.event === "answered").slice(-2)).toMatchObject([
      { answer: "refused", reason: "HTTP 403" },
      { answer: "refused", reason: "HTTP 403" },
    ]);
  });

  it("about which the org gives no answer are said, and the others end", async () => {
    await withSessions(2);
    on.org.setFaults([{ kind: "drop", match: "DELETE", count: 1 }]);
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 2, ended: 1 });
    expect(sessions.problems).toEqual([expect.stringContaining("No answer from")]);
  });

  it("that cannot be listed are said to be unknown: what was revoked stays revoked", async () => {
    await withSessions(1);
    on.answerInstead((request) =>
      asksFor("AuthSession")(request)
        ? { status: 400, body: '[{"errorCode":"INVALID_TYPE","message":"no such object"}]' }
        : null,
    );
    const { outcomes, sessions } = await on.apply(undefined, { sessions: "end" });
    expect(outcomes).toMatchObject([{ status: "revoked" }]);
    expect(sessions).toEqual({
      found: 0,
      ended: 0,
      whose: [],
      problems: [expect.stringMatching(/^live sessions could not be listed: .*INVALID_TYPE/s)],
    });
  });

  it("are asked for two hundred users at a time", async () => {
    await withSessions(201);
    const asked: number[] = [];
    on.alter((request) => {
      if (asksFor("AuthSession")(request)) asked.push(request.match(/'005\w+'/g)!.length);
      return null;
    });
    expect((await on.apply()).sessions.found).toBe(201);
    expect(asked).toEqual([200, 1]);
  });
});
