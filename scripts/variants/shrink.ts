import { DEFAULTS } from "./factors.ts";
import type { Values } from "./pairs.ts";
import { play } from "./play.ts";

/** The fewest values beside the likeliest ones with which a variant is still wrong. */
export async function smallest(values: Values, filler: number): Promise<Values> {
  let least = values;
  for (const [name, value] of Object.entries(values)) {
    if (value === DEFAULTS[name]) continue;
    const tried = { ...least, [name]: DEFAULTS[name]! };
    if ((await play(tried, filler)).verdict === "wrong") least = tried;
  }
  return Object.fromEntries(Object.entries(least).filter(([name, value]) => DEFAULTS[name] !== value));
}
