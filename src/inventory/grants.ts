import { ApiError } from "../salesforce/failure.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { inventoryErrors } from "./errors.ts";
import type { CompletenessProof, Grant } from "./inventory.ts";
import { countQuery, createdAt, type GrantRow, SECOND_MS } from "./partition.ts";
import { isRefusedForm } from "./queryForms.ts";
import { readGrants } from "./readGrants.ts";
import { missingLists } from "./readListed.ts";
import { CEILING, type GrantReading, grantQuery, partOf, type ReadPart, type Unread } from "./readRange.ts";
import { type ChangedUnit, changedUnits } from "./recount.ts";
import { FIRST_WAY, otherWays, type ReadingSource, readWay, type Way } from "./waysToRead.ts";

/** How often the list is held against the org's count, and what changed meanwhile read again. */
const MOST_ROUNDS = 10;
/** From this round on a list is taken that differs from the org by nothing but grants that went meanwhile. */
const PATIENT_ROUNDS = 4;
/** How often it is held against the org's counts where every part is counted in each round. */
const ROUNDS_BY_COUNT = 4;
/** The same, where lists may have to be found first. */
const ROUNDS_BY_LIST = 6;
/** Calls that bringing a list to agree with the org may take, and so many times what reading it took. */
const SETTLING_CALLS = 500;
const SETTLING_TIMES = 10;
/** One grant in so many may have gone since its part was looked at for the last time. */
const GONE_SHARE = 1_000;
/** Grants made up to this long before the reading began are looked for at its end: one may be seen later than its date says. */
const MARGIN_MS = 60_000;
/** The same, where the org does not say what time it is. */
const MARGIN_WITHOUT_CLOCK_MS = 600_000;

export interface GrantListing extends ReadingSource {
  readonly countBefore: number;
}

export interface ListedGrants {
  readonly grants: Grant[];
  readonly proof: Pick<
    CompletenessProof,
    | "countBefore"
    | "countAfter"
    | "read"
    | "partition"
    | "ranges"
    | "calls"
    | "rereads"
    | "changes"
    | "rowIds"
  >;
}

/**
 * Reads all rows of OauthToken, each stretch of them in one answer of the org, and holds them against its count. Grants that
 * come meanwhile are asked for at the end by their date; grants that go are found by counting, and their stretches read again.
 * @throws InconclusiveError where the numbers do not come to agree
 */
export async function listGrants(reader: OrgReader, listing: GrantListing): Promise<ListedGrants> {
  const first = await unlessRefused(listBy(reader, listing, FIRST_WAY, 1)); // the count before is a call
  if (!(first instanceof ApiError)) return first;
  const { ways, calls } = await otherWays(reader);
  let refusal = first;
  for (const [i, way] of ways.entries()) {
    const listed = await unlessRefused(listBy(reader, listing, way, 2 + i + calls)); // and so is each refused
    if (!(listed instanceof ApiError)) return listed;
    refusal = listed;
  }
  throw refusal;
}

async function unlessRefused<T>(listing: Promise<T>): Promise<T | ApiError> {
  try {
    return await listing;
  } catch (error) {
    if (isRefusedForm(error)) return error;
    throw error;
  }
}

