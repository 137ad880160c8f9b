import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

function variants(...args: readonly string[]) {
  return spawnSync(
    process.execPath,
    ["--max-semi-space-size=64", "scripts/variants.ts", "--filler", "0", ...args],
    {
      cwd: path.resolve(import.meta.dirname, "../.."),
      encoding: "utf8",
    },
  );
}

it("whichever way each open question of the platform turns out, and any two of them together, the tool is never wrong", {
  timeout: 180_000,
}, () => {
  const { status, stdout, stderr } = variants("--short", "--quiet");
  expect([status, stderr]).toEqual([0, ""]);
  const total = JSON.parse(stdout); // a wrong one would be printed before
  expect(total).toMatchObject({ wrong: 0 });
  expect(total.complete).toBeGreaterThan(30);
});

it("a variant is played again by its name or its values, and a value that there is not is refused", () => {
  const { status, stdout } = variants("--set", "callerMay=not-see-others", "--set", "tokenIds=null");
  expect([status, stdout]).toEqual([
    0,
    expect.stringContaining(
      "inconclusive  chosen    callerMay=not-see-others tokenIds=null  permissions-missing",
    ),
  ]);
  const { status: failed, stderr } = variants("--set", "tokenIds=none");
  expect([failed, stderr]).toEqual([1, "tokenIds is one of filled, null.\n"]);
});
