import { afterEach, describe, expect, it } from "vitest";
import { NO_SESSIONS } from "../../src/apply/liveSessions.ts";
import type { PlannedRevocation } from "../../src/plan/plan.ts";
import { sessionsText } from "../../src/report/outcomesText.ts";
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

interface Seen {
  readonly LoginHistoryId: string | null;
  readonly SessionType: string | null;
  readonly LoginType: string | null;
  readonly IsAssociatedWithJwtAccessToken?: boolean;
}
/** The org shows every session of others so. */
function alterSessions(make: (row: Seen) => Seen): void {
  on.alter((request, answer) => {
    if (!request.includes("IsCurrent = false") || answer.status !== 200) return null;
    return json(answer, (said: { records: Seen[] }) => ({ ...said, records: said.records.map(make) }));
  });
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
    expect(sessions).toMatchObject({ found: 2, ended: 0, whose: on.revocations.map(whose), problems: [] });
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
          SessionType: "Oauth2",
          LoginType: "Remote Access 2.0",
          IsAssociatedWithJwtAccessToken: false,
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

  it.each([
    ["LoginHistory names none", (row: Seen): Seen => ({ ...row, LoginHistoryId: null })],
    [
      "neither does the org say how they were made",
      (row: Seen): Seen => ({ ...row, LoginHistoryId: null, SessionType: null, LoginType: null }),
    ],
  ])("whose app cannot be told are counted, and left alone: %s", async (_case, make) => {
    await withSessions(2);
    alterSessions(make);
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 0, ended: 0, untold: 2, problems: [] });
    expect(sessionsText(sessions)).toBe(
      "2 live sessions of revoked users of which it cannot be told through which app: look in Setup",
    );
  });

  it("whose app has a name that no app of the org goes by are counted too", async () => {
    await withSessions(1, ["Dropped for Windows"]);
    expect((await on.apply(undefined, { sessions: "end" })).sessions).toMatchObject({ found: 0, untold: 1 });
  });

  it("in a browser that somebody logged in with are not looked at", async () => {
    await withSessions(1, []);
    on.org.store.addSession({ username: on.revocations[0]!.user.username, app: null, createdAt: 0 });
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 0, untold: 0, opened: 0 });
    expect(sessionsText(sessions)).toBe(null);
  });

  it("in a browser that the app opened are said to outlive the revocation, and never ended", async () => {
    await withSessions(1);
    alterSessions((row) => ({ ...row, SessionType: "UI" }));
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 0, ended: 0, opened: 1, whose: on.revocations.map(whose) });
    expect(sessionsText(sessions)).toContain("1 session in a browser that such an app opened can outlive");
    expect(on.org.store.sessions()).toHaveLength(1);
  });

  it("of the API are ended where they were made by OAuth, and no others", async () => {
    await withSessions(1);
    alterSessions((row) => ({ ...row, SessionType: "API", LoginType: "Application" }));
    expect((await on.apply(undefined, { sessions: "end" })).sessions).toMatchObject({ found: 0, opened: 1 });
    await on.close();
    await withSessions(1);
    alterSessions((row) => ({ ...row, SessionType: "API" }));
    expect((await on.apply(undefined, { sessions: "end" })).sessions).toMatchObject({ found: 1, ended: 1 });
  });

  it.each([
    ["the name of the app in another case", "DROPPED "],
    ["what its grants are called", "Dropped (old name)"],
    ["its label in the app menu", "Dropped in the menu"],
  ])("are found by %s", async (_case, application) => {
    await withSessions(1, [application]);
    on.alter((request, answer) => {
      if (request.includes("FROM OauthToken"))
        return json(answer, ({ records, ...rest }: { records: object[] }) => ({
          ...rest,
          records: records.map((row) =>
            "AppName" in row && row.AppName === DROPPED ? { ...row, AppName: "Dropped (old name)" } : row,
          ),
        }));
      if (!asksFor("AppMenuItem")(request) && !request.endsWith("FROM AppMenuItem")) return null;
      return json(
        answer,
        ({ records, ...rest }: { records: { ApplicationId: string; Label: string }[] }) => ({
          ...rest,
          records: records.map((row) =>
            row.Label === DROPPED ? { ...row, Label: "Dropped in the menu" } : row,
          ),
        }),
      );
    });
    expect((await on.apply(undefined, { sessions: "end" })).sessions).toMatchObject({ found: 1, ended: 1 });
  });

  it("whose name another app has as its label in the menu are left alone", async () => {
    await withSessions(1);
    on.alter((request, answer) =>
      request.endsWith("FROM AppMenuItem")
        ? json(answer, ({ records, ...rest }: { records: { Label: string }[] }) => ({
            ...rest,
            records: records.map((row) => ({ ...row, Label: DROPPED })),
          }))
        : null,
    );
    const { sessions } = await on.apply(undefined, { sessions: "end" });
    expect(sessions).toMatchObject({ found: 0, ended: 0, shared: 1 });
  });

  it("that hold JWT-based tokens are said with the time that these work on, as far as the org tells", async () => {
    await withSessions(1);
    const { username } = on.revocations[0]!.user;
    on.org.store.addSession({ username, app: DROPPED, createdAt: 0, token: "jwt" });
    const { sessions } = await on.apply();
    expect(sessions).toMatchObject({ found: 2, jwt: 1 });
    expect(sessionsText(sessions)).toContain(
      "1 of them hold JWT-based tokens, which work for up to 30 minutes more",
    );
    expect(sessionsText({ ...sessions, jwt: null })).toContain(
      "the org does not say whether they hold JWT-based tokens",
    );
  });

  it("are not taken for all where the org hands out less than it counts", async () => {
    await withSessions(2);
    on.alter((request, answer) =>
      asksFor("AuthSession")(request) && answer.status === 200
        ? json(answer, ({ records, ...rest }: Records) => ({ ...rest, records: records.slice(1) }))
        : null,
    );
    expect((await on.apply()).sessions.problems).toEqual([
      expect.stringContaining("counts 2 live sessions and hands out 1"),
    ]);
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
      ...NO_SESSIONS,
      problems: [expect.stringMatching(/^live sessions could not be listed: .*INVALID_TYPE/s)],
    });
  });

  it("of an org that does not know of JWT-based tokens are found all the same", async () => {
    await withSessions(1);
    on.answerInstead((request) =>
      request.includes("IsAssociatedWithJwt")
        ? { status: 400, body: '[{"errorCode":"INVALID_FIELD","message":"No such column"}]' }
        : null,
    );
    expect((await on.apply()).sessions).toMatchObject({ found: 1, jwt: null, problems: [] });
  });

  it("of an answer that is none are a problem, and what was revoked stays known", async () => {
    await withSessions(1);
    alterSessions((row) => ({ ...row, SessionType: 7 as never }));
    const { outcomes, sessions } = await on.apply();
    expect(outcomes).toMatchObject([{ status: "revoked" }]);
    expect(sessions.problems).toEqual([expect.stringContaining("AuthSession.SessionType")]);
  });

  it("are asked for two hundred users at a time", async () => {
    await withSessions(201);
    const asked: number[] = [];
    on.alter((request, { status }) => {
      if (asksFor("AuthSession")(request) && status === 200) asked.push(request.match(/'005\w+'/g)!.length);
      return null;
    });
    expect((await on.apply()).sessions.found).toBe(201);
    expect(asked).toEqual([200, 1]);
  });
});