/** The same in one way. @throws ApiError where the org refuses a form of query that it needs */
async function listBy(
  reader: OrgReader,
  listing: GrantListing,
  way: Way,
  calls: number,
): Promise<ListedGrants> {
  const started = orgTime(reader) ?? Date.now() + MARGIN_MS - MARGIN_WITHOUT_CLOCK_MS;
  const first = await readWay(reader, listing, way);
  const state: Listed = {
    ...first,
    calls: first.calls + calls,
    mostCalls: SETTLING_CALLS + SETTLING_TIMES * (first.calls + calls),
    rereads: 0,
    since: 0,
  };
  const settled =
    way.partition === "CreatedDate"
      ? await settleByTime(reader, state, first.latest, started)
      : await settleByCount(reader, state, first.latest);
  const { countBefore } = listing;
  const grants = settled.parts.flatMap((part) => part.grants);
  const more = settled.counted - countBefore;
  const stillListed = grants.length - settled.counted;
  const latestStart = started + SECOND_MS; // the org's clock says it to the second
  const start = first.newest !== null && first.newest < latestStart ? first.newest : latestStart;
  const surelyCame = Math.max(more, madeSince(grants, start, orgTime(reader)));
  const gone = Math.max(surelyCame - more, stillListed);
  const came = more + gone;
  const ids = settled.parts.some((part) => part.ids.some((id) => id !== null));
  return {
    grants,
    proof: {
      countBefore,
      countAfter: settled.counted,
      read: grants.length,
      partition: way.partition,
      ranges: settled.parts.length,
      calls: state.calls,
      rereads: state.rereads,
      rowIds: ids,
      ...(came + gone === 0 ? {} : { changes: { came, gone, stillListed } }),
    },
  };
}

/** What the org's clock says, in milliseconds since the epoch, up to a second less; null where it does not say. */
function orgTime({ clockSkewMs }: OrgReader): number | null {
  return clockSkewMs === null ? null : Date.now() + clockSkewMs;
}

/** How many were made after a time of the org's, up to now: some may have a date that is still to come. */
function madeSince(grants: readonly Grant[], start: number, now: number | null): number {
  const end = (now ?? Date.now()) + SECOND_MS;
  return grants.filter(({ createdAt }) => createdAt !== null && createdAt > start && createdAt <= end).length;
}

interface Listed {
  readonly reading: GrantReading;
  parts: ReadPart[];
  calls: number;
  /** With more of them the list does not come to agree. */
  readonly mostCalls: number;
  rereads: number;
  /** Grants made from here on are looked for at the end, in milliseconds since the epoch. */
  since: number;
}

interface Settled {
  readonly parts: readonly ReadPart[];
  readonly counted: number;
}

interface Held extends Settled {
  /** Whether the list and the org agree. */
  readonly isSettled: boolean;
}

/**
 * Brings the list to agree with the org. What is listed holds every grant that was there all the while, and those made
 * since the reading began are asked for in the same answer that says how many grants there are: so nothing is
 * missing, and where the numbers are equal, the list is the org's as of that answer.
 */
async function settleByTime(
  reader: OrgReader,
  state: Listed,
  latest: number,
  started: number,
): Promise<Settled> {
  state.since = Math.floor((started - MARGIN_MS) / SECOND_MS) * SECOND_MS;
  let isLocated = false;
  for (let round = 1; ; round++) {
    const isOneAnswer = state.calls === 2; // the count, and a page
    const held = await (isOneAnswer ? holdAtOnce(reader, state) : holdAtEnd(reader, state, latest));
    if (held.isSettled) return held;
    const { parts, counted } = held;
    const read = sizeOf(parts);
    const gone = read - counted;
    if (round >= PATIENT_ROUNDS && isLocated && gone > 0 && gone <= Math.max(1, read / GONE_SHARE))
      return held;
    if (isLastRound(round, MOST_ROUNDS, state)) throw notMatched(state, counted, read);
    isLocated = await readChanged(reader, state, latest);
  }
}

/** Holds grants that came in one answer against the org's count. */
async function holdAtOnce(reader: OrgReader, state: Listed): Promise<Held> {
  state.parts = withoutRepeats(state.parts);
  const counted = await countAll(reader, state);
  return { parts: state.parts, counted, isSettled: sizeOf(state.parts) === counted };
}

