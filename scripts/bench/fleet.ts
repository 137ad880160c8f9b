import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { RecordedRequest } from "salesforce-local-org";
import { ScriptError } from "../scriptError.ts";
import { type Benchmark, rounded } from "./benchmark.ts";
import { startChild } from "./child.ts";
import type { FleetOrgsTask, RunningOrgs } from "./fleetOrgsProcess.ts";
import type { FleetPlanned, FleetPlanTask } from "./fleetPlanProcess.ts";

const LATENCY_MS = 5;
const GRANTS = 1_000;
const USERS = 250;
const APPS = 20;

/** Rows of OauthToken that one call brings (docs/salesforce.md#pages-and-the-ceiling). */
const GRANTS_A_CALL = 500;
/** Queries that Composite takes in one call (docs/salesforce.md#composite). */
const QUERIES_A_CALL = 5;
/**
 * What is asked of an org beside its grants, a query each: the org, the session and its login, the caller's permissions, profiles, both
 * kinds of apps, the app menu, users, who is frozen, logins, pre-authorizations, sessions, links to identity providers.
 */
const OTHER_QUERIES = 14;
/** `listMetadata` takes three kinds of component in one call (Metadata API guide, listMetadata). */
const METADATA_CALLS = 1;

/** What every org of the fleet extends. The apps of one name are another app in each org. */
const SHARED = `version: 1
unlisted: revoke
platformApps: revoke
limits: { revocations: 1000, percent: 100, perApp: 1000 }
apps:
${Array.from({ length: APPS - 1 }, (_, i) => `  - { name: App ${i}, users: { profiles: [Standard User, Sales User] }, maxIdleDays: 1500 }`).join("\n")}
`;

/** Whole fleets, planned in one process. */
export const FLEET_BENCHMARKS: readonly Benchmark[] = [planning("fleet-50", 50), planning("fleet-300", 300)];

function planning(name: string, orgs: number): Benchmark {
  const about = `plan ${orgs} orgs of ${GRANTS.toLocaleString("en")} grants in one process, with ${LATENCY_MS} ms a request`;
  return { name, about, run: () => measureFleet({ orgs, grants: GRANTS }) };
}

/** The fewest calls that bring what is asked of an org, by what the platform documents of batches and pages. */
function idealCallsOf(grants: number): number {
  return (
    Math.ceil(OTHER_QUERIES / QUERIES_A_CALL) +
    METADATA_CALLS +
    Math.max(1, Math.ceil(grants / GRANTS_A_CALL))
  );
}

async function measureFleet({ orgs, grants }: { readonly orgs: number; readonly grants: number }) {
  const fleet = await startChild<FleetOrgsTask, RunningOrgs>("./fleetOrgsProcess.ts", {
    ...{ orgs, grants, users: USERS, apps: APPS, latencyMs: LATENCY_MS },
  });
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-bench-fleet-"));
  try {
    const env = writeFleet(folder, fleet.answer);
    const task: FleetPlanTask = { folder, env };
    const planner = await startChild<FleetPlanTask, FleetPlanned>("./fleetPlanProcess.ts", task);
    await planner.stop();
    const { answer } = planner;
    for (const org of answer.orgs)
      if (org.grants !== grants || org.status !== "revokes" || org.revocations === 0)
        throw new ScriptError(`An org of ${grants} grants came to ${JSON.stringify(org)}.`);
    return {
      orgs,
      grants: answer.orgs.reduce((sum, org) => sum + org.grants, 0),
      seconds: rounded(answer.seconds, 2),
      cpuSeconds: rounded(answer.cpuSeconds, 2),
      peakRssMb: rounded(answer.peakRssMb, 1),
      calls: await callsOf(fleet.answer),
      idealCalls: orgs * idealCallsOf(grants),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await fleet.stop();
  }
}

/** A repository with orgs.yaml, a shared policy, and one that extends it for each org. @returns the variables that it names */
function writeFleet(folder: string, { orgs }: RunningOrgs): Record<string, string> {
  mkdirSync(path.join(folder, "policy"));
  writeFileSync(path.join(folder, "policy/shared.yaml"), SHARED);
  const entries = orgs.map(({ id }, i) => {
    writeFileSync(
      path.join(folder, `policy/org-${i}.yaml`),
      `version: 1\nextends: shared.yaml\norg: { id: ${id} }\n`,
    );
    return `  - { name: org-${i}, id: ${id}, policy: policy/org-${i}.yaml, credentials: { accessToken: TOKEN_${i}, instanceUrl: URL_${i} } }`;
  });
  writeFileSync(path.join(folder, "orgs.yaml"), ["version: 1", "orgs:", ...entries, ""].join("\n"));
  return Object.fromEntries(
    orgs.flatMap(({ url, accessToken }, i) => [
      [`URL_${i}`, url],
      [`TOKEN_${i}`, accessToken],
    ]),
  );
}

/** The requests that reached the orgs: a composite is one, whatever is in it. */
async function callsOf({ orgs }: RunningOrgs): Promise<number> {
  let calls = 0;
  for (const { url } of orgs) {
    const requests = (await (await fetch(`${url}/__local-org/requests`)).json()) as RecordedRequest[];
    calls += requests.filter(({ isPart }) => !isPart).length;
  }
  return calls;
}
