import type { OrgReader } from "../salesforce/reader.ts";
import { conditionsOf, type TimeRange, where } from "./partition.ts";
import type { ReadPart, Unit } from "./readRange.ts";

export const COUNT = "SELECT COUNT() FROM OauthToken";

/** How many stretches of time are counted apart where their sum is off: a few at once take less time than halves. */
const WAYS = 4;

/** A unit of which the org counts another number of grants than were read. */
export interface ChangedUnit {
  readonly unit: Unit;
  readonly counted: number;
}

/** The units whose number of grants is no longer what was read, found by counting. */
export async function changedUnits(
  reader: OrgReader,
  parts: readonly ReadPart[],
): Promise<{ changed: ChangedUnit[]; calls: number }> {
  const units = new Map<Unit, number>();
  for (const { unit, grants } of parts) units.set(unit, (units.get(unit) ?? 0) + grants.length);
  const changed: ChangedUnit[] = [];
  let calls = 0;
  const count = (conditions: readonly string[]) => {
    calls++;
    return reader.count(`${COUNT}${where(conditions)}`);
  };
  // Units beside each other in time are counted together, and apart where the number is off.
  const search = async (some: readonly Spanned[]): Promise<void> => {
    if (some.length === 0) return;
    const read = some.reduce((sum, { rows }) => sum + rows, 0);
    const counted = await count(conditionsOf({ from: some[0]!.span.from, to: some.at(-1)!.span.to }));
    if (counted === read) return;
    if (some.length === 1) {
      changed.push({ unit: some[0]!.unit, counted });
      return;
    }
    const size = Math.ceil(some.length / WAYS);
    await Promise.all(Array.from({ length: WAYS }, (_, i) => search(some.slice(i * size, (i + 1) * size))));
  };
  const spanned: Spanned[] = [];
  const alone: Unit[] = [];
  for (const [unit, rows] of units)
    if (unit.span === null) alone.push(unit);
    else spanned.push({ unit, rows, span: unit.span });
  spanned.sort((a, b) => startOf(a.span) - startOf(b.span));
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
  readonly unit: Unit;
  readonly rows: number;
  readonly span: TimeRange;
}

/** The first stretch begins with the grants that have a date. */
function startOf({ from }: TimeRange): number {
  return typeof from === "number" ? from : Number.NEGATIVE_INFINITY;
}
