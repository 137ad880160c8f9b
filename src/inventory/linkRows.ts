import { chunksOf } from "../collections.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { soqlIn } from "../salesforce/soql.ts";
import { compareText } from "../text.ts";
import { inventoryErrors } from "./errors.ts";
import type { ProviderRow } from "./identityProviders.ts";
import type { AccountLinks } from "./inventory.ts";
import { BY_USER, dividedAround, dividedAt, spread, where } from "./partition.ts";
import { isRefusedForm } from "./queryForms.ts";

/** Links that one answer brings (docs/salesforce.md#links-to-identity-providers); parts are aimed at fewer. */
const PAGE_ROWS = 500;
const AIMED_ROWS = 400;
/** Users of one IN list, where the org refuses ranges of them. */
const USERS_PER_QUERY = 200;
/** How often what was read is held against the org's counts, and what changed meanwhile read again. */
const MOST_ROUNDS = 4;

/** Calls that bring nothing, or next to nothing, and what the others bring on the average at least. */
const CALLS_BESIDE = 100;
const LEAST_ROWS_PER_CALL = 10;

/** A row of ThirdPartyAccountLink: nothing of the account at the provider, which is personal and decides nothing. */
export interface LinkRow extends ProviderRow {
  readonly Id: string | null;
  readonly UserId: string;
}

export interface LinkReading {
  readonly rows: LinkRow[];
  readonly proof: NonNullable<AccountLinks["proof"]>;
}

/** The links that meet the conditions, as one answer of the org brought them. */
interface LinkPart {
  readonly conditions: readonly string[];
  readonly rows: readonly LinkRow[];
}

/** The query that counts the links that meet the conditions; all by default. */
export function linkCountQuery(conditions: readonly string[] = []): string {
  return `SELECT COUNT() FROM ThirdPartyAccountLink${where(conditions)}`;
}

/** The query of the links that meet the conditions. */
export function linkQuery(conditions: readonly string[]): string {
  return `SELECT Id, UserId, SsoProviderId, SsoProviderName, Provider FROM ThirdPartyAccountLink${where(conditions)}`;
}

/**
 * Every row of ThirdPartyAccountLink, each part of them in one answer of the org, and held against its counts: of each part,
 * since what comes to one and goes from another leaves the sum as it was, and of all. They have no date to divide them by.
 * @param userIds to divide more than a page of them
 * @throws InconclusiveError where the numbers do not come to agree, or one user has more links than a page
 */
export async function readLinkRows(
  reader: OrgReader,
  countBefore: number,
  userIds: () => Promise<Iterable<string>>,
): Promise<LinkReading> {
  const budget: Budget = { calls: 1, rows: 0, beside: CALLS_BESIDE, expected: countBefore };
  if (countBefore === 0) return { rows: [], proof: proofOf(countBefore, 0, [], budget) };
  const ids = countBefore > PAGE_ROWS ? [...(await userIds())].sort(compareText) : [];
  let parts = await readDivided(reader, ids, countBefore, budget);
  for (let round = 1; ; round++) {
    const changed = parts.length === 1 ? [] : await changedParts(reader, parts, budget);
    const counted = await count(reader, [], budget);
    const rows = withoutRepeats(parts);
    if (changed.length === 0 && rows.length === counted)
      return { rows, proof: proofOf(countBefore, counted, rows, budget, parts.length) };
    if (round === MOST_ROUNDS)
      throw inventoryErrors["account-link-count-not-matched"]({ counted, read: rows.length });
    const again = changed.length === 0 ? parts : changed;
    const reread = await Promise.all(again.map(({ conditions }) => readPart(reader, conditions, budget)));
    parts = [...parts.filter((part) => !again.includes(part)), ...reread.flat()];
  }
}

/** The calls of one reading, held against the links that they brought. */
interface Budget {
  calls: number;
  /** That came so far. */
  rows: number;
  /** Calls that may bring nothing. */
  beside: number;
  readonly expected: number;
}

function proofOf(
  countBefore: number,
  countAfter: number,
  { length: read }: readonly LinkRow[],
  { calls }: Budget,
  ranges = 1,
): LinkReading["proof"] {
  return { countBefore, countAfter, read, ranges, calls };
}

