import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";

const ROOT = path.resolve(import.meta.dirname, "../..");

it("npm run fleet-demo judges five orgs by a changed policy, comments, hands out the two that can be updated, and leaves nothing", () => {
  const temp = mkdtempSync(path.join(tmpdir(), "sanctioned-demo-test-"));
  onTestFinished(() => rmSync(temp, { recursive: true, force: true }));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["scripts/fleetDemo.ts", "--without-engine"],
    {
      cwd: ROOT,
      encoding: "utf8",
      env: { ...process.env, TMPDIR: temp, NO_COLOR: "1" },
    },
  );
  expect([status, stderr.includes("The demo stopped")]).toEqual([0, false]);
  expect(stdout.split("\n").filter((line) => line.startsWith("$ "))).toEqual([
    "$ cat orgs.yaml",
    "$ git diff --unified=0",
    '$ git worktree add --quiet ../before "main~1"',
    "$ npx sanctioned fleet plan --base ../before --out plans",
    "$ npx sanctioned fleet comment --plans plans",
    "$ npx sanctioned fleet matrix --plans plans",
    "$ npx sanctioned fleet matrix --plans plans --judged-only",
    "$ npx sanctioned fleet report",
    "$ npx sanctioned fleet report --format html --out page",
    "$ ls page",
  ]);
  expect(stdout).toContain("+unlisted: revoke\n");
  for (const [org, result] of [
    ["dieppe-uat", "revokes"],
    ["dieppe", "revokes"],
    ["rouen", "refused"],
    ["calais", "inconclusive"],
    ["caen", "unreachable"],
  ])
    expect(stdout).toMatch(new RegExp(`^${org} +[01] +${result} `, "m"));
  expect(stdout).toContain(
    "5 orgs: 2 revokes, 1 refused, 1 inconclusive, 1 unreachable. 24 revocations in all.",
  );
  expect(stdout).toContain("**2 of 5 orgs could not be judged.**");
  const matrix = JSON.parse(stdout.split("\n").findLast((line) => line.startsWith('{"version":1,"waves"'))!);
  expect(
    matrix.waves.map(({ include }: { include: { org: string }[] }) => include.map(({ org }) => org)),
  ).toEqual([["dieppe-uat"], ["dieppe"]]);
  expect(stdout).toMatch(/^index\.html$/m);
  expect(readdirSync(temp).filter((name) => name.startsWith("sanctioned-"))).toEqual([]);
});
