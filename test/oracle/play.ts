import { differences } from "./compare.ts";
import { generate } from "./generate.ts";
import { reported } from "./report.ts";
import { shrink } from "./shrink.ts";

/** Holds the tool against the oracle for the case of a seed. @returns what is wrong, with the smallest case that shows it; null if nothing is */
export async function play(seed: number): Promise<string | null> {
  const one = generate(seed);
  const [first] = await differences(one);
  if (first === undefined) return null;
  const smallest = await shrink(one, first);
  return reported(seed, await differences(smallest), smallest);
}
