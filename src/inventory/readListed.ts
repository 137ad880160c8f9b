import { chunksOf } from "../collections.ts";
import { userIdOf } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { checkApiShare } from "./apiShare.ts";
import { inventoryErrors } from "./errors.ts";
import type { GrantRow } from "./partition.ts";
import {
  AIMED_ROWS,
  CEILING,
  type GrantReading,
  grantQuery,
  type Lists,
  onePage,
  PAGE_ROWS,
  partOf,
  type RangeRead,
  type ReadPart,
  readTwice,
  type Unread,
} from "./readRange.ts";

/** Users of one list: a query stays far below the length of a URL that servers take. */
const USERS_PER_LIST = 200;
/** The same for names of apps, which are longer. */
const NAMES_PER_LIST = 50;

/** All grants of the users, by lists of them. @param rows how many grants there are, about */
export function allByLists(userIds: readonly string[], rows: number): Unread[] {
  const size = Math.floor((AIMED_ROWS * userIds.length) / Math.max(1, rows));
  return ofUsers(userIds, Math.min(USERS_PER_LIST, Math.max(1, size)));
}

/** The users in lists of a size. */
function ofUsers(userIds: readonly string[], size = USERS_PER_LIST): Unread[] {
  return chunksOf(userIds, size).map((users) => groupOf({ users, names: null }));
}

function groupOf(listed: Lists): Unread {
  const { users, names } = listed;
  const conditions = [
    `UserId IN ${soqlIn(users)}`,
    ...(names === null ? [] : [`AppName IN ${soqlIn(names.flat())}`]),
  ];
  return { kind: "group", conditions, keys: [], rows: AIMED_ROWS, listed };
}

/** The grants of a user that name no app. */
function withoutName(users: readonly string[]): Unread {
  const conditions = [`UserId IN ${soqlIn(users)}`, "AppName = null"];
  const unit: Unread = { kind: "group", conditions, keys: [], rows: AIMED_ROWS };
  return { ...unit, unit };
}

/**
 * Reads the grants of the lists, or says how to divide them: users by halves, one user's grants by the names of apps.
 * @throws InconclusiveError for a row that no list has, or more grants of a user and app than the org hands out
 */
export async function readListed(
  reader: OrgReader,
  listed: Lists,
  reading: GrantReading,
): Promise<RangeRead> {
  const { users, names } = listed;
  const unit = groupOf(listed);
  const conditions = unit.kind === "group" ? unit.conditions : [];
  const soql = grantQuery(reading, conditions);
  const { rows, totalSize, pages } = await onePage(reader, soql);
  checkListed(rows, listed);
  noteNames(rows, reading);
  if (rows.length === totalSize) return { parts: [partOf(unit, rows, reading)], rest: [], pages };
  if (users.length > 1)
    return { parts: [], rest: halves(users).map((half) => groupOf({ users: half, names })), pages };
  if (names !== null && names.length > 1)
    return { parts: [], rest: halves(names).map((half) => groupOf({ users, names: half })), pages };
  if (names === null && totalSize >= CEILING) {
    const seen = await reader.query<GrantRow>(soql, { enough: CEILING });
    noteNames(seen.rows, reading);
    const rest = ofNames(users, [...(reading.names ?? [])]);
    const isNameless = seen.rows.some(({ AppName }) => AppName === null);
    return {
      parts: [],
      rest: isNameless ? [...rest, withoutName(users)] : rest,
      pages: pages + seen.pages,
    };
  }
  const same = await readTwice(reader, conditions, reading);
  checkListed(same.rows, listed);
  return { parts: [partOf(unit, same.rows, reading)], rest: [], pages: pages + same.pages };
}

function noteNames(rows: readonly Pick<GrantRow, "AppName">[], { names }: GrantReading): void {
  for (const { AppName } of rows) if (AppName !== null) names?.add(AppName);
}

/** One user's grants, by names of apps. */
function ofNames(users: readonly string[], names: readonly string[]): Unread[] {
  return chunksOf(alike(names), NAMES_PER_LIST).map((some) => groupOf({ users, names: some }));
}

/** The names, those together that some database may take to be equal. */
function alike(names: Iterable<string>): string[][] {
  return [...Map.groupBy(names, folded).values()];
}

/** The same for names that differ by case, accents or blanks around them alone. */
function folded(name: string): string {
  return name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}

/** A row that its lists do not have is in another's too, or the org does not compare as it should. */
function checkListed(rows: readonly GrantRow[], { users, names }: Lists): void {
  const asked = new Set<string>(users.map(userIdOf));
  const named = names === null ? null : new Set(names.flat().map(folded));
  for (const { UserId, AppName } of rows)
    if (!asked.has(userIdOf(UserId)) || named?.has(folded(AppName ?? "")) === false)
      throw inventoryErrors["grants-out-of-order"]();
}

/**
 * What the lists lack, where the org counts more grants than they brought: users who are not in the directory, and apps of
 * a user with many. Both are looked for in as many rows as a query hands out, of all grants, and then of each app.
 * @param parts what was read, by lists
 * @param names of apps that rows showed, to which those that are found are added
 */
export async function missingLists(
  reader: OrgReader,
  parts: readonly ReadPart[],
  reading: GrantReading,
): Promise<{ missing: Unread[]; calls: number }> {
  const users = new Set<string>();
  const namesOfUser = new Map<string, Set<string>>();
  for (const { unit } of parts) {
    if (unit.kind !== "group" || unit.listed === undefined) continue;
    for (const id of unit.listed.users) users.add(userIdOf(id));
    for (const name of unit.listed.names?.flat() ?? []) {
      const [id] = unit.listed.users as [string];
      namesOfUser.set(id, (namesOfUser.get(id) ?? new Set()).add(name));
    }
  }
  let calls = 0;
  const strangers = async (condition: string): Promise<string[]> => {
    const { rows, pages } = await reader.query<GrantRow>(
      `SELECT UserId, AppName FROM OauthToken${condition}`,
      { enough: CEILING },
    );
    calls += pages;
    noteNames(rows, reading);
    return rows.map(({ UserId }) => userIdOf(UserId)).filter((id) => !users.has(id));
  };
  const missing = (ids: readonly string[]): Unread[] => [
    ...ofUsers([...new Set(ids)]),
    ...[...namesOfUser].flatMap(([id, asked]) =>
      ofNames(
        [id],
        [...(reading.names ?? [])].filter((name) => !asked.has(name)),
      ),
    ),
  ];
  const first = missing(await strangers(""));
  if (first.length > 0) return { missing: first, calls };
  const apps = alike(reading.names ?? []);
  checkApiShare(reader, (apps.length * CEILING) / PAGE_ROWS);
  const found = await Promise.all(apps.map((names) => strangers(` WHERE AppName IN ${soqlIn(names)}`)));
  return { missing: missing(found.flat()), calls };
}

function halves<T>(values: readonly T[]): [T[], T[]] {
  const middle = values.length >> 1;
  return [values.slice(0, middle), values.slice(middle)];
}
