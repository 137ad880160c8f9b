import { expect, it } from "vitest";
import { fuzz } from "./fuzz.ts";

// `npm run fuzz -- --seconds 300` feeds it for longer.
it("nonsense in policies, baselines, saved files and answers of an org ends soon, in an error with a code, and is never called complete", async () => {
  const results = [];
  for (let seed = 1; seed <= 30; seed++) for (const one of await fuzz(seed)) results.push({ seed, ...one });
  expect(results.filter(({ wrong }) => wrong !== null)).toEqual([]);
  expect([...new Set(results.map(({ kind }) => kind))].sort()).toEqual([
    "answers",
    "baseline",
    "policy",
    "saved inventory",
    "saved plan",
  ]);
}, 120_000);
