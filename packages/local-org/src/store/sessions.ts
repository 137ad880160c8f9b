import { randomBytes } from "node:crypto";
import { freeIds, sfId } from "../ids.ts";
import { type Login, Logins, type LoginWay, loginRow, loginWay, type NewLogin } from "./logins.ts";
import type { Row } from "./rows.ts";

/** A caller's login. */
export interface Session {
  readonly userId: string;
  readonly token: string;
  /** Name of the app that it was made through, as LoginHistory shows it; null where it shows none. */
  readonly app: string | null;
  readonly loginSubType: string | null;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A session of a user that goes on somewhere else: the local org shows it and can end it, and has no token of it. */
export interface LiveSession {
  readonly id: string;
  /** Its latest login. */
  readonly loginHistoryId: string;
  readonly userId: string;
  /** Name of the app that it was made through, as LoginHistory shows it; null where it shows none. */
  readonly app: string | null;
  /** In milliseconds since the epoch. */
  readonly createdAt: number;
  readonly loginType: string;
  readonly sessionType: string;
  readonly sourceIp: string;
  /** What the access token of an app's session is; only an opaque one ends with its grant. */
  readonly token: "opaque" | "jwt" | "hybrid";
  /** The grant that it came from, by what stays the same when the grant's tokens rotate. */
  readonly grant: string | null;
  /** Whether it is of the family of its user's sessions here. */
  readonly family: boolean;
}

/** From where callers come, and from where everybody else: an address that documents may name. */
const CALLER_ADDRESS = "127.0.0.1";
const ELSEWHERE = "192.0.2.1";

/** What a new live session is made of; what is not said follows from the app. */
export type NewLiveSession = Pick<LiveSession, "app" | "createdAt"> &
  Partial<Pick<LiveSession, "loginType" | "sessionType" | "sourceIp" | "token" | "grant" | "family">> & {
    readonly loginSubType?: string | null;
    /** The latest login that used the session again. */
    readonly reusedBy?: NewLogin;
  };

/** What came of an attempt to delete a session. */
export type Deletion = "deleted" | "unknown" | "deleted before" | "not allowed";

/** Every caller knows its own session by these; no other session has them. */
const CURRENT = "0Ak000000000001AAA";
const CURRENT_LOGIN = "0Ya000000000001AAA";

/** The sessions of one local org: those of its callers, and live ones of its users. */
export class Sessions {
  /** By access token. */
  readonly #callers = new Map<string, Session>();
  /** Every live session that there was, by the first 15 characters of its id. */
  readonly #known = new Map<string, LiveSession>();
  readonly #ended = new Set<LiveSession>();
  readonly #logins = new Logins();
  readonly #nextId = freeIds("0Ak", [sfId("0Ak", 1)]);

  /** Opens a session for a caller, who is handed its token. @param way how it logged in */
  open(organizationId: string, userId: string, app: string | null, way: Partial<LoginWay> = {}): Session {
    const secret = randomBytes(48).toString("base64url").replaceAll("-", ".");
    const token = `${organizationId}!${secret}`;
    const { loginSubType } = loginWay({ app, ...way });
    const session = { userId, token, app, loginSubType, createdAt: Date.now() };
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

  /** Ends what ends with a grant: sessions whose access token is opaque. */
  endOfGrant(grant: string): void {
    for (const session of this.live())
      if (session.grant === grant && session.token === "opaque") this.#ended.add(session);
  }

  addLogin(userId: string, login: NewLogin): Login {
    return this.#logins.add(userId, login);
  }

  add(userId: string, { reusedBy, loginSubType, ...given }: NewLiveSession): LiveSession {
    const way = loginWay({ ...given, ...(loginSubType === undefined ? {} : { loginSubType }) });
    const first = this.addLogin(userId, { app: given.app, at: given.createdAt, ...way });
    const last = reusedBy === undefined ? first : this.addLogin(userId, reusedBy);
    const session: LiveSession = {
      sessionType: given.app === null ? "UI" : "Oauth2",
      sourceIp: ELSEWHERE,
      token: "opaque",
      grant: null,
      family: false,
      ...given,
      loginType: way.loginType,
      id: this.#nextId(),
      loginHistoryId: last.id,
      userId,
    };
    this.#known.set(session.id.slice(0, 15), session);
    return session;
  }

  /** The live sessions that have not ended, as they were added. */
  live(): readonly LiveSession[] {
    return [...this.#known.values()].filter((session) => !this.#ended.has(session));
  }

  /** AuthSession as a caller sees it: the caller's own session first. @param all whether those of others too */
  authSessions(caller: Session, all: boolean): Row[] {
    const { app, createdAt, userId } = caller;
    const current = {
      Id: CURRENT,
      CreatedDate: createdAt,
      IsAssociatedWithJwtAccessToken: false,
      IsCurrent: true,
      LoginHistoryId: CURRENT_LOGIN,
      LoginType: loginWay({ app }).loginType,
      SessionType: app === null ? "UI" : "Oauth2",
      SourceIp: CALLER_ADDRESS,
      UsersId: userId,
    };
    const others = this.live().filter((session) => all || session.userId === userId);
    return [
      current,
      ...others.map((session) => ({
        Id: session.id,
        CreatedDate: session.createdAt,
        IsAssociatedWithJwtAccessToken: session.token === "jwt",
        // Of the family of the caller's session, so that several can be current (docs/salesforce.md#sessions).
        IsCurrent: session.family && session.userId === userId,
        LoginHistoryId: session.loginHistoryId,
        LoginType: session.loginType,
        SessionType: session.sessionType,
        SourceIp: session.sourceIp,
        UsersId: session.userId,
      })),
    ];
  }

  /** LoginHistory as a caller sees it, with the logins of sessions that have ended. @param all see `authSessions` */
  logins(caller: Session, all: boolean): Row[] {
    const { app, createdAt: at, loginSubType, userId } = caller;
    const current = {
      id: CURRENT_LOGIN,
      userId,
      app,
      at,
      status: "Success",
      authenticationServiceId: null,
      ...loginWay({ app, loginSubType }),
    };
    return [current, ...this.#logins.all().filter((login) => all || login.userId === userId)].map(loginRow);
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
    if (!all && session.userId !== caller.userId) return "not allowed";
    if (this.#ended.has(session)) return "deleted before";
    this.#ended.add(session);
    return "deleted";
  }
}
