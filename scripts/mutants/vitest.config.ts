import { defineConfig } from "vitest/config";

const minute = 60_000;
const tests = (process.env.MUTANTS_TESTS ?? "").split(",");

/** The tests of one room, as `study.ts` names them. */
export default defineConfig({
  test: {
    pool: "forks",
    include: tests.filter((glob) => !glob.startsWith("!")),
    // They test commands that are started as processes of their own, which no mutant reaches.
    exclude: [
      "test/salesforce/proxy.test.ts",
      "test/apply/onlyHere.test.ts",
      ...tests.filter((glob) => glob.startsWith("!")).map((glob) => glob.slice(1)),
    ],
    testTimeout: minute / 2,
    hookTimeout: minute / 2,
  },
});
