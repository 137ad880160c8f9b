import { defineConfig } from "vitest/config";

const minute = 60_000;

/** The tests that start the real engine, or build the packages: slow, and heavy enough to disturb each other. */
const engineTests = "test/{pulumi,ci,packed}/**/*.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{test,packages/*/test}/**/*.test.ts"],
          exclude: [engineTests],
          testTimeout: minute / 2,
          hookTimeout: minute / 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "engine",
          include: [engineTests],
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
