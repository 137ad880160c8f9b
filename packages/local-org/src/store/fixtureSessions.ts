import type { OrgFixture } from "../fixture/fixture.ts";
import type { NewLogin } from "./logins.ts";
import type { NewLiveSession } from "./sessions.ts";

/** What a new live session is made of; times in milliseconds since the epoch. */
export interface NewSession extends Omit<NewLiveSession, "grant"> {
  readonly username: string;
  /** The grant that it came from: of an app, by name or id, and with a date. */
  readonly of?: { readonly app: string; readonly createdAt: number | null };
}

/** The live sessions of a fixture, and those of apps that need no grant. @param now when the org starts */
export function fixtureSessions({ sessions = [], apps }: OrgFixture, now: number): NewSession[] {
  return [
    ...sessions.map(({ createdAt, of, reusedBy, ...session }) => ({
      ...session,
      createdAt: Date.parse(createdAt),
      ...(of === undefined ? {} : { of: { app: of.app, createdAt: timeOf(of.createdAt) } }),
      ...(reusedBy === undefined ? {} : { reusedBy: { ...reusedBy, at: Date.parse(reusedBy.at) } }),
    })),
    ...apps.flatMap(({ name, grantLabel, standingAccess = [] }) =>
      standingAccess.map(({ kind, runAs, lastLoginAt }) => ({
        username: runAs,
        app: grantLabel ?? name,
        createdAt: lastLoginAt === undefined ? now : Date.parse(lastLoginAt),
        // LoginHistory has no value for JWT bearer (docs/salesforce.md#access-without-a-grant).
        loginSubType: kind === "client-credentials" ? "OauthClientCredentials" : null,
      })),
    ),
  ];
}

/** The logins of a fixture that left no session. */
export function fixtureLogins({ logins = [] }: OrgFixture): (NewLogin & { readonly username: string })[] {
  return logins.map((login) => ({ ...login, at: Date.parse(login.at) }));
}

/** The milliseconds of an instant. */
export function timeOf(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}
