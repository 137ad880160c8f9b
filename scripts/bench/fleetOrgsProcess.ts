import { startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { onTask } from "./child.ts";

/** The orgs to make, each with people and grants of its own, and how long each of their answers takes at least. */
export interface FleetOrgsTask {
  readonly orgs: number;
  readonly users: number;
  readonly grants: number;
  readonly apps: number;
  readonly latencyMs: number;
}

/** How to reach them. */
export interface RunningOrgs {
  readonly orgs: readonly { readonly id: string; readonly url: string; readonly accessToken: string }[];
}

onTask(async ({ orgs, latencyMs, ...size }: FleetOrgsTask): Promise<RunningOrgs> => {
  const running: RunningOrgs["orgs"][number][] = [];
  for (let seed = 1; seed <= orgs; seed++) {
    const org = generateOrg({ seed, ...size });
    const { url, accessToken } = await startLocalOrg({ org, faults: [{ kind: "latency", ms: latencyMs }] });
    running.push({ id: org.organization.id, url, accessToken });
  }
  return { orgs: running };
});
