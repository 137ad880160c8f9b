import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

/** All of them, and with other seeds, are played by `npm run chaos -- --engine`. */
it.each(["SIGKILL of the engine"])(
  "on the real engine, %s: nothing else is revoked, all is on record, nothing lives on, and the next preview is clean",
  { timeout: 180_000 },
  (trouble) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["scripts/chaos.ts", "--engine", "--exactly", trouble, "--from", "7"],
      { cwd: path.resolve(import.meta.dirname, "../.."), encoding: "utf8" },
    );
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ seeds: 1, violations: 0 });
    expect(JSON.parse(stdout).revocationsChecked).toBeGreaterThan(20);
  },
);
