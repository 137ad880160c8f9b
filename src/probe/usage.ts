import { parseAppId, userIdOf } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { amountOf, ask, keysOf } from "./answers.ts";
import type { Answer } from "./known.ts";
import type { OrgProfile } from "./profileSchema.ts";

const RESOURCE = "/apps/oauth/usage";
/** Apps and pairs of user and app that are looked into: enough to see how they are answered. */
const MOST_APPS = 10;
const MOST_PAIRS = 10;

type Usage = OrgProfile["usage"];
type Page = Readonly<Record<string, unknown>> | null;
type Entry = Readonly<Record<string, unknown>>;

/** Whether the org shows its external client apps, and in the app menu. */
export async function askExternalClientApps(reader: OrgReader): Promise<OrgProfile["externalClientApps"]> {
  const { answer, status, value } = await ask(() =>
    reader.count("SELECT COUNT() FROM ExternalClientApplication"),
  );
  const menu = await ask(() =>
    reader.query<{ ApplicationId: unknown }>("SELECT ApplicationId FROM AppMenuItem"),
  );
  const inAppMenu = menu.value?.rows.some(({ ApplicationId: id }) => String(id).startsWith("0xI")) ?? null;
  return { answer, status, amount: value === null ? null : amountOf(value), inAppMenu };
}

/** What the usage resources of external client apps answer. */
export async function askUsage(reader: OrgReader): Promise<Usage> {
  const { answer, status, value } = await ask(() => reader.get<Page>(`${RESOURCE}?page=0&pageSize=100`));
  const apps = entriesOf(value, "apps");
  const ids = apps.map(({ identifier }) => parseAppId(String(identifier))).filter((id) => id !== null);
  const looks: UsersOfApp[] = [];
  for (const app of ids.slice(0, MOST_APPS)) looks.push(await usersOf(reader, app));
  const pairs = looks.flatMap(({ app, users }) => users.map((user) => ({ app, user }))).slice(0, MOST_PAIRS);
  const tokens: TokensOfPair[] = [];
  for (const { app, user } of pairs) tokens.push(await tokensOf(reader, app, String(user.userIdentifier)));
  return {
    answer,
    status,
    lists: await listsOf(reader, value, apps.length, looks),
    entryKeys: keysOf(apps[0]),
    users:
      looks.find((look) => look.answer !== "answered" && look.status !== 404)?.answer ??
      looks[0]?.answer ??
      answer,
    userKeys: keysOf(looks.flatMap(({ users }) => users)[0]),
    usersWhenNone: whenNone(looks),
    tokens: tokens[0]?.answer ?? "not-asked",
    tokenKeys: keysOf(tokens.flatMap(({ tokens: some }) => some)[0]),
    besideRows: besideRows(tokens),
  };
}

interface UsersOfApp {
  readonly app: string;
  readonly answer: Answer;
  readonly status: number;
  readonly users: readonly Entry[];
}

async function usersOf(reader: OrgReader, app: string): Promise<UsersOfApp> {
  const { answer, status, value } = await ask(() =>
    reader.get<Page>(`${RESOURCE}/${app}/users?page=0&pageSize=10`),
  );
  return { app, answer, status, users: entriesOf(value, "users") };
}

interface TokensOfPair {
  readonly answer: Answer;
  readonly tokens: readonly Entry[];
  /** Rows of OauthToken that the user has of the app. */
  readonly rows: number;
}

async function tokensOf(reader: OrgReader, app: string, user: string): Promise<TokensOfPair> {
  const { answer, value } = await ask(() => reader.get<Page>(`${RESOURCE}/${app}/${user}/tokens`));
  const { value: rows } = await ask(() =>
    reader.query<{ AppMenuItem: { ApplicationId?: unknown } | null; AppName: unknown }>(
      `SELECT AppName, AppMenuItem.ApplicationId FROM OauthToken WHERE UserId IN ${soqlIn([userIdOf(user)])}`,
    ),
  );
  const label = await ask(() =>
    reader.query<{ MasterLabel: unknown }>(
      `SELECT MasterLabel FROM ExternalClientApplication WHERE Id IN ${soqlIn([app])}`,
    ),
  );
  const name = label.value?.rows[0]?.MasterLabel;
  const own = (rows?.rows ?? []).filter(({ AppMenuItem, AppName }) =>
    AppMenuItem === null ? AppName === name : parseAppId(String(AppMenuItem.ApplicationId)) === app,
  );
  return { answer, tokens: entriesOf(value, "tokens"), rows: own.length };
}

/** Whether the list has every app that the org has; told only where somebody uses none of one. */
async function listsOf(
  reader: OrgReader,
  page: Page,
  listed: number,
  looks: readonly UsersOfApp[],
): Promise<Usage["lists"]> {
  if (page === null || page.nextPageUrl) return "not-told";
  const { value: count } = await ask(() => reader.count("SELECT COUNT() FROM ExternalClientApplication"));
  if (count === null || count === 0) return "not-told";
  if (listed < count) return "used";
  return looks.some(({ users }) => users.length === 0) ? "all" : "not-told";
}

function whenNone(looks: readonly UsersOfApp[]): Usage["usersWhenNone"] {
  const none = looks.find(({ users }) => users.length === 0);
  if (none === undefined) return "not-told";
  return none.answer === "answered" ? "empty" : none.status === 404 ? "404" : "not-told";
}

function besideRows(pairs: readonly TokensOfPair[]): Usage["besideRows"] {
  const told = pairs.filter(({ tokens }) => tokens.length > 0);
  if (told.length === 0) return "not-told";
  if (told.every(({ rows }) => rows === 0)) return "usage-alone";
  if (told.some(({ rows, tokens }) => rows < tokens.length)) return "usage-only-tokens";
  return told.some(({ tokens }) => tokens.length > 1) ? "both" : "not-told";
}

function entriesOf(page: Page, list: string): Entry[] {
  const entries = page?.[list];
  return Array.isArray(entries) ? entries.filter((entry) => entry !== null && typeof entry === "object") : [];
}
