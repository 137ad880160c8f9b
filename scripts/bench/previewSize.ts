import { performance } from "node:perf_hooks";
import { PulumiProject } from "../../test/pulumi/pulumiRun.ts";
import { ScriptError } from "../scriptError.ts";
import { type Benchmark, rounded } from "./benchmark.ts";
import { startChild } from "./child.ts";
import type { OrgTask, RunningOrg } from "./orgProcess.ts";
import { TreeMemory } from "./treeMemory.ts";

const APPS = 5;
/** Nothing is sanctioned, and no limit is in the way. */
const POLICY = `version: 1
unlisted: revoke
platformApps: revoke
limits: { revocations: 1000000, percent: 100, perApp: 1000000 }
apps: []
`;
const STATE_FILE = ".pulumi-state/.pulumi/stacks/sanctioned/simulator.json";

/** Whole previews of a new stack in which every grant is to be revoked. */
export const PREVIEW_SIZE_BENCHMARKS: readonly Benchmark[] = [
  previewing("preview-10k", 10_500),
  previewing("preview-100k", 105_000),
];

function previewing(name: string, revocations: number): Benchmark {
  const about = `pulumi preview --diff of ${revocations.toLocaleString("en")} revocations, each of a user and an app of its own`;
  return { name, about, run: () => measure(revocations) };
}

async function measure(revocations: number) {
  const size = { seed: 1, users: revocations / APPS + 1, grants: revocations, apps: APPS };
  const org = await startChild<OrgTask, RunningOrg>("./orgProcess.ts", {
    ...{ size, latencyMs: 0, eachPairOnce: true },
  });
  let project: PulumiProject | null = null;
  try {
    const { url, accessToken } = org.answer;
    project = await PulumiProject.create({ SF_ORG_INSTANCE_URL: url, SF_ACCESS_TOKEN: accessToken });
    await project.write("policy/dieppe-trading.yaml", POLICY);
    const start = performance.now();
    const { pid, ended } = project.start("preview", "--diff");
    const memory = new TreeMemory(pid);
    const { code, output } = await ended;
    const [seconds, peakRssMb] = [(performance.now() - start) / 1000, memory.stop()];
    const shown = output.match(/^ +user\d+@generated\.example *: "/gm)?.length ?? 0;
    if (code !== 0 || shown !== revocations)
      throw new ScriptError(`The preview ended with ${code} and showed ${shown} revocations.`);
    return {
      revocations,
      seconds: rounded(seconds, 2),
      peakRssMb: rounded(peakRssMb, 1),
      stateBytes: await stateOfRefused(project, url),
    };
  } finally {
    await project?.remove();
    await org.stop();
  }
}

/**
 * The size of the state that still holds the whole plan: after an update whose first call the org refused, so that
 * nothing is revoked and everything is left to do.
 */
async function stateOfRefused(project: PulumiProject, url: string): Promise<number> {
  const fault = { kind: "status", match: "/services/oauth2/revoke", status: 404 };
  await fetch(`${url}/__local-org/faults`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify([fault]),
  });
  const { code, output } = await project.run("up", "--yes", "--skip-preview");
  if (code === 0 || !output.includes("not tried"))
    throw new ScriptError(`The update was not refused:\n${output.slice(-2_000)}`);
  return Buffer.byteLength(await project.read(STATE_FILE));
}
