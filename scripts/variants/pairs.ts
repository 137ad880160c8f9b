import { Random } from "salesforce-local-org/orgs";

/** What can be chosen, by name: the values of each. */
export type Factors = Readonly<Record<string, readonly string[]>>;
export type Values = Readonly<Record<string, string>>;

/**
 * Rows in which every value of each factor stands beside every value of each other one: far fewer than there are combinations,
 * and enough for every fault that two values make together. The same factors and seed give the same rows.
 * @param given rows that there are already: what stands together in one of them need not do so again
 */
export function coveringRows(factors: Factors, seed: number, given: readonly Values[] = []): Values[] {
  const names = Object.keys(factors);
  const open = new Map(allPairs(factors).map((pair) => [keyOf(...pair), pair]));
  for (const row of given) for (const key of keysOf(row)) open.delete(key);
  const random = new Random(seed);
  const rows: Values[] = [];
  while (open.size > 0) {
    const row = rowWith(random.pick([...open.values()]), { names, factors, open, random });
    for (const key of keysOf(row)) open.delete(key);
    rows.push(row);
  }
  return rows;
}

type Choice = readonly [name: string, value: string];
type Pair = readonly [Choice, Choice];

/** Every two choices that a row can hold at once. */
export function allPairs(factors: Factors): Pair[] {
  const choices = Object.entries(factors).flatMap(([name, values]) =>
    values.map((value): Choice => [name, value]),
  );
  return choices.flatMap((one, at) =>
    choices.slice(at + 1).flatMap((other): Pair[] => (one[0] === other[0] ? [] : [[one, other]])),
  );
}

interface Search {
  readonly names: readonly string[];
  readonly factors: Factors;
  readonly open: ReadonlyMap<string, unknown>;
  readonly random: Random;
}

/** A row with a pair in it, and in every other place the value that covers most of what is open. */
function rowWith([one, other]: Pair, { names, factors, open, random }: Search): Values {
  const row: Record<string, string> = { [one[0]]: one[1], [other[0]]: other[1] };
  const rest = names.filter((name) => !Object.hasOwn(row, name));
  while (rest.length > 0) {
    const name = rest.splice(random.integer(rest.length), 1)[0]!;
    const covered = (value: string) =>
      Object.entries(row).filter((choice) => open.has(keyOf(choice, [name, value]))).length;
    const values = factors[name]!;
    const from = random.integer(values.length); // so that not the first of equals is taken each time
    const turned = [...values.slice(from), ...values.slice(0, from)];
    row[name] = turned.reduce((best, value) => (covered(value) > covered(best) ? value : best));
  }
  return Object.fromEntries(names.map((name) => [name, row[name]!]));
}

function keysOf(row: Values): string[] {
  return allPairs(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, [value]]))).map(
    (pair) => keyOf(...pair),
  );
}

function keyOf(one: Choice, other: Choice): string {
  return JSON.stringify([one, other].sort(([a], [b]) => (a < b ? -1 : 1)));
}
