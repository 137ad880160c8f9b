import { chunksOf } from "../collections.ts";
import { CodedError } from "../errors.ts";
import type { AppRegister } from "../inventory/appRegister.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { ApiError } from "../salesforce/failure.ts";
import { appIdOf, toId18 } from "../salesforce/id.ts";
import { soqlIn } from "../salesforce/soql.ts";
import type { Stop } from "../stop.ts";
import { applyErrors } from "./errors.ts";
import { faultOf } from "./postRevoke.ts";
import type { AuditRecorder } from "./recorder.ts";
import { type RevokeAnswer, TOO_LATE } from "./revokeCall.ts";
import { type SeenSession, type SessionOf, sortSessions } from "./sessionApps.ts";

/** What became of the live sessions that revoked users have through the app. */
export interface SessionsReport {
  /** Made by OAuth, through an app that their user lost. */
  readonly found: number;
  readonly ended: number;
  /** Whose, as `app, username`, once each; untrusted text. */
  readonly whose: readonly string[];
  /** Of those found, how many hold a token in the form of a JWT; null where there are some and the org does not say. */
  readonly jwt: number | null;
  /** In a browser or the like, opened by such an app (hybrid apps do so): never ended here. */
  readonly opened: number;
  /** Of which it cannot be told through which app they were made. */
  readonly untold: number;
  /** Which could be of another app of the same name. */
  readonly shared: number;
  /** Why some could not be listed or ended, without names; empty where all is well. */
  readonly problems: readonly string[];
}

export const NO_SESSIONS: SessionsReport = {
  ...{ found: 0, ended: 0, whose: [], jwt: 0, opened: 0, untold: 0, shared: 0, problems: [] },
};

const IDS_PER_QUERY = 200;

export interface SettleOptions {
  /** Whether sessions that were made by OAuth are to be ended, not only listed. */
  readonly end: boolean;
  readonly recorder: AuditRecorder;
  /** Knows every name that the apps go by, but those of the app menu. */
  readonly register: AppRegister;
  readonly stop: Stop;
}

/**
 * Lists the live sessions that users have through an app whose grants were revoked, and ends those made by OAuth where that is
 * asked for: whether they end by themselves is not documented (docs/salesforce.md#sessions). Never throws for what the
 * org refuses.
 */
export async function settleSessions(
  connection: OrgConnection,
  revoked: readonly PlannedRevocation[],
  { end, recorder, register, stop }: SettleOptions,
): Promise<SessionsReport> {
  if (revoked.length === 0) return NO_SESSIONS;
  let seen: readonly SeenSession[] | null;
  try {
    seen = await stop.asked.before<typeof seen>(readSessions(connection, revoked, register), () => null);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { ...NO_SESSIONS, problems: [`live sessions could not be listed: ${error.message}`] };
  }
  if (seen === null)
    return { ...NO_SESSIONS, problems: [`live sessions were not listed, since ${stop.reason}`] };
  const { ofApps, opened, shared, untold } = sortSessions(seen, revoked, register.keysByName());
  const problems = new Set<string>();
  let ended = 0;
  for (const of of end ? ofApps : []) {
    const problem =
      stop.reason === null
        ? await endSession(connection, of, recorder, stop)
        : `some were not ended, since ${stop.reason}`;
    if (problem === null) ended++;
    else problems.add(problem);
  }
  await recorder.settled();
  const whose = new Set(
    [...ofApps, ...opened].map(({ revocation: one }) => `${one.appLabel}, ${one.userLabel}`),
  );
  return {
    ...{ found: ofApps.length, ended, whose: [...whose], jwt: jwtOf(ofApps), opened: opened.length },
    ...{ untold, shared, problems: [...problems] },
  };
}

/** @returns why it goes on; null where it is gone */
async function endSession(
  connection: OrgConnection,
  { session, revocation }: SessionOf,
  recorder: AuditRecorder,
  stop: Stop,
): Promise<string | null> {
  let after: (answer: RevokeAnswer) => void;
  try {
    ({ after } = await recorder.callsOf(revocation).before({ through: "session", granted: [] }));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return error.message;
  }
  const answer = await stop.answersDue.before(deleteSession(connection, session.id), () => TOO_LATE.answer);
  after(answer);
  if (answer.kind === "accepted") return null;
  return answer.kind === "refused" ? `the org refused to end a session (${answer.reason})` : answer.reason;
}

