import { RemoteError } from "../errors.ts";
import { salesforceErrors } from "./errors.ts";
import { ApiError } from "./failure.ts";
import { type AppRef, orgIdOf, userIdOf } from "./id.ts";
import type { Caller, Org } from "./org.ts";
import type { QueryResult } from "./reader.ts";
import type { OrgSession } from "./session.ts";
import { soqlString } from "./soql.ts";

type Query = <Row>(soql: string) => Promise<QueryResult<Row>>;

/** Which org this is. @throws RemoteError where it does not say */
export async function readOrg(session: OrgSession, query: Query, apiVersion: string): Promise<Org> {
  const { rows } = await query<{ Id?: unknown; Name?: unknown; IsSandbox?: unknown }>(
    "SELECT Id, Name, IsSandbox FROM Organization",
  );
  const [first] = rows;
  if (typeof first?.Id !== "string")
    throw salesforceErrors["organization-not-readable"]({ host: session.host });
  return {
    id: orgIdOf(first.Id),
    name: String(first.Name),
    isSandbox: first.IsSandbox === true,
    instanceUrl: session.instanceUrl,
    apiVersion,
  };
}

/**
 * Who the tool is. Asks the identity service; a token without that scope is told from the API's own
 * root, which names the identity too.
 */
export async function readCaller(
  session: OrgSession,
  query: Query,
  base: string,
  ownApp: AppRef | null,
): Promise<Caller> {
  const [{ userId, username }, app] = await Promise.all([
    fromUserInfo(session).then((identity) => identity ?? fromApiRoot(session, query, base)),
    ownApp ?? appOfSession(query),
  ]);
  return { userId: userIdOf(userId), username, app };
}

type Identity = { readonly userId: string; readonly username: string };

async function fromUserInfo(session: OrgSession): Promise<Identity | null> {
  let answer: { user_id?: unknown; preferred_username?: unknown } | null;
  try {
    answer = await session.get("/services/oauth2/userinfo");
  } catch (error) {
    if (error instanceof RemoteError) return null;
    throw error;
  }
  return typeof answer?.user_id === "string" && typeof answer.preferred_username === "string"
    ? { userId: answer.user_id, username: answer.preferred_username }
    : null;
}

async function fromApiRoot(session: OrgSession, query: Query, base: string): Promise<Identity> {
  const root = await session.get<{ identity?: unknown } | null>(`${base}/`);
  const userId = /\/(005[A-Za-z0-9]{12,15})$/.exec(String(root?.identity))?.[1];
  const { rows } =
    userId === undefined
      ? { rows: [] }
      : await query<{ Username: string }>(`SELECT Username FROM User WHERE Id = ${soqlString(userId)}`);
  if (userId === undefined || rows[0] === undefined)
    throw salesforceErrors["caller-not-known"]({ host: session.host });
  return { userId, username: rows[0].Username };
}

/** The app that the current session was made through, where the org says; never a guess. */
async function appOfSession(query: Query): Promise<AppRef | null> {
  try {
    const sessions = await query<{ LoginHistoryId: string | null }>(
      "SELECT LoginHistoryId FROM AuthSession WHERE IsCurrent = true",
    );
    const id = sessions.rows[0]?.LoginHistoryId;
    if (!id) return null;
    const history = await query<{ Application: string | null }>(
      `SELECT Application FROM LoginHistory WHERE Id = ${soqlString(id)}`,
    );
    const name = history.rows[0]?.Application;
    return name ? { name } : null;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500 && error.status !== 401) return null;
    throw error;
  }
}
