import { checkOf, USAGE_LISTS } from "../salesforce/answers.ts";
import { ApiError } from "../salesforce/failure.ts";
import { type AppId, type UserId, userIdOf } from "../salesforce/id.ts";
import { parseInstant } from "../salesforce/instant.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { checkApiShare } from "./apiShare.ts";
import type { AppRegister } from "./appRegister.ts";
import { inventoryErrors } from "./errors.ts";
import type { App, Grant } from "./inventory.ts";

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
/** How often a list of several pages is read, until nothing new comes. */
const MOST_READINGS = 6;

/**
 * The external client apps that the usage resources name; none where the org has no such resource.
 * @throws InconclusiveError where the org does not show them
 */
export async function readUsageApps(reader: OrgReader, register: AppRegister): Promise<App[]> {
  try {
    const apps = await readList(reader, RESOURCE, "apps", ({ identifier }) => identifier);
    return apps.map(({ identifier, developerName }) => register.inUsage(identifier, developerName ?? null));
  } catch (error) {
    // Where the org has no such resource, OauthToken is all there is.
    if (error instanceof ApiError && error.status === 404) return [];
    if (error instanceof ApiError && error.status === 403)
      throw inventoryErrors["usage-not-shown"]({ salesforceCode: error.salesforceCode });
    throw error;
  }
}

/**
 * The grants of external client apps that OauthToken does not show. The Connect usage resources name
 * users by app (docs/salesforce.md#usage-of-external-client-apps); whether every such grant has a row of OauthToken is not
 * documented, so a user and app that have one there are left out here, and the others become grants. A row of which it
 * cannot be told whose it is is no such row: it may be of a stranger.
 * @throws InconclusiveError where the org does not show an app's use
 */
export async function readUsageGrants(
  reader: OrgReader,
  apps: readonly App[],
  known: readonly Grant[],
): Promise<Grant[]> {
  const ofUsage = new Set(apps);
  const seen = new Set(known.filter(({ app }) => ofUsage.has(app)).map(pair));
  const unseen = await Promise.all(
    apps.map(async (app) => {
      const users = await readList(
        reader,
        `${RESOURCE}/${app.id}/users`,
        "users",
        ({ userIdentifier }) => userIdentifier,
      );
      return users.flatMap((usage) => {
        const userId = userIdOf(usage.userIdentifier);
        return seen.has(pair({ userId, app })) ? [] : { userId, app, usage };
      });
    }),
  );
  const pairs = unseen.flat();
  checkApiShare(reader, pairs.length);
  const more = await Promise.all(pairs.map((of) => readTokens(reader, of)));
  return more.flat();
}

/** What a user has of an app by its usage alone: a grant for each token. What a token does not say is as the usage has it. */
async function readTokens(
  reader: OrgReader,
  { userId, app, usage }: { userId: UserId; app: App; usage: Usage },
): Promise<Grant[]> {
  const grantOf = ({ initialConnectionAt, lastUsedAt, useCount }: Usage): Grant => ({
    userId,
    app,
    createdAt: parseInstant(initialConnectionAt),
    lastUsedAt: parseInstant(lastUsedAt),
    useCount: useCount ?? null,
    source: "usage",
  });
  const resource = `${RESOURCE}/${app.id}/${userId}/tokens`;
  try {
    const tokens = await readList(reader, resource, "tokens", (token) => JSON.stringify(token));
    return tokens.length === 0 ? [grantOf(usage)] : tokens.map((token) => grantOf({ ...usage, ...token }));
  } catch (error) {
    // The usage says that there is a grant, and this does not say how many.
    if (error instanceof ApiError && (error.status === 404 || error.status === 403)) return [grantOf(usage)];
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
  const resource = `${RESOURCE}/${app}/${userId}/tokens`;
  return unlessGone(readList(reader, resource, "tokens", (token) => JSON.stringify(token)));
}

/** The users that the usage resources name of an app now. Errors as `readUsageTokens`. */
export function readUsageUsers(reader: OrgReader, app: AppId): Promise<UsageUser[]> {
  const resource = `${RESOURCE}/${app}/users`;
  return unlessGone(readList(reader, resource, "users", ({ userIdentifier }) => userIdentifier));
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
    if (entries.size === before) break;
  }
  throw inventoryErrors["usage-without-end"]({ resource });
}
