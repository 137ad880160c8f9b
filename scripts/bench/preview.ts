import { performance } from "node:perf_hooks";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { PulumiProject } from "../../test/pulumi/pulumiRun.ts";
import { ScriptError } from "../scriptError.ts";
import { type Benchmark, rounded } from "./benchmark.ts";

const PAIRS = 7;
/** A stack of one dynamic resource that does nothing: what a preview takes whatever it is about. */
const EMPTY_PROGRAM = `import * as pulumi from "@pulumi/pulumi";
const provider = { async create() { return { id: "empty", outs: {} }; } };
class Empty extends pulumi.dynamic.Resource {
  constructor(name) {
    super(provider, name, {}, undefined, "floor", "Empty");
  }
}
new Empty("floor");
`;

/** A whole `pulumi preview` of Dieppe Trading, beside one of a stack that does nothing. */
export const PREVIEW_BENCHMARKS: readonly Benchmark[] = [
  {
    name: "preview-dieppe",
    about: `a whole pulumi preview of Dieppe Trading beside one of an empty dynamic resource, ${PAIRS} of each by turns`,
    run: measure,
  },
];

async function measure() {
  const org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  const projects: PulumiProject[] = [];
  try {
    const ours = await PulumiProject.create(env);
    projects.push(ours);
    const empty = await PulumiProject.create(env);
    projects.push(empty);
    await empty.write("src/index.ts", EMPTY_PROGRAM);
    const preview = async (project: PulumiProject, expected: string) => {
      const start = performance.now();
      const { code, output } = await project.run("preview");
      const seconds = (performance.now() - start) / 1000;
      if (code !== 0 || !output.includes(expected))
        throw new ScriptError(`The preview did not show "${expected}":\n${output}`);
      return seconds;
    };
    const times = { ours: [] as number[], empty: [] as number[] };
    for (let pair = 0; pair <= PAIRS; pair++) {
      const one = await preview(ours, "12 revocations planned");
      const other = await preview(empty, "floor:Empty");
      if (pair === 0) continue; // the first of each fills caches
      times.ours.push(one);
      times.empty.push(other);
    }
    const [seconds, floorSeconds] = [median(times.ours), median(times.empty)];
    return {
      seconds: rounded(seconds, 3),
      floorSeconds: rounded(floorSeconds, 3),
      ratio: rounded(seconds / floorSeconds, 3),
    };
  } finally {
    for (const project of projects) await project.remove();
    await org.close();
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
