import { defineConfig } from "vitest/config";

const minute = 60_000;

/** The tests of one room, as `study.ts` names them. */
export default defineConfig({
  test: {
    pool: "forks",
    include: (process.env.MUTANTS_TESTS ?? "").split(","),
    // They test commands that are started as processes of their own, which no mutant reaches.
    exclude: ["test/salesforce/proxy.test.ts", "test/apply/onlyHere.test.ts"],
    testTimeout: minute / 2,
    hookTimeout: minute / 2,
  },
});
