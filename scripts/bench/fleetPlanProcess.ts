import { performance } from "node:perf_hooks";
import { planFleet } from "../../src/fleet/planFleet.ts";
import { readOrgs } from "../../src/fleet/readOrgs.ts";
import { onTask } from "./child.ts";

export interface FleetPlanTask {
  /** That of `orgs.yaml`. */
  readonly folder: string;
  /** With the variables that `orgs.yaml` names. */
  readonly env: Readonly<Record<string, string>>;
}

export interface FleetPlanned {
  /** From the start of the process: with the loading of all code. */
  readonly seconds: number;
  /** The same in time of the processor, which does not depend on what else is running. */
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
  readonly orgs: readonly {
    readonly status: string;
    readonly problem: string | null;
    readonly grants: number;
    readonly revocations: number;
  }[];
}

onTask(async ({ folder, env }: FleetPlanTask): Promise<FleetPlanned> => {
  const fleet = readOrgs("orgs.yaml", folder);
  const { run, unexpected } = await planFleet(
    fleet,
    { orgs: fleet.orgs, notSelected: [] },
    { env, folder, stackConfig: () => Promise.reject(new Error("no org names a stack")) },
  );
  for (const { error } of unexpected) throw error;
  const { user, system } = process.cpuUsage();
  return {
    seconds: performance.now() / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    orgs: run.orgs.map(({ status, problem, numbers }) => ({
      status,
      problem: problem?.text ?? null,
      grants: numbers?.grants ?? 0,
      revocations: numbers?.revocations ?? 0,
    })),
  };
});
