import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, it } from "vitest";

function bench(...args: string[]) {
  return spawnSync(process.execPath, ["scripts/bench.ts", ...args], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    encoding: "utf8",
  });
}

it("a listing of 10,000 grants is complete and within its calls, and prints one line of JSON", {
  timeout: 120_000,
}, () => {
  const { status, stdout, stderr } = bench("--only", "list-10k");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  const line = JSON.parse(stdout);
  expect(line).toEqual({
    name: "list-10k",
    grants: 10_000,
    calls: expect.any(Number),
    idealCalls: 20,
    callsRatio: line.calls / 20,
    seconds: expect.any(Number),
    sequentialSeconds: expect.any(Number),
    peakRssMb: expect.any(Number),
    complete: true,
  });
  expect(line.calls).toBeGreaterThanOrEqual(20);
  expect(line.calls).toBeLessThanOrEqual(20 * 1.1 + 30);
});

it("deciding 10,000 grants says how long each takes", { timeout: 60_000 }, () => {
  const { status, stdout } = bench("--only", "decide-10k");
  expect(status).toBe(0);
  const line = JSON.parse(stdout);
  expect(line).toEqual({
    name: "decide-10k",
    grants: 10_000,
    seconds: expect.any(Number),
    resolveSeconds: expect.any(Number),
    nsPerGrant: expect.any(Number),
    peakRssMb: expect.any(Number),
  });
});

it("a benchmark that there is not is refused with the names of those that there are", () => {
  const { status, stdout, stderr } = bench("--only", "list-10k,list-2k");
  expect([status, stdout, stderr]).toEqual([
    1,
    "",
    'There is no benchmark "list-2k"; there are list-10k, list-100k, list-1m, decide-10k, decide-100k, decide-1m, revoke-5k, preview-dieppe, preview-10k, preview-100k, fleet-50, fleet-300.\n',
  ]);
});

it("--help names the benchmarks", () => {
  const { status, stdout } = bench("--help");
  expect(status).toBe(0);
  for (const name of ["list-10k", "list-100k", "list-1m"]) expect(stdout).toContain(name);
});
