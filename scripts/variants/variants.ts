import type { Command } from "commander";
import type { Space } from "./factors.ts";
import { coveringRows, type Factors, type Values } from "./pairs.ts";

/** A named kind of org. */
export interface Variant {
  readonly name: string;
  /** Of all factors. */
  readonly values: Values;
}

/** The org as it is likeliest, and each other value alone. */
export function aloneOf({ factors, defaults }: Space): Variant[] {
  const alone = Object.entries(factors).flatMap(([name, [, ...others]]) =>
    others.map((value): Variant => ({ name: `${name}=${value}`, values: { ...defaults, [name]: value } })),
  );
  return [{ name: "default", values: defaults }, ...alone];
}

/**
 * Rows with every two values together. A value that alone keeps a list from being complete hides what its neighbours do, so
 * that it first stands beside such as do not, and only in the last rows beside its like.
 * @param closing names of the variants of one value, such as `usageNeeds=setting`, that were not complete
 * @param short without the rows for two values that both keep a list from being complete: there little can be seen
 */
export function rowsOf(
  { factors, defaults }: Space,
  seed: number,
  closing: ReadonlySet<string>,
  short = false,
): Variant[] {
  const closes = (name: string) => (value: string) => closing.has(`${name}=${value}`);
  const open: Factors = Object.fromEntries(
    Object.entries(factors).map(([name, values]) => [
      name,
      values.filter((value) => value === defaults[name] || !closes(name)(value)),
    ]),
  );
  const rows = coveringRows(open, seed);
  for (const [name, values] of Object.entries(factors))
    for (const value of values.filter(closes(name)))
      rows.push(...coveringRows({ ...open, [name]: [value] }, seed, rows));
  if (!short) rows.push(...coveringRows(factors, seed, rows));
  return rows.map((values, i) => ({ name: `row-${i + 1}`, values }));
}

/** The variant of some values, each written as `name=value`. */
export function chosen({ factors, defaults }: Space, texts: readonly string[], command: Command): Variant {
  const values = texts.map((text) => {
    const [name = "", value = ""] = text.split(/=(.*)/s);
    if (!factors[name]?.includes(value))
      command.error(
        factors[name] === undefined
          ? `There is no setting ${name}; there are ${Object.keys(factors).join(", ")}.`
          : `${name} is one of ${factors[name].join(", ")}.`,
      );
    return [name, value] as const;
  });
  return { name: "chosen", values: { ...defaults, ...Object.fromEntries(values) } };
}

/** The values that are not the likeliest. */
export function labelOf({ defaults }: Space, values: Values): string {
  const others = Object.entries(values).filter(([name, value]) => defaults[name] !== value);
  return others.map((pair) => pair.join("=")).join(" ") || "-";
}
