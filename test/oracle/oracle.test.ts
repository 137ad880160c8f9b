import { expect, it } from "vitest";
import { differencesByVerb } from "./compare.ts";
import { generate } from "./generate.ts";
import { play } from "./play.ts";

const FROM = 1;
const SEEDS = 80;
const AT_ONCE = 40;

// A second reading of docs/policy.md decides each case too (table.ts); `npm run oracle -- --seeds 1000 --from 1000` plays others.
it.each(Array.from({ length: SEEDS / AT_ONCE }, (_, i) => FROM + i * AT_ONCE))(
  "the tool decides what the table of docs/policy.md says, for 40 orgs and policies from seed %i",
  async (from) => {
    for (let seed = from; seed < from + AT_ONCE; seed++) expect(await play(seed)).toBeNull();
  },
  120_000,
);

it("so does the verb plan in a process of its own, and it ends with the exit code for that", async () => {
  for (let seed = FROM + SEEDS; seed < FROM + SEEDS + 10; seed++)
    expect({ seed, differences: await differencesByVerb(generate(seed)) }).toEqual({ seed, differences: [] });
}, 120_000);
