import type { Space } from "./factors.ts";
import type { Values } from "./pairs.ts";
import { type PlayOptions, play } from "./play.ts";

/** The fewest values beside the likeliest ones with which a variant is still wrong. */
export async function smallest({ defaults }: Space, values: Values, options: PlayOptions): Promise<Values> {
  let least = values;
  for (const [name, value] of Object.entries(values)) {
    if (value === defaults[name]) continue;
    const tried = { ...least, [name]: defaults[name]! };
    if ((await play(tried, options)).verdict === "wrong") least = tried;
  }
  return Object.fromEntries(Object.entries(least).filter(([name, value]) => defaults[name] !== value));
}
