import { freeIds, sfId } from "../ids.ts";
import type { Row } from "./rows.ts";

/** How a login was made. */
export interface LoginWay {
  readonly loginType: string;
  readonly loginSubType: string | null;
}

/** A login as LoginHistory keeps it. */
export interface Login extends LoginWay {
  readonly id: string;
  readonly userId: string;
  /** Name of the app that it was made through; null where LoginHistory shows none. */
  readonly app: string | null;
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** `Success`, or why it failed. */
  readonly status: string;
  readonly authenticationServiceId: string | null;
}

/** What a new login is made of; what is not said follows from the app. */
export type NewLogin = Pick<Login, "app" | "at"> & Partial<Omit<Login, "id" | "userId">>;

/** As the login history writes it: an app came by its refresh token, and a person by a page (docs/salesforce.md#access-without-a-grant). */
export function loginWay({
  app,
  loginType,
  loginSubType,
}: Pick<NewLogin, "app"> & Partial<LoginWay>): LoginWay {
  return {
    loginType: loginType ?? (app === null ? "Application" : "Remote Access 2.0"),
    loginSubType: loginSubType === undefined ? (app === null ? null : "OauthRefreshToken") : loginSubType,
  };
}

/** Every login of the org's users but the callers' own; logins outlast their sessions. */
export class Logins {
  readonly #all: Login[] = [];
  readonly #nextId = freeIds("0Ya", [sfId("0Ya", 1)]);

  add(userId: string, login: NewLogin): Login {
    const { app, at, status = "Success", authenticationServiceId = null } = login;
    const added = {
      id: this.#nextId(),
      userId,
      app,
      at,
      status,
      authenticationServiceId,
      ...loginWay(login),
    };
    this.#all.push(added);
    return added;
  }

  all(): readonly Login[] {
    return this.#all;
  }
}

/** A login as a record of LoginHistory. */
export function loginRow(login: Login): Row {
  return {
    Id: login.id,
    Application: login.app,
    AuthenticationServiceId: login.authenticationServiceId,
    LoginSubType: login.loginSubType,
    LoginTime: login.at,
    LoginType: login.loginType,
    Status: login.status,
    UserId: login.userId,
  };
}
