import { UserError } from "../errors.ts";
import type { App } from "../inventory/inventory.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { toId18 } from "../salesforce/id.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { amount } from "../text.ts";
import type { AuditRecorder } from "./recorder.ts";

/** What became of the live sessions that revoked users have through the app. */
export interface SessionsReport {
  readonly found: number;
  readonly ended: number;
  /** Whose, as `app, username`, once each; untrusted text. */
  readonly whose: readonly string[];
  /** Why some could not be listed or ended, without names; empty where all is well. */
  readonly problems: readonly string[];
}

interface LiveSession {
  readonly id: string;
  readonly revocation: PlannedRevocation;
}

const IDS_PER_QUERY = 200;

/**
 * Lists the live sessions that users have through an app whose grants were revoked, and ends them where
 * that is asked for: whether they end by themselves is not documented (docs/salesforce.md#what-is-not-known). A session
 * names its app only through LoginHistory (3.6), and by its label: of a label that another app has too, it ends none
 * unless the user loses all of these. Never throws for what the org refuses.
 * @param apps every app of the inventory that was planned from
 */
export async function settleSessions(
  connection: OrgConnection,
  revoked: readonly PlannedRevocation[],
  end: boolean,
  recorder: AuditRecorder,
  apps: readonly App[],
): Promise<SessionsReport> {
  let read: Awaited<ReturnType<typeof readSessions>>;
  try {
    read = await readSessions(connection, revoked, apps);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      found: 0,
      ended: 0,
      whose: [],
      problems: [`live sessions could not be listed: ${error.message}`],
    };
  }
  const { sessions } = read;
  const problems = new Set(read.problems);
  let ended = 0;
  for (const { id, revocation } of end ? sessions : []) {
    try {
      const { after } = await recorder.callsOf(revocation).before({ through: "session", granted: [] });
      const { status } = await connection.deleteForRevocation(`/sobjects/AuthSession/${id}`);
      const gone = status === 204 || status === 404;
      after(gone ? { kind: "accepted", reason: "" } : { kind: "refused", reason: `HTTP ${status}` });
      if (gone) ended++;
      else problems.add(`the org refused to end a session (HTTP ${status})`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.add(error.message);
    }
  }
  await recorder.settled();
  const whose = new Set(sessions.map(({ revocation: one }) => `${one.appLabel}, ${one.userLabel}`));
  return { found: sessions.length, ended, whose: [...whose], problems: [...problems] };
}

async function readSessions(
  connection: OrgConnection,
  revoked: readonly PlannedRevocation[],
  apps: readonly App[],
): Promise<{ readonly sessions: LiveSession[]; readonly problems: readonly string[] }> {
  const rows = await readIn<{ Id: string; UsersId: string; LoginHistoryId: string | null }>(
    connection,
    "SELECT Id, UsersId, LoginHistoryId FROM AuthSession WHERE IsCurrent = false AND UsersId IN",
    revoked.map(({ user }) => user.id),
  );
  const logins = await readIn<{ Id: string; Application: string | null }>(
    connection,
    "SELECT Id, Application FROM LoginHistory WHERE Id IN",
    rows.flatMap(({ LoginHistoryId }) => LoginHistoryId ?? []),
  );
  const appOf = new Map(logins.map(({ Id, Application }) => [toId18(Id), Application]));
  const called = Map.groupBy(apps, ({ name }) => name);
  const sessions: LiveSession[] = [];
  let untold = 0;
  for (const { Id, UsersId, LoginHistoryId } of rows) {
    const name = LoginHistoryId === null ? null : appOf.get(toId18(LoginHistoryId));
    const theirs = revoked.filter(({ user, app }) => user.id === toId18(UsersId) && app.name === name);
    const [revocation] = theirs;
    if (revocation === undefined) continue;
    const lost = new Set(theirs.map(({ app }) => app.key));
    if ((called.get(name ?? "") ?? []).every(({ key }) => lost.has(key)))
      sessions.push({ id: Id, revocation });
    else untold++;
  }
  const problem = `${amount(untold, "live session")} could be of another app of the same name: look in Setup`;
  return { sessions, problems: untold === 0 ? [] : [problem] };
}

async function readIn<Row>(connection: OrgConnection, soql: string, ids: readonly string[]): Promise<Row[]> {
  const distinct = [...new Set(ids)];
  const rows: Row[] = [];
  for (let start = 0; start < distinct.length; start += IDS_PER_QUERY)
    rows.push(
      ...(await connection.query<Row>(`${soql} ${soqlIn(distinct.slice(start, start + IDS_PER_QUERY))}`))
        .rows,
    );
  return rows;
}
