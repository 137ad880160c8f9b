import { randomBytes } from "node:crypto";
import { freeIds, sfId } from "../ids.ts";
import type { Row } from "./rows.ts";

/** A caller's login. */
export interface Session {
  readonly userId: string;
  readonly token: string;
  /** Name of the app that it was made through, as LoginHistory shows it; null where it shows none. */
  readonly app: string | null;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A session of a user that goes on somewhere else: the local org shows it and can end it, and has no token of it. */
export interface LiveSession {
  readonly id: string;
  readonly loginHistoryId: string;
  readonly userId: string;
  /** Name of the app that it was made through, as LoginHistory shows it; null where it shows none. */
  readonly app: string | null;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
}

/** From where callers come, and from where everybody else: an address that documents may name. */
const CALLER_ADDRESS = "127.0.0.1";
const ELSEWHERE = "192.0.2.1";

/** What came of an attempt to delete a session. */
export type Deletion = "deleted" | "unknown" | "deleted before" | "not allowed";

/** Every caller knows its own session by these; no other session has them. */
const CURRENT = "0Ak000000000001AAA";
const CURRENT_LOGIN = "0Ya000000000001AAA";

/** The sessions of one local org: those of its callers, and live ones of its users. */
export class Sessions {
  /** By access token. */
  readonly #callers = new Map<string, Session>();
  /** Every live session that there was, by the first 15 characters of its id: logins outlast their sessions. */
  readonly #known = new Map<string, LiveSession>();
  readonly #ended = new Set<LiveSession>();
  readonly #nextId = freeIds("0Ak", [sfId("0Ak", 1)]);
  readonly #nextLoginId = freeIds("0Ya", [sfId("0Ya", 1)]);

  /** Opens a session for a caller, who is handed its token. */
  open(organizationId: string, userId: string, app: string | null): Session {
    const secret = randomBytes(48).toString("base64url").replaceAll("-", ".");
    const session = { userId, token: `${organizationId}!${secret}`, app, createdAt: Date.now() };
    this.#callers.set(session.token, session);
    return session;
  }

  ofToken(token: string): Session | undefined {
    return this.#callers.get(token);
  }

  /** Ends a caller's session. @returns whether there was one */
  end(token: string): boolean {
    return this.#callers.delete(token);
  }

  /** Logs a user out everywhere. */
  endAllOf(userId: string): void {
    for (const session of this.#callers.values()) if (session.userId === userId) this.end(session.token);
    for (const session of this.live()) if (session.userId === userId) this.#ended.add(session);
  }

  add(userId: string, app: string | null, createdAt: number): LiveSession {
    const session = { id: this.#nextId(), loginHistoryId: this.#nextLoginId(), userId, app, createdAt };
    this.#known.set(session.id.slice(0, 15), session);
    return session;
  }

  /** The live sessions that have not ended, as they were added. */
  live(): readonly LiveSession[] {
    return [...this.#known.values()].filter((session) => !this.#ended.has(session));
  }

  /** AuthSession as a caller sees it: the caller's own session first. @param all whether those of others too */
  authSessions(caller: Session, all: boolean): Row[] {
    const current = { ...caller, id: CURRENT, loginHistoryId: CURRENT_LOGIN };
    return [current, ...this.live().filter(seenBy(caller, all))].map((session) => ({
      Id: session.id,
      CreatedDate: session.createdAt,
      IsCurrent: session === current,
      LoginHistoryId: session.loginHistoryId,
      LoginType: loginType(session),
      SessionType: session.app === null ? "UI" : "Oauth2",
      SourceIp: session === current ? CALLER_ADDRESS : ELSEWHERE,
      UsersId: session.userId,
    }));
  }

  /** LoginHistory as a caller sees it, with the logins of sessions that have ended. @param all see `authSessions` */
  logins(caller: Session, all: boolean): Row[] {
    const current = { ...caller, loginHistoryId: CURRENT_LOGIN };
    return [current, ...[...this.#known.values()].filter(seenBy(caller, all))].map((session) => ({
      Id: session.loginHistoryId,
      Application: session.app,
      AuthenticationServiceId: null,
      // A session that goes on through an app began with its refresh token.
      LoginSubType: session.app === null ? null : "OauthRefreshToken",
      LoginTime: session.createdAt,
      LoginType: loginType(session),
      Status: "Success",
      UserId: session.userId,
    }));
  }

  /** Ends the session of an id for a caller. @param all whether the caller may end those of others too */
  delete(id: string, caller: Session, all: boolean): Deletion {
    const key = id.slice(0, 15);
    if (key === CURRENT.slice(0, 15)) {
      this.end(caller.token);
      return "deleted";
    }
    const session = this.#known.get(key);
    if (session === undefined) return "unknown";
    if (!seenBy(caller, all)(session)) return "not allowed";
    if (this.#ended.has(session)) return "deleted before";
    this.#ended.add(session);
    return "deleted";
  }
}

/** As the login history writes it (docs/salesforce.md#sessions). */
function loginType({ app }: Pick<Session, "app">): string {
  return app === null ? "Application" : "Remote Access 2.0";
}

function seenBy({ userId }: Session, all: boolean): (session: LiveSession) => boolean {
  return (session) => all || session.userId === userId;
}