/** Holds what is listed, and what is newer, against the number of grants that comes with the newest. */
async function holdAtEnd(reader: OrgReader, state: Listed, latest: number): Promise<Held> {
  const { recent, totalSize } = await lookAtEnd(reader, state, latest);
  const parts = withoutRepeats([recent, ...state.parts]);
  state.parts = parts.slice(1);
  const read = sizeOf(parts);
  // The answer may count no further than the rows that a query hands out.
  const isSure = read === totalSize && totalSize !== CEILING;
  const counted = isSure ? totalSize : await countAll(reader, state);
  return { parts, counted, isSettled: read === counted && !(await isUndatedChanged(reader, state)) };
}

/**
 * The same where grants cannot be asked for by their date: every part is counted, since what comes to one and goes from
 * another leaves their sum as it was.
 */
async function settleByCount(reader: OrgReader, state: Listed, latest: number): Promise<Settled> {
  const isOneAnswer = isAllInOne(state.parts);
  const isListed = state.reading.names !== undefined;
  const rounds = isListed ? ROUNDS_BY_LIST : ROUNDS_BY_COUNT;
  for (let round = 1; ; round++) {
    state.parts = withoutRepeats(state.parts);
    const read = sizeOf(state.parts);
    // Lists may lack somebody, so that one who goes could stand for one who was never seen: counted before and after.
    const before = isListed ? await countAll(reader, state) : read;
    const changed = round === 1 && isOneAnswer ? [] : await countParts(reader, state);
    const counted = await countAll(reader, state);
    if (changed.length === 0 && read === counted && read === before) return { parts: state.parts, counted };
    if (isLastRound(round, rounds, state)) throw notMatched(state, counted, read);
    await readAgain(reader, state, changed, latest);
    if (isListed && changed.length === 0 && read < counted) await readMissing(reader, state, latest);
  }
}

/** Whether bringing the list to agree has taken more calls than it may: an org that changes for ever would take them all. */
function isSpent({ calls, mostCalls }: Listed): boolean {
  return calls > mostCalls;
}

function isLastRound(round: number, most: number, state: Listed): boolean {
  return round === most || isSpent(state);
}

function notMatched({ rereads }: Listed, counted: number, read: number): Error {
  return inventoryErrors["grant-count-not-matched"]({ counted, read, rereads });
}

/** Whether one answer brought all grants, whoever has them. */
function isAllInOne([first, ...others]: readonly ReadPart[]): boolean {
  return others.length === 0 && first?.unit.kind === "group" && first.unit.conditions.length === 0;
}

/** Reads what the lists lack. */
async function readMissing(reader: OrgReader, state: Listed, latest: number): Promise<void> {
  const { missing, calls } = await missingLists(reader, state.parts, state.reading);
  const read = await readGrants(reader, missing, state.reading, { latest });
  state.parts.push(...read.parts);
  state.calls += calls + read.calls;
}

function sizeOf(parts: readonly ReadPart[]): number {
  return parts.reduce((sum, { grants }) => sum + grants.length, 0);
}

function countAll(reader: OrgReader, state: Listed): Promise<number> {
  state.calls++;
  return reader.count(countQuery());
}

async function countParts(reader: OrgReader, state: Listed): Promise<ChangedUnit[]> {
  const { changed, calls } = await changedUnits(reader, state.parts);
  state.calls += calls;
  return changed;
}

/** Whether grants without a date came or went: nothing else tells where the sum is as it was. */
async function isUndatedChanged(reader: OrgReader, state: Listed): Promise<boolean> {
  const parts = state.parts.filter(({ unit }) => unit.kind === "group");
  const { changed, calls } = await changedUnits(reader, parts);
  state.calls += calls;
  return changed.length > 0;
}

/** Reads again what changed. @returns whether something was found, and is now as the org counts it */
async function readChanged(reader: OrgReader, state: Listed, latest: number): Promise<boolean> {
  const changed = await countParts(reader, state);
  const numbers = await readAgain(reader, state, changed, latest);
  return changed.length > 0 && changed.every(({ counted }, i) => numbers[i] === counted);
}

