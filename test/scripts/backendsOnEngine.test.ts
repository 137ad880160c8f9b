import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

/** All of them, on S3 and Postgres too, are played by `npm run backends`. */
it("of two updates of one stack the second is told and changes nothing, and a preview shows what is left", {
  timeout: 180_000,
}, () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/backends.ts", "--only", "file", "--scenario", "during-update"],
    { cwd: path.resolve(import.meta.dirname, "../.."), encoding: "utf8" },
  );
  expect([status, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ backend: "file", scenario: "during-update", violations: [] });
  expect(JSON.parse(stdout).revoked).toBeGreaterThan(20);
});
