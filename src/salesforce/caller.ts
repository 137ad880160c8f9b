import { RemoteError } from "../errors.ts";
import { salesforceErrors } from "./errors.ts";
import { ApiError } from "./failure.ts";
import { type AppRef, orgIdOf, userIdOf } from "./id.ts";
import type { Caller, Org } from "./org.ts";
import type { QueryOptions, QueryResult } from "./reader.ts";
import type { OrgSession } from "./session.ts";
import { soqlIn, soqlString } from "./soql.ts";

/** Ids that one query may name. */
const MOST_SESSIONS = 200;

type Query = <Row>(soql: string, options?: QueryOptions) => Promise<QueryResult<Row>>;

/** Who takes five long requests at once, the tool's and everybody's, is asked for fewer (docs/salesforce.md#limits). */
const SMALL_ORG_CONCURRENCY = 4;

interface OrganizationRow {
  readonly Id?: unknown;
  readonly Name?: unknown;
  readonly IsSandbox?: unknown;
  readonly OrganizationType?: unknown;
  readonly TrialExpirationDate?: unknown;
}

/**
 * Which org this is, and how many requests at once become it; null where it does not say that it takes few.
 * @throws RemoteError where it does not say which it is
 */
export async function readOrg(
  session: OrgSession,
  query: Query,
  apiVersion: string,
): Promise<{ org: Org; mostAtOnce: number | null }> {
  const row = await organization(query);
  if (typeof row?.Id !== "string")
    throw salesforceErrors["organization-not-readable"]({ host: session.host });
  const isTrial = typeof row.TrialExpirationDate === "string";
  return {
    org: {
      id: orgIdOf(row.Id),
      name: String(row.Name),
      isSandbox: row.IsSandbox === true,
      instanceUrl: session.instanceUrl,
      apiVersion,
    },
    mostAtOnce: isTrial || /developer/i.test(String(row.OrganizationType)) ? SMALL_ORG_CONCURRENCY : null,
  };
}

/** The org's own record; without its edition where that is refused. */
async function organization(query: Query): Promise<OrganizationRow | undefined> {
  const read = async (fields: string) =>
    (await query<OrganizationRow>(`SELECT ${fields} FROM Organization`)).rows[0];
  try {
    return await read("Id, Name, IsSandbox, OrganizationType, TrialExpirationDate");
  } catch (error) {
    if (!(error instanceof ApiError && error.salesforceCode === "INVALID_FIELD")) throw error;
    return await read("Id, Name, IsSandbox");
  }
}

/**
 * Who the tool is. Asks the identity service; a token without that scope is told from the API's own
 * root, which names the identity too.
 */
export async function readCaller(
  session: OrgSession,
  query: Query,
  base: string,
  namedApp: AppRef | null,
): Promise<Caller> {
  const [{ userId, username }, sessionApp] = await Promise.all([
    fromUserInfo(session).then((identity) => identity ?? fromApiRoot(session, query, base)),
    appOfSession(query),
  ]);
  return { userId: userIdOf(userId), username, sessionApp, namedApp };
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

/**
 * What the org calls the app that the current session was made through, where it says so; never a guess. All
 * sessions of a family are current, and each leads to its latest login (docs/salesforce.md#sessions): they must agree.
 */
async function appOfSession(query: Query): Promise<string | null> {
  try {
    const sessions = await query<{ LoginHistoryId: string | null }>(
      "SELECT LoginHistoryId FROM AuthSession WHERE IsCurrent = true",
      { enough: MOST_SESSIONS + 1 },
    );
    const ids = [...new Set(sessions.rows.map(({ LoginHistoryId: id }) => id))];
    if (ids.length === 0 || ids.length > MOST_SESSIONS || !ids.every((id) => Boolean(id))) return null;
    const history = await query<{ Application: string | null }>(
      `SELECT Application FROM LoginHistory WHERE Id IN ${soqlIn(ids as string[])}`,
      { enough: ids.length + 1 },
    );
    const names = new Set(history.rows.map(({ Application }) => Application));
    const [name] = names;
    return names.size === 1 && history.rows.length === ids.length && name ? name : null;
  } catch (error) {
    if (error instanceof ApiError && error.status < 500 && error.status !== 401) return null;
    throw error;
  }
}
