import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const minute = 60_000;

/** Of tests that wait for processes of theirs a fifth of the time: one more than there are cores, up to two. */
const workersThatWait = Math.min(availableParallelism(), 2) + 1;

/** The tests that start the real engine, or build the packages: slow, and heavy enough to disturb each other. */
const engineTests = [
  "test/{pulumi,languages,ci,packed}/**/*.test.ts",
  "test/scripts/{chaos,backends}OnEngine.test.ts",
];

/**
 * The tests that start a browser or processes of ours, as each test of a verb does, ask a local org for hundreds of answers,
 * or play random cases by the hundred: `npm run unit` leaves them out.
 */
const slowTests = [
  "test/apply/{readAgain,usage}.test.ts",
  "test/{bin,cli}/**/*.test.ts",
  "test/docs/play.test.ts",
  "test/fleet/history/history.test.ts",
  "test/inventory/{changing,faults,list,lists,orders,short}.test.ts",
  "test/oracle/*.test.ts",
  "test/plan/laws.test.ts",
  "test/probe/*.test.ts",
  "test/report/html/page.test.ts",
  "test/run/{doors,record}.test.ts",
  "test/salesforce/{answers,fields,proxy}.test.ts",
  "test/scripts/{backends,bench,chaos,chromium,demo,fleetDemo,mutants,variants}.test.ts",
  "test/scripts/engine/{ensure,languages}.test.ts",
  "test/watch/store.test.ts",
  "packages/*/test/{api,foreignClients,grants,identity,metadata,package,requests}.test.ts",
];

/** The tests that ask a local org often: quick one by one, and together more than somebody waits for. */
const httpTests = [
  "test/apply/*.test.ts",
  "test/inventory/{accountLinks,directory,dividing,doctor,externalApps,hostile,look,settling,standingOrgs}.test.ts",
  "test/plugin/pluginResources.test.ts",
  "test/run/*.test.ts",
  "test/salesforce/{connection,credentials,deleting,login,together}.test.ts",
  "test/watch/watcher.test.ts",
  "packages/*/test/{counterparts,externalClientApps,loggingIn,openQuestions,platform,rotation,standingAccess}.test.ts",
];

export default defineConfig({
  test: {
    pool: "forks",
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...engineTests, ...slowTests, ...httpTests],
          // The files load the same modules, which takes longer than most of the tests.
          isolate: false,
          maxWorkers: "100%",
          testTimeout: minute / 2,
          hookTimeout: minute / 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "http",
          include: httpTests,
          exclude: slowTests,
          isolate: false,
          maxWorkers: "100%",
          testTimeout: minute / 2,
          hookTimeout: minute / 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "local-org",
          include: ["packages/*/test/**/*.test.ts"],
          exclude: [...slowTests, ...httpTests],
          testTimeout: minute / 2,
          hookTimeout: minute / 2,
          maxWorkers: "100%",
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "slow",
          include: slowTests,
          maxWorkers: workersThatWait,
          testTimeout: minute,
          hookTimeout: minute,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "engine",
          include: engineTests,
          testTimeout: 3 * minute,
          hookTimeout: 3 * minute,
          maxWorkers: workersThatWait,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
