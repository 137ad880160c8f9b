import { ScriptError } from "../scriptError.ts";
import type { Benchmark } from "./benchmark.ts";
import { DECIDE_BENCHMARKS } from "./decide.ts";
import { FLEET_BENCHMARKS } from "./fleet.ts";
import { LIST_BENCHMARKS } from "./list.ts";
import { PREVIEW_BENCHMARKS } from "./preview.ts";
import { PREVIEW_SIZE_BENCHMARKS } from "./previewSize.ts";
import { REVOKE_BENCHMARKS } from "./revoke.ts";

/** Every benchmark, in the order in which they run. */
export const BENCHMARKS: readonly Benchmark[] = [
  ...LIST_BENCHMARKS,
  ...DECIDE_BENCHMARKS,
  ...REVOKE_BENCHMARKS,
  ...PREVIEW_BENCHMARKS,
  ...PREVIEW_SIZE_BENCHMARKS,
  ...FLEET_BENCHMARKS,
];

/**
 * The benchmarks of a list of names with commas between them; all without one.
 * @throws ScriptError for a name that there is not
 */
export function chosen(only: string | undefined): readonly Benchmark[] {
  if (only === undefined) return BENCHMARKS;
  return only.split(",").map((text) => {
    const name = text.trim();
    const found = BENCHMARKS.find((benchmark) => benchmark.name === name);
    if (found !== undefined) return found;
    const names = BENCHMARKS.map((benchmark) => benchmark.name).join(", ");
    throw new ScriptError(`There is no benchmark ${JSON.stringify(name)}; there are ${names}.`);
  });
}
