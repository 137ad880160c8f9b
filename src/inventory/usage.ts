import { takeOne } from "../collections.ts";
import { checkOf, USAGE_LISTS } from "../salesforce/answers.ts";
import { ApiError } from "../salesforce/failure.ts";
import { type AppId, type UserId, userIdOf } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import type { Instant } from "../time.ts";
import { checkApiShare } from "./apiShare.ts";
import type { AppRegister } from "./appRegister.ts";
import { inventoryErrors } from "./errors.ts";
import type { App, Grant } from "./inventory.ts";
import { SECOND_MS } from "./partition.ts";
import { isRefusedForm } from "./queryForms.ts";

/** What the Connect usage resources list, each with what it is known by. */
interface UsageLists {
  apps: { readonly identifier: string; readonly developerName?: string | null };
  users: Usage & { readonly userIdentifier: string };
  tokens: Usage & { readonly revocationUrl?: string | null };
}

interface Usage {
  readonly initialConnectionAt?: string | null;
  readonly lastUsedAt?: string | null;
  readonly useCount?: number | null;
}

const RESOURCE = "/apps/oauth/usage";
const PAGE_SIZE = 100;
/** With a hundred entries a page, more than an org has users. */
const MOST_PAGES = 5_000;
/** What a page brings that is new, on the average, at least; the first few may bring less. */
const LEAST_PER_PAGE = 10;
/** Of all pages: more than an org has users. */
const MOST_ENTRIES = MOST_PAGES * PAGE_SIZE;
/** How often a list of several pages is read, until nothing new comes. */
const MOST_READINGS = 6;

/**
 * The external client apps of an org that has some: those that its usage resources name, and those that are known without.
 * @throws InconclusiveError where the org does not show them
 */
export async function readUsageApps(reader: OrgReader, register: AppRegister): Promise<App[]> {
  const known = register.all().filter(({ kind }) => kind === "external-client-app");
  const named = await orNotShown(
    readList(reader, RESOURCE, "apps", ({ identifier }) => identifier),
    () => notThere(known.length),
  );
  const inUsage = named.map(({ identifier, developerName }) =>
    register.inUsage(identifier, developerName ?? null),
  );
  return [...new Set([...inUsage, ...known])];
}

/** @throws InconclusiveError where the org does not show who uses its external client apps */
export async function requireUsage(reader: OrgReader, externalApps: number): Promise<void> {
  await orNotShown(reader.get(`${RESOURCE}?page=0&pageSize=1`), () => notThere(externalApps));
}

function notThere(apps: number): never {
  throw inventoryErrors["usage-not-there"]({ apps });
}

/**
 * What the usage resources say. @param gone what a 404 means
 * @throws InconclusiveError with what to do about the org's refusal
 */
async function orNotShown<T>(answer: Promise<T>, gone: () => T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isRefusedForm(error)) throw error; // that calls are used up is no matter of permissions
    const { status, salesforceCode } = error;
    if (status === 404) return gone();
    if (/NOT_ENABLED/.test(salesforceCode)) throw inventoryErrors["usage-not-enabled"]({ salesforceCode });
    if (status === 403) throw inventoryErrors["usage-not-shown"]({ salesforceCode });
    throw error;
  }
}

interface UsagePair {
  readonly userId: UserId;
  readonly app: App;
  readonly usage: Usage;
  /** The grants of the two that OauthToken shows. */
  readonly rows: readonly Grant[];
}

/**
 * The grants of external client apps that OauthToken does not show. The Connect usage resources name
 * users by app, and tokens by user (docs/salesforce.md#usage-of-external-client-apps); whether each has a row of OauthToken is
 * not documented, so a token that is as old as a row is that row, one to one, and the others become grants. A row of which it
 * cannot be told whose it is is no such row: it may be of a stranger.
 * @throws InconclusiveError where the org does not show an app's use
 */
export async function readUsageGrants(
  reader: OrgReader,
  apps: readonly App[],
  known: readonly Grant[],
): Promise<{ grants: Grant[]; appsWithoutUsers: number }> {
  const keys = new Set(apps.map(({ key }) => key));
  const rows = Map.groupBy(
    known.filter(({ app }) => keys.has(app.key)),
    pair,
  );
  let appsWithoutUsers = 0;
  const used = await Promise.all(
    apps.map(async (app) => {
      const users = await orNotShown(usersOf(reader, app.id!), () => {
        appsWithoutUsers++;
        return [];
      });
      return users.map((usage): UsagePair => {
        const userId = userIdOf(usage.userIdentifier);
        return { userId, app, usage, rows: rows.get(pair({ userId, app })) ?? [] };
      });
    }),
  );
  const pairs = used.flat();
  checkApiShare(reader, pairs.length);
  const more = await Promise.all(pairs.map((of) => readTokens(reader, of)));
  return { grants: more.flat(), appsWithoutUsers };
}

