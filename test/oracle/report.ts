import type { Case } from "./case.ts";
import type { Difference } from "./compare.ts";
import { TABLE } from "./table.ts";
import { written } from "./tool.ts";

/** A difference as somebody needs it to decide who is wrong: both answers, the row of the table, policy and org. */
export function reported(
  seed: number,
  found: readonly Difference[],
  { files, org, platform, ownApp, asOf }: Case,
): string {
  const said = found.map(({ about, oracle, tool }) => {
    const row = TABLE.findIndex(({ code }) => code === about);
    const place = row < 0 ? about : `${about} (row ${row + 1} of the table)`;
    return `${place}\n  oracle: ${oracle}\n  tool:   ${tool}`;
  });
  const policies = [...written(files)].map(([name, { text }]) => `--- ${name}\n${text}`);
  const surroundings = { asOf: new Date(asOf).toISOString(), ...platform, ownApp };
  return [
    `seed ${seed}: the oracle and the tool differ`,
    ...said,
    ...policies,
    `--- surroundings\n${JSON.stringify(surroundings)}`,
    `--- org\n${JSON.stringify(org)}`,
  ].join("\n");
}
