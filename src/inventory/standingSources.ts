import { chunksOf } from "../collections.ts";
import { ApiError } from "../salesforce/failure.ts";
import { toId18, type UserId, userIdOf } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import type { ListedComponent, OrgReader, QueryResult } from "../salesforce/reader.ts";
import { soqlDateTime, soqlIn } from "../salesforce/soql.ts";
import type { StandingSource } from "../standing.ts";
import { days as daysLong, type Instant } from "../time.ts";
import { idOfApp, idsByName } from "./appComponents.ts";
import type { App, Profile, StandingReading } from "./inventory.ts";
import { isOauthSession, type LoginWay, type SessionWay } from "./loginKinds.ts";

/** A login that succeeded. */
export interface LoginRow extends LoginWay {
  readonly id: string;
  readonly userId: UserId | null;
  readonly at: Instant | null;
  /** What the org calls the app. */
  readonly application: string | null;
  /** The identity provider, by id. */
  readonly serviceId: string | null;
}

/** A live session, not the caller's own. */
export interface SessionRow extends SessionWay {
  readonly userId: UserId | null;
  readonly at: Instant | null;
  /** The login that it began with, or was used again by; null where the org shows none. */
  readonly login: LoginRow | null;
}

/** An app that gets in by client credentials, as its settings say. */
export interface ClientCredentialsApp {
  readonly id: string;
  readonly name: string;
  /** The user it is as, as the settings write it. */
  readonly runAs: string | null;
}

export interface PreauthorizedApp {
  readonly id: string;
  /** The profile or the permission set. */
  readonly through: string;
}

/** What the sources of standing access say, and which could be read. */
export interface StandingRows {
  readonly days: number;
  readonly logins: readonly LoginRow[];
  readonly sessions: readonly SessionRow[];
  readonly clientCredentials: readonly ClientCredentialsApp[];
  readonly preauthorized: readonly PreauthorizedApp[];
  readonly readings: readonly StandingReading[];
}

/** Of each source, so that an org of any size takes few calls; what lies beyond is said to be unread. */
const MOST_LOGINS = 20_000;
const MOST_SESSIONS = 10_000;
const MOST_PREAUTHORIZED = 10_000;
const MOST_COMPONENTS = 200;
const ROWS_PER_CALL = 2_000;
const IDS_PER_QUERY = 200;
const COMPONENTS_PER_CALL = 10;
/** Logins that lie further back, of sessions that live. */
const MOST_OLD_LOGINS = 2_000;

/** API calls that reading all sources takes at most. */
export const MOST_STANDING_CALLS =
  (MOST_LOGINS + MOST_SESSIONS + MOST_PREAUTHORIZED) / ROWS_PER_CALL +
  MOST_OLD_LOGINS / IDS_PER_QUERY +
  2 * (1 + MOST_COMPONENTS / COMPONENTS_PER_CALL) +
  1;

interface Read<Row> {
  readonly rows: readonly Row[];
  readonly reading: StandingReading;
}

/**
 * Reads what shows access without a grant (docs/salesforce.md#access-without-a-grant). Nothing that the org refuses is
 * an error: a source that could not be read says so.
 * @param days of logins
 */
export async function readStandingRows(
  reader: OrgReader,
  days: number,
  now: Instant,
  apps: readonly App[],
  profiles: readonly Profile[],
): Promise<StandingRows> {
  const reading = source("logins", () => readLogins(reader, now - daysLong(days)));
  const [logins, clientCredentials, preauthorized, sessions] = await Promise.all([
    reading,
    source("app-settings", () => readClientCredentials(reader, apps)),
    source("pre-authorized-apps", () => readPreauthorized(reader, profiles)),
    readSessions(reader, reading),
  ]);
  return {
    days,
    logins: logins.rows,
    sessions: sessions.rows,
    clientCredentials: clientCredentials.rows,
    preauthorized: preauthorized.rows,
    readings: [logins, sessions, clientCredentials, preauthorized].map(({ reading }) => reading),
  };
}

