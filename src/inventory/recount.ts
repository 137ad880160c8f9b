import type { OrgReader } from "../salesforce/reader.ts";
import { conditionsOf, countQuery, type TimeRange } from "./partition.ts";
import type { ReadPart, Unread } from "./readRange.ts";

/** How many stretches of time are counted apart where their sum is off: a few at once take less time than halves. */
const WAYS = 4;

/** A unit of which the org counts another number of grants than were read. */
export interface ChangedUnit {
  readonly unit: Unread;
  readonly counted: number;
}

/** The units whose number of grants is no longer what was read, found by counting. */
export async function changedUnits(
  reader: OrgReader,
  parts: readonly ReadPart[],
): Promise<{ changed: ChangedUnit[]; calls: number }> {
  const units = new Map<Unread, number>();
  for (const { unit, grants } of parts) units.set(unit, (units.get(unit) ?? 0) + grants.length);
  const changed: ChangedUnit[] = [];
  let calls = 0;
  const count = (conditions: readonly string[]) => {
    calls++;
    return reader.count(countQuery(conditions));
  };
  // Units beside each other in time are counted together, and apart where the number is off.
  const search = async (some: readonly Spanned[]): Promise<void> => {
    if (some.length === 0) return;
    const read = some.reduce((sum, { rows }) => sum + rows, 0);
    const counted = await count(conditionsOf({ from: some[0]!.range.from, to: some.at(-1)!.range.to }));
    if (counted === read) return;
    if (some.length === 1) {
      changed.push({ unit: some[0]!.unit, counted });
      return;
    }
    const size = Math.ceil(some.length / WAYS);
    await Promise.all(Array.from({ length: WAYS }, (_, i) => search(some.slice(i * size, (i + 1) * size))));
  };
  const spanned: Spanned[] = [];
  const alone: Extract<Unread, { kind: "group" }>[] = [];
  for (const [unit, rows] of units)
    if (unit.kind === "group") alone.push(unit);
    else spanned.push({ unit, rows, range: unit.range });
  spanned.sort((a, b) => startOf(a.range) - startOf(b.range));
  await search(spanned);
  await Promise.all(
    alone.map(async (unit) => {
      const counted = await count(unit.conditions);
      if (counted !== units.get(unit)) changed.push({ unit, counted });
    }),
  );
  return { changed, calls };
}

interface Spanned {
  readonly unit: Unread;
  readonly rows: number;
  readonly range: TimeRange;
}

/** The first stretch begins with the grants that have a date. */
function startOf({ from }: TimeRange): number {
  return typeof from === "number" ? from : Number.NEGATIVE_INFINITY;
}
