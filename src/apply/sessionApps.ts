import { foldName } from "../names.ts";
import type { PlannedRevocation } from "../plan/plan.ts";

/** A live session as the org shows it; its app by the name that the login history gives, null where it gives none. */
export interface SeenSession {
  readonly id: string;
  readonly userId: string;
  readonly application: string | null;
  /** As AuthSession has them: `Oauth2`, `UI`, `API` …, and `Remote Access 2.0`, `Application` … */
  readonly sessionType: string | null;
  readonly loginType: string | null;
  /** Null where the org does not say. */
  readonly jwt: boolean | null;
}

/** A session through an app of which its user lost the grants. */
export interface SessionOf {
  readonly session: SeenSession;
  readonly revocation: PlannedRevocation;
}

/** Live sessions of users who lost grants, by what is known of them. */
export interface SortedSessions {
  /** Made by OAuth, through an app that the user lost: these can be ended. */
  readonly ofApps: readonly SessionOf[];
  /** Of a browser or the like, which such an app opened: a hybrid app holds them. */
  readonly opened: readonly SessionOf[];
  /** Could be of another app that is called the same. */
  readonly shared: number;
  /** Made by OAuth, or in a way that the org does not say, through an app that no name leads to. */
  readonly untold: number;
}

/**
 * Holds sessions against what was revoked. A session says no more of its app than a name: it is of a lost app where each app
 * that goes by that name was lost by this user. Pure.
 * @param appsCalled the keys of the apps that go by each name, folded
 */
export function sortSessions(
  sessions: readonly SeenSession[],
  revoked: readonly PlannedRevocation[],
  appsCalled: ReadonlyMap<string, ReadonlySet<string>>,
): SortedSessions {
  const lost = Map.groupBy(revoked, ({ user }) => user.id as string);
  const sorted = { ofApps: [] as SessionOf[], opened: [] as SessionOf[], shared: 0, untold: 0 };
  for (const session of sessions) {
    const theirs = lost.get(session.userId);
    if (theirs === undefined) continue;
    const of = appOf(session, theirs, appsCalled);
    if (of === "untold") sorted.untold += isOfBrowser(session) ? 0 : 1;
    else if (of === "shared") sorted.shared++;
    else if (of !== null) sorted[isOAuth(session) ? "ofApps" : "opened"].push({ session, revocation: of });
  }
  return sorted;
}

/** The revocation of the app that a session was made through; null where that is an app which its user did not lose. */
function appOf(
  { application }: SeenSession,
  theirs: readonly PlannedRevocation[],
  appsCalled: ReadonlyMap<string, ReadonlySet<string>>,
): PlannedRevocation | "untold" | "shared" | null {
  const keys = appsCalled.get(foldName(application ?? ""));
  if (keys === undefined) return "untold";
  const lost = theirs.filter(({ app }) => keys.has(app.key));
  const [first] = lost;
  if (first === undefined) return null;
  return new Set(lost.map(({ app }) => app.key)).size < keys.size ? "shared" : first;
}

/** Whether it was made by OAuth (docs/salesforce.md#sessions). A session in a browser is not, whatever else is said of it. */
function isOAuth({ sessionType, loginType }: SeenSession): boolean {
  return sessionType === "Oauth2" || (sessionType === "API" && isRemoteAccess(loginType));
}

/** Whether no app is to be expected behind it: somebody who logged in to Salesforce itself. */
function isOfBrowser({ sessionType, loginType }: SeenSession): boolean {
  return sessionType !== null && sessionType !== "Oauth2" && !isRemoteAccess(loginType);
}

function isRemoteAccess(loginType: string | null): boolean {
  return loginType?.startsWith("Remote Access") ?? false;
}
