import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

it("in 14 random stories of faults, kills and rivals, nothing unapproved is revoked and the record holds", {
  timeout: 180_000,
}, () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/chaos.ts", "--seeds", "14", "--from", "5000"],
    { cwd: path.resolve(import.meta.dirname, "../.."), encoding: "utf8" },
  );
  expect([status, stderr]).toEqual([0, ""]);
  const total = JSON.parse(stdout);
  expect(total).toMatchObject({ seeds: 14, violations: 0 });
  expect(total.revocationsChecked).toBeGreaterThan(100);
});