/** What a user has of an app beside its rows: a grant for each token. What a token does not say is as the usage has it. */
async function readTokens(reader: OrgReader, { userId, app, usage, rows }: UsagePair): Promise<Grant[]> {
  const grantOf = ({ initialConnectionAt, lastUsedAt, useCount }: Usage): Grant => ({
    userId,
    app,
    createdAt: parseInstant(initialConnectionAt),
    lastUsedAt: parseInstant(lastUsedAt),
    useCount: useCount ?? null,
    source: "usage",
  });
  const unsaid = rows.length === 0 ? [grantOf(usage)] : [];
  try {
    const tokens = await tokensOf(reader, app.id!, userId);
    if (tokens.length === 0) return unsaid;
    const { others, undated } = tokensBeside(
      rows.map(({ createdAt }) => createdAt),
      tokens,
    );
    // Where the org does not date its rows, each may be any token.
    return others.slice(undated).map((token) => grantOf({ ...usage, ...token }));
  } catch (error) {
    if (!isRefusedForm(error)) throw error;
    // The usage says that there is a grant, and this does not say how many.
    if (error.status === 404 || (error.status === 403 && rows.length === 0)) return unsaid;
    if (error.status === 403) return await orNotShown(Promise.reject(error), () => unsaid);
    throw error;
  }
}

/** An entry of the usage resources: a user of an external client app, or one of the user's tokens. */
export type UsageUser = UsageLists["users"];
export type UsageToken = UsageLists["tokens"];

/**
 * The tokens that the usage resources have of a user and an app now.
 * @throws ApiError where the org does not show them, InconclusiveError for an answer that is none
 */
export function readUsageTokens(reader: OrgReader, app: AppId, userId: UserId): Promise<UsageToken[]> {
  return unlessGone(tokensOf(reader, app, userId));
}

/** The users that the usage resources name of an app now. Errors as `readUsageTokens`. */
export function readUsageUsers(reader: OrgReader, app: AppId): Promise<UsageUser[]> {
  return unlessGone(usersOf(reader, app));
}

/** A list whose resource is gone has no entries. */
async function unlessGone<T>(list: Promise<T[]>): Promise<T[]> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** Where the usage resources have all the tokens of a user and an app, below `/services/data/vNN.0`. */
export function usageTokensPath(app: AppId, userId: UserId): string {
  return `${RESOURCE}/${app}/${userId}/tokens`;
}

/**
 * The tokens that are no rows of OauthToken: one of the same second is that row, one to one, and one without a time a row without.
 * @param times of the rows @returns those, and how many rows without a time are left
 */
export function tokensBeside<Token extends Usage>(
  times: readonly (Instant | null)[],
  tokens: readonly Token[],
): { readonly others: Token[]; readonly undated: number } {
  const second = (time: Instant | null) => (time === null ? null : Math.floor(time / SECOND_MS));
  const left = times.map(second);
  const others = tokens.filter((token) => !takeOne(left, second(parseInstant(token.initialConnectionAt))));
  return { others, undated: left.filter((time) => time === null).length };
}

function usersOf(reader: OrgReader, app: AppId): Promise<UsageUser[]> {
  return readList(reader, `${RESOURCE}/${app}/users`, "users", ({ userIdentifier }) => userIdentifier);
}

function tokensOf(reader: OrgReader, app: AppId, userId: UserId): Promise<UsageToken[]> {
  return readList(reader, usageTokensPath(app, userId), "tokens", (token) => JSON.stringify(token));
}

function pair({ userId, app }: Pick<Grant, "userId" | "app">): string {
  return `${userId} ${app.key}`;
}

/**
 * All entries of a list. One of several pages is read until nothing new comes: an entry that goes from a page already read
 * could move another over a boundary. @throws InconclusiveError for an answer of another form, or without an end
 */
async function readList<List extends keyof UsageLists>(
  reader: OrgReader,
  resource: string,
  list: List,
  keyOf: (entry: UsageLists[List]) => string,
): Promise<UsageLists[List][]> {
  const found = new Map<string, UsageLists[List]>();
  for (let reading = 1; reading <= MOST_READINGS; reading++) {
    const before = found.size;
    const { entries, pages } = await readPages(reader, resource, list, keyOf);
    for (const [key, entry] of entries) found.set(key, entry);
    if (pages === 1 || (reading > 1 && found.size === before)) return [...found.values()];
  }
  throw inventoryErrors["usage-without-end"]({ resource });
}

/** The entries of all pages, each once, and how many pages there were. */
async function readPages<List extends keyof UsageLists>(
  reader: OrgReader,
  resource: string,
  list: List,
  keyOf: (entry: UsageLists[List]) => string,
): Promise<{ entries: Map<string, UsageLists[List]>; pages: number }> {
  const check = checkOf(`${resource} ${list}`, USAGE_LISTS[list]);
  const entries = new Map<string, UsageLists[List]>();
  // Pages are counted here: the org's own links are not followed, so that they cannot lead in a circle.
  for (let pages = 1; pages <= MOST_PAGES; pages++) {
    const page = await reader.get<Readonly<Record<string, unknown>> | null>(
      `${resource}?page=${pages - 1}&pageSize=${PAGE_SIZE}`,
    );
    const some = page?.[list];
    if (!Array.isArray(some)) throw inventoryErrors["usage-answer-not-known"]({ resource });
    const before = entries.size;
    for (const entry of some) {
      check(entry);
      entries.set(keyOf(entry), entry);
    }
    if (some.length === 0 || !page?.nextPageUrl) return { entries, pages };
    if (entries.size === before || pages > 10 + entries.size / LEAST_PER_PAGE) break;
    if (entries.size > MOST_ENTRIES) break;
  }
  throw inventoryErrors["usage-without-end"]({ resource });
}