/** All links by ranges of users; by lists of users where the org refuses those. */
async function readDivided(
  reader: OrgReader,
  ids: readonly string[],
  rows: number,
  budget: Budget,
): Promise<LinkPart[]> {
  const ranges = dividedAt(BY_USER, spread(ids, Math.ceil(rows / AIMED_ROWS) - 1));
  const readEach = async (all: readonly (readonly string[])[]) =>
    (await Promise.all(all.map((conditions) => readPart(reader, conditions, budget)))).flat();
  try {
    return await readEach(ranges);
  } catch (error) {
    if (ids.length === 0 || !isRefusedForm(error)) throw error;
  }
  const chunks = chunksOf(ids, USERS_PER_QUERY);
  budget.beside += 3 * chunks.length;
  return (await Promise.all(chunks.map((chunk) => readUsers(reader, chunk, budget)))).flat();
}

/** The links of some users, in halves of these until each fits into one answer. */
async function readUsers(reader: OrgReader, users: readonly string[], budget: Budget): Promise<LinkPart[]> {
  const conditions = [`UserId IN ${soqlIn(users)}`];
  const { rows, totalSize } = await onePage(reader, conditions, budget);
  if (rows.length === totalSize) return [{ conditions, rows }];
  if (users.length === 1) throw inventoryErrors["too-many-account-links-of-one-user"]({ most: PAGE_ROWS });
  const half = Math.ceil(users.length / 2);
  const halves = [users.slice(0, half), users.slice(half)];
  return (await Promise.all(halves.map((some) => readUsers(reader, some, budget)))).flat();
}

/** The links that meet the conditions, divided by the users that an answer showed until each part fits into one answer. */
async function readPart(
  reader: OrgReader,
  conditions: readonly string[],
  budget: Budget,
  undivided?: number,
): Promise<LinkPart[]> {
  const { rows, totalSize } = await onePage(reader, conditions, budget);
  if (rows.length === totalSize) return [{ conditions, rows }];
  const users = [...new Set(rows.map(({ UserId }) => UserId))].sort(compareText);
  // Where a division left all in one part, the org may compare ids in another way: one value set apart always gets on.
  const isStuck = undivided === totalSize;
  if (isStuck && users.length === 1)
    throw inventoryErrors["too-many-account-links-of-one-user"]({ most: PAGE_ROWS });
  const { below, at, above } = dividedAround(BY_USER, users[users.length >> 1]!);
  const divided =
    users.length === 1 || isStuck
      ? [below, at, above]
      : dividedAt(BY_USER, spread(users.slice(1), Math.ceil(totalSize / AIMED_ROWS) - 1));
  const parts = divided.map((more) => readPart(reader, [...conditions, ...more], budget, totalSize));
  return (await Promise.all(parts)).flat();
}

async function onePage(
  reader: OrgReader,
  conditions: readonly string[],
  budget: Budget,
): Promise<{ rows: LinkRow[]; totalSize: number }> {
  spend(budget);
  const { rows, totalSize } = await reader.query<LinkRow>(linkQuery(conditions), { enough: 1 });
  if (rows.length > totalSize || (rows.length === 0 && totalSize > 0))
    throw inventoryErrors["account-link-count-not-matched"]({ counted: totalSize, read: rows.length });
  budget.rows += rows.length;
  return { rows, totalSize };
}

async function count(reader: OrgReader, conditions: readonly string[], budget: Budget): Promise<number> {
  spend(budget);
  return await reader.count(linkCountQuery(conditions));
}

/** @throws InconclusiveError where so many calls bring so little, or links come without an end */
function spend(budget: Budget): void {
  const { beside, rows, expected } = budget;
  budget.calls++;
  const most = beside + Math.min(rows, MOST_ROUNDS * (expected + PAGE_ROWS)) / LEAST_ROWS_PER_CALL;
  if (budget.calls > most || rows > beside * PAGE_ROWS + MOST_ROUNDS * expected)
    throw inventoryErrors["account-link-count-not-matched"]({ counted: expected, read: "no end of them" });
}

async function changedParts(
  reader: OrgReader,
  parts: readonly LinkPart[],
  budget: Budget,
): Promise<LinkPart[]> {
  const counts = await Promise.all(parts.map(({ conditions }) => count(reader, conditions, budget)));
  return parts.filter(({ rows }, i) => rows.length !== counts[i]);
}

/** The rows of all parts, each that has an id once: an org can err. */
function withoutRepeats(parts: readonly LinkPart[]): LinkRow[] {
  const seen = new Set<string>();
  return parts
    .flatMap(({ rows }) => rows)
    .filter(({ Id }) => {
      const size = seen.size;
      return Id === null || seen.add(Id).size > size;
    });
}
