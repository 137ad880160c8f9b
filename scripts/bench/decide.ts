import { type Benchmark, rounded } from "./benchmark.ts";
import { startChild } from "./child.ts";
import type { DecideTask, Deciding } from "./decideProcess.ts";

/** Decisions on generated orgs of 200 listed apps with 50 selectors each. */
export const DECIDE_BENCHMARKS: readonly Benchmark[] = [
  deciding("decide-10k", { grants: 10_000, users: 2_000 }),
  deciding("decide-100k", { grants: 100_000, users: 20_000 }),
  deciding("decide-1m", { grants: 1_000_000, users: 200_000 }),
];

function deciding(name: string, task: DecideTask): Benchmark {
  const grants = task.grants.toLocaleString("en");
  return {
    name,
    about: `decide ${grants} grants, 200 apps with 50 selectors each`,
    run: () => measure(task),
  };
}

async function measure(task: DecideTask) {
  const child = await startChild<DecideTask, Deciding>("./decideProcess.ts", task);
  await child.stop();
  const { seconds, resolveSeconds, peakRssMb, decisions } = child.answer;
  return {
    grants: decisions,
    seconds: rounded(seconds, 3),
    resolveSeconds: rounded(resolveSeconds, 3),
    nsPerGrant: Math.round((seconds * 1e9) / decisions),
    peakRssMb: rounded(peakRssMb, 1),
  };
}