async function readAgain(
  reader: OrgReader,
  state: Listed,
  changed: readonly ChangedUnit[],
  latest: number,
): Promise<number[]> {
  const again = new Set(changed.map(({ unit }) => unit));
  state.parts = state.parts.filter(({ unit }) => !again.has(unit));
  const numbers: number[] = [];
  for (const unit of again) {
    if (isSpent(state)) break; // what is not read again is missed in the sum
    const { parts, calls } = await readGrants(reader, [unit], state.reading, { latest });
    state.parts.push(...parts);
    state.calls += calls;
    state.rereads++;
    numbers.push(sizeOf(parts));
  }
  return numbers;
}

/**
 * The newest grants, and how many there are in all, in one answer. Where more than a page of grants is newer than `since`,
 * they are read as the others were, and the look is for what is newer than those.
 */
async function lookAtEnd(
  reader: OrgReader,
  state: Listed,
  latest: number,
): Promise<{ totalSize: number; recent: ReadPart }> {
  const soql = grantQuery(state.reading, [], " ORDER BY CreatedDate DESC NULLS LAST");
  for (let attempt = 1; ; attempt++) {
    const { since } = state;
    const { rows, totalSize, pages } = await reader.query<GrantRow>(soql, { enough: 1 });
    state.calls += pages;
    const times = rows.map(createdAt);
    checkNewestFirst(times);
    state.parts = upTo(state.parts, since);
    const oldest = times.at(-1) ?? null;
    if (
      rows.length >= totalSize ||
      oldest === null ||
      oldest < since ||
      attempt === MOST_ROUNDS ||
      state.calls > state.mostCalls
    ) {
      const newer = rows.filter((_, i) => times[i] !== null && times[i]! >= since);
      const unit: Unread = { kind: "time", range: { from: since, to: null }, rows: 0 };
      return { totalSize, recent: partOf(unit, newer, state.reading) };
    }
    const unread: Unread = { kind: "time", range: { from: since, to: null }, rows: rows.length };
    const read = await readGrants(reader, [unread], state.reading, { latest });
    state.parts.push(...read.parts);
    state.calls += read.calls;
    const newest = Math.floor(times[0]! / SECOND_MS) * SECOND_MS;
    state.since = oldest < newest - MARGIN_MS ? newest - MARGIN_MS : newest + SECOND_MS;
  }
}

/** @throws InconclusiveError where the newest do not come first, and those without a date last */
function checkNewestFirst(times: readonly (number | null)[]): void {
  const isAfter = (time: number | null, before: number | null) =>
    time !== null && (before === null || time > before);
  if (times.some((time, i) => i > 0 && isAfter(time, times[i - 1]!)))
    throw inventoryErrors["grants-out-of-order"]();
}

/** The parts without what is newer than a time, to the second. */
function upTo(parts: readonly ReadPart[], time: number): ReadPart[] {
  return parts.flatMap((part): ReadPart[] => {
    const { unit, grants, ids } = part;
    if (unit.kind === "group") return [part];
    const { from, to } = unit.range;
    if (to !== null && to <= time) return [part];
    if (typeof from === "number" && from >= time) return [];
    const isKept = ({ createdAt }: Grant) => createdAt === null || createdAt < time;
    return [
      {
        unit: { kind: "time", range: { from, to: time }, rows: grants.length },
        grants: grants.filter(isKept),
        ids: ids.filter((_, i) => isKept(grants[i]!)),
      },
    ];
  });
}

/** The parts, each row in the first of them that has it: a grant can move while it is looked for, and an org can err. */
function withoutRepeats(parts: readonly ReadPart[]): ReadPart[] {
  const seen = new Set<string>();
  return parts.map((part) => {
    const isNew = part.ids.map((id) => {
      if (id === null) return true;
      const size = seen.size;
      return seen.add(id).size > size;
    });
    if (!isNew.includes(false)) return part;
    const keep = <T>(values: readonly T[]) => values.filter((_, i) => isNew[i]);
    return { ...part, grants: keep(part.grants), ids: keep(part.ids) };
  });
}
