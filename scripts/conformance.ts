/**
 * `npm run conformance`: the end-to-end tests of the dynamic resource, played through the provider plugin. Arguments are handed to
 * vitest, as files: `npm run conformance -- test/pulumi/dieppe.test.ts`.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");

/** All that drive a project through `PulumiProject`, whichever door it has. */
const STORIES = [
  "dieppe",
  "approvedPlan",
  "badInput",
  "canary",
  "concurrent",
  "hostileNames",
  "stopping",
  "plugin",
];

const given = process.argv.slice(2);
const files = given.length > 0 ? given : STORIES.map((name) => `test/pulumi/${name}.test.ts`);
const vitest = path.join(ROOT, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "engine", ...files], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, SANCTIONED_TEST_DOOR: "plugin" },
});
process.exitCode = status ?? 1;
