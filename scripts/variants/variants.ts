import type { Command } from "commander";
import { DEFAULTS, FACTORS } from "./factors.ts";
import { coveringRows, type Factors, type Values } from "./pairs.ts";

/** A named kind of org. */
export interface Variant {
  readonly name: string;
  /** Of all factors. */
  readonly values: Values;
}

/** The org as it is likeliest, and each other value alone. */
export function aloneOf(): Variant[] {
  const alone = Object.entries(FACTORS).flatMap(([name, [, ...others]]) =>
    others.map((value): Variant => ({ name: `${name}=${value}`, values: { ...DEFAULTS, [name]: value } })),
  );
  return [{ name: "default", values: DEFAULTS }, ...alone];
}

/**
 * Rows with every two values together. A value that alone keeps a list from being complete hides what its neighbours do, so
 * that it first stands beside such as do not, and only in the last rows beside its like.
 * @param closing names of the variants of one value, such as `usageNeeds=setting`, that were not complete
 */
export function rowsOf(seed: number, closing: ReadonlySet<string>): Variant[] {
  const closes = (name: string) => (value: string) => closing.has(`${name}=${value}`);
  const open: Factors = Object.fromEntries(
    Object.entries(FACTORS).map(([name, values]) => [
      name,
      values.filter((value) => value === DEFAULTS[name] || !closes(name)(value)),
    ]),
  );
  const rows = coveringRows(open, seed);
  for (const [name, values] of Object.entries(FACTORS))
    for (const value of values.filter(closes(name)))
      rows.push(...coveringRows({ ...open, [name]: [value] }, seed, rows));
  rows.push(...coveringRows(FACTORS, seed, rows));
  return rows.map((values, i) => ({ name: `row-${i + 1}`, values }));
}

/** The variant of some values, each written as `name=value`. */
export function chosen(texts: readonly string[], command: Command): Variant {
  const values = texts.map((text) => {
    const [name = "", value = ""] = text.split(/=(.*)/s);
    if (!FACTORS[name]?.includes(value))
      command.error(
        FACTORS[name] === undefined
          ? `There is no setting ${name}; there are ${Object.keys(FACTORS).join(", ")}.`
          : `${name} is one of ${FACTORS[name].join(", ")}.`,
      );
    return [name, value] as const;
  });
  return { name: "chosen", values: { ...DEFAULTS, ...Object.fromEntries(values) } };
}

/** The values that are not the likeliest. */
export function labelOf(values: Values): string {
  const others = Object.entries(values).filter(([name, value]) => DEFAULTS[name] !== value);
  return others.map((pair) => pair.join("=")).join(" ") || "-";
}