/** Throws nothing: whatever the call throws is no answer. */
async function deleteSession(connection: OrgConnection, id: string): Promise<RevokeAnswer> {
  try {
    const { status } = await connection.deleteForRevocation(`/sobjects/AuthSession/${id}`);
    const isGone = status === 204 || status === 404;
    return isGone ? { kind: "accepted", reason: "" } : { kind: "refused", reason: `HTTP ${status}` };
  } catch (error) {
    const reason =
      error instanceof CodedError ? error.message : `no answer to the end of a session (${faultOf(error)})`;
    return { kind: "no-answer", reason };
  }
}

function jwtOf(sessions: readonly SessionOf[]): number | null {
  if (sessions.some(({ session }) => session.jwt === null)) return null;
  return sessions.filter(({ session }) => session.jwt).length;
}

interface SessionRow {
  readonly Id: string;
  readonly UsersId: string | null;
  readonly LoginHistoryId: string | null;
  readonly SessionType: string | null;
  readonly LoginType: string | null;
  readonly IsAssociatedWithJwtAccessToken?: boolean;
}

async function readSessions(
  connection: OrgConnection,
  revoked: readonly PlannedRevocation[],
  register: AppRegister,
): Promise<SeenSession[]> {
  const rows = await readSessionRows(
    connection,
    revoked.map(({ user }) => user.id),
  );
  const logins = await readIn<{ Id: string; Application: string | null }>(
    connection,
    "SELECT Id, Application FROM LoginHistory WHERE Id IN",
    rows.flatMap(({ LoginHistoryId }) => LoginHistoryId ?? []),
  );
  if (rows.length > 0) await learnLabels(connection, register);
  const appOf = new Map(logins.map(({ Id, Application }) => [toId18(Id), Application]));
  return rows.map(({ Id, UsersId, LoginHistoryId, SessionType, LoginType, ...more }) => ({
    id: Id,
    userId: UsersId === null ? "" : toId18(UsersId),
    application: LoginHistoryId === null ? null : (appOf.get(toId18(LoginHistoryId)) ?? null),
    sessionType: SessionType,
    loginType: LoginType,
    jwt: more.IsAssociatedWithJwtAccessToken ?? null,
  }));
}

async function readSessionRows(connection: OrgConnection, userIds: readonly string[]): Promise<SessionRow[]> {
  const soql = (more: string) =>
    `SELECT Id, UsersId, LoginHistoryId, SessionType, LoginType${more} FROM AuthSession WHERE IsCurrent = false AND UsersId IN`;
  try {
    return await readIn(connection, soql(", IsAssociatedWithJwtAccessToken"), userIds);
  } catch (error) {
    // Orgs have that field since API version 64.
    if (!(error instanceof ApiError) || error.salesforceCode !== "INVALID_FIELD") throw error;
    return await readIn(connection, soql(""), userIds);
  }
}

/** The names that the app menu gives to apps, beside those that the register knows. */
async function learnLabels(connection: OrgConnection, register: AppRegister): Promise<void> {
  const { rows } = await connection.query<{ ApplicationId: string | null; Label: string }>(
    "SELECT ApplicationId, Label FROM AppMenuItem",
  );
  for (const { ApplicationId, Label } of rows)
    if (ApplicationId !== null) register.alsoCalled(appIdOf(ApplicationId), Label);
}

/** @throws UserError where the org refuses, or hands out less than it counts */
async function readIn<Row>(connection: OrgConnection, soql: string, ids: readonly string[]): Promise<Row[]> {
  const found: Row[] = [];
  for (const some of chunksOf([...new Set(ids)], IDS_PER_QUERY)) {
    const { rows, totalSize } = await connection.query<Row>(`${soql} ${soqlIn(some)}`);
    if (rows.length !== totalSize)
      throw applyErrors["sessions-not-complete"]({ counted: totalSize, read: rows.length });
    found.push(...rows);
  }
  return found;
}