/** What a source says, where the org lets it be read. */
async function source<Row>(
  name: StandingSource,
  read: () => Promise<{ rows: Row[]; isWhole: boolean; since?: Instant | null }>,
): Promise<Read<Row>> {
  try {
    const { rows, isWhole, since = null } = await read();
    const state = isWhole ? "read" : "part";
    return { rows, reading: { source: name, state, salesforceCode: null, since: isWhole ? null : since } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { salesforceCode } = error;
    return { rows: [], reading: { source: name, state: "not-read", salesforceCode, since: null } };
  }
}

const LOGIN = "Id, UserId, LoginTime, LoginType, LoginSubType, Application, AuthenticationServiceId, Status";

interface LoginAnswer extends LoginWay {
  readonly Id: string;
  readonly UserId: string | null;
  readonly LoginTime: string | null;
  readonly Application: string | null;
  readonly AuthenticationServiceId: string | null;
  readonly Status: string | null;
}

async function readLogins(reader: OrgReader, since: Instant) {
  // Of what could narrow it down, only the time is a filter that every org is known to take.
  const soql = `SELECT ${LOGIN} FROM LoginHistory WHERE LoginTime >= ${soqlDateTime(since)} ORDER BY LoginTime DESC`;
  const { rows, totalSize } = await reader.query<LoginAnswer>(soql, { enough: MOST_LOGINS });
  const oldest = rows.at(-1)?.LoginTime ?? null;
  return {
    rows: succeeded(rows).map(loginRow),
    isWhole: rows.length >= totalSize,
    since: parseInstant(oldest),
  };
}

/** The logins that succeeded; all where none is said to have: the caller's own did, so that the word is another. */
function succeeded(rows: readonly LoginAnswer[]): readonly LoginAnswer[] {
  const successes = rows.filter(({ Status }) => Status?.toLowerCase() === "success");
  return successes.length === 0 ? rows : successes;
}

function loginRow(answer: LoginAnswer): LoginRow {
  const { Id, UserId, LoginTime, LoginType, LoginSubType, Application, AuthenticationServiceId } = answer;
  return {
    id: toId18(Id),
    userId: UserId === null ? null : userIdOf(UserId),
    at: parseInstant(LoginTime),
    LoginType,
    LoginSubType,
    application: Application === null || /^\s*(n\/a)?\s*$/i.test(Application) ? null : Application,
    serviceId: AuthenticationServiceId === null ? null : toId18(AuthenticationServiceId),
  };
}

interface SessionAnswer extends SessionWay {
  readonly UsersId: string | null;
  readonly CreatedDate: string | null;
  readonly LoginHistoryId: string | null;
}

/** The sessions: asked for beside the logins, through which alone each leads to its app. */
async function readSessions(reader: OrgReader, reading: Promise<Read<LoginRow>>): Promise<Read<SessionRow>> {
  const asked = reader.query<SessionAnswer>(
    "SELECT UsersId, CreatedDate, LoginHistoryId, LoginType, SessionType FROM AuthSession WHERE IsCurrent = false ORDER BY CreatedDate DESC",
    { enough: MOST_SESSIONS },
  );
  asked.catch(() => undefined); // awaited once the logins are read
  const logins = await reading;
  const { salesforceCode, state } = logins.reading;
  if (state === "not-read")
    return { rows: [], reading: { source: "sessions", state, salesforceCode, since: null } };
  return await source("sessions", async () => sessionsOf(reader, await asked, logins.rows));
}

async function sessionsOf(
  reader: OrgReader,
  { rows, totalSize }: QueryResult<SessionAnswer>,
  logins: readonly LoginRow[],
) {
  const sessions = rows.filter(isOauthSession);
  const known = new Map(logins.map((login) => [login.id, login]));
  const loginIds = sessions.flatMap(({ LoginHistoryId: id }) => (id === null ? [] : toId18(id)));
  const older = [...new Set(loginIds)].filter((id) => !known.has(id));
  for (const login of await readLoginsById(reader, older.slice(0, MOST_OLD_LOGINS)))
    known.set(login.id, login);
  return {
    rows: sessions.map(
      ({ UsersId, CreatedDate, LoginHistoryId: id, LoginType, SessionType }): SessionRow => ({
        userId: UsersId === null ? null : userIdOf(UsersId),
        at: parseInstant(CreatedDate),
        login: (id === null ? undefined : known.get(toId18(id))) ?? null,
        LoginType,
        SessionType,
      }),
    ),
    isWhole: rows.length >= totalSize && older.length <= MOST_OLD_LOGINS,
    since: parseInstant(rows.at(-1)?.CreatedDate),
  };
}

async function readLoginsById(reader: OrgReader, ids: readonly string[]): Promise<LoginRow[]> {
  const found: LoginRow[] = [];
  for (const some of chunksOf(ids, IDS_PER_QUERY)) {
    const { rows } = await reader.query<LoginAnswer>(
      `SELECT ${LOGIN} FROM LoginHistory WHERE Id IN ${soqlIn(some)}`,
      { enough: some.length },
    );
    found.push(...rows.map(loginRow));
  }
  return found;
}

/** Of the connected apps that were made in this org, and of its external client apps: no other settings are shown. */
async function readClientCredentials(reader: OrgReader, apps: readonly App[]) {
  const has = (kind: App["kind"]) => apps.some((app) => app.kind === kind);
  const found = await Promise.all([
    ...(has("connected-app") ? [connectedApps(reader)] : []),
    ...(has("external-client-app") ? [externalApps(reader)] : []),
  ]);
  return { rows: found.flatMap(({ rows }) => rows), isWhole: found.every(({ isWhole }) => isWhole) };
}

interface ConnectedAppFlow {
  readonly oauthConfig?: {
    readonly isClientCredentialEnabled?: string;
    readonly oauthClientCredentialUser?: string;
  };
}

async function connectedApps(reader: OrgReader) {
  const all = await reader.listMetadata("ConnectedApp");
  const { components, isWhole } = await readComponents<ConnectedAppFlow>(reader, "ConnectedApp", all);
  const ids = idsByName(all);
  return {
    rows: components.flatMap(({ fullName, oauthConfig = {} }): ClientCredentialsApp[] => {
      const { isClientCredentialEnabled: enabled, oauthClientCredentialUser: runAs = null } = oauthConfig;
      if (enabled !== "true" && runAs === null) return [];
      return [{ id: ids.get(fullName) ?? fullName, name: fullName, runAs }];
    }),
    isWhole,
  };
}

interface ExternalAppFlow {
  readonly externalClientApplication?: string;
  readonly isClientCredentialsFlowEnabled?: string;
  readonly clientCredentialsFlowUser?: string;
}

async function externalApps(reader: OrgReader) {
  const type = "ExtlClntAppOauthConfigurablePolicies";
  const [all, policies] = await Promise.all([
    reader.listMetadata("ExternalClientApplication"),
    reader.listMetadata(type),
  ]);
  const { components, isWhole } = await readComponents<ExternalAppFlow>(reader, type, policies);
  const ids = idsByName(all);
  return {
    rows: components.flatMap((component): ClientCredentialsApp[] => {
      const { fullName, externalClientApplication: name = fullName } = component;
      const { isClientCredentialsFlowEnabled: enabled, clientCredentialsFlowUser: runAs = null } = component;
      if (enabled !== "true") return [];
      return [{ id: idOfApp(component, ids) ?? name, name, runAs }];
    }),
    isWhole,
  };
}

async function readComponents<T>(reader: OrgReader, type: string, all: readonly ListedComponent[]) {
  const names = [...new Set(all.map(({ fullName }) => fullName))];
  const some = names.slice(0, MOST_COMPONENTS);
  const components = some.length === 0 ? [] : await reader.readMetadata<T>(type, some);
  return { components, isWhole: some.length === names.length };
}

interface AccessAnswer {
  readonly SetupEntityId: string;
  readonly Parent: {
    readonly Label: string | null;
    readonly IsOwnedByProfile: boolean | null;
    readonly ProfileId: string | null;
  } | null;
}

async function readPreauthorized(reader: OrgReader, profiles: readonly Profile[]) {
  const { rows, totalSize } = await reader.query<AccessAnswer>(
    "SELECT SetupEntityId, Parent.Label, Parent.IsOwnedByProfile, Parent.ProfileId FROM SetupEntityAccess WHERE SetupEntityType IN ('ConnectedApplication','ExternalClientApplication')",
    { enough: MOST_PREAUTHORIZED },
  );
  const nameOf = new Map(profiles.map(({ id, name }) => [id, name]));
  return {
    rows: rows.map(({ SetupEntityId, Parent }): PreauthorizedApp => {
      const { Label = null, IsOwnedByProfile = null, ProfileId = null } = Parent ?? {};
      const through =
        IsOwnedByProfile === true && ProfileId !== null
          ? `profile ${nameOf.get(toId18(ProfileId)) ?? ProfileId}`
          : `permission set ${Label ?? "without a label"}`;
      return { id: toId18(SetupEntityId), through };
    }),
    isWhole: rows.length >= totalSize,
  };
}
