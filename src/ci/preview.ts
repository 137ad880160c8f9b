import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CodedError, InconclusiveError, shownError } from "../errors.ts";
import { exitCodeOf, type FleetExitCode } from "../fleet/exitCode.ts";
import type { Fleet } from "../fleet/orgs.ts";
import { type FleetOutcome, planFleet } from "../fleet/planFleet.ts";
import { type Plans, PlansWriter, readPlans } from "../fleet/plansFolder.ts";
import type { FleetRun } from "../fleet/runSchema.ts";
import type { FleetSurroundings } from "../fleet/surroundings.ts";
import type { Problem } from "../policy/problem.ts";
import { readPolicyFile } from "../policy/read.ts";
import { policyRoots } from "../run/settings.ts";
import { withCommit } from "./commit.ts";
import type { Source } from "./git.ts";
import { type PulumiPlace, previewByPulumi } from "./pulumi.ts";
import { holdToTop, inPlaceOf, refusePrograms } from "./workspace.ts";

/** What is previewed, and with what. */
export interface PreviewAsked {
  /** The orgs, as the default branch has them. */
  readonly fleet: Fleet;
  /** The folders that are taken from the change. */
  readonly folders: readonly string[];
  readonly commit: string;
  readonly source: Source;
  /** Its folder is a checkout of the default branch. */
  readonly surroundings: FleetSurroundings;
  /** What `pulumi preview` also runs on, once its state was looked at; null where it does not. */
  readonly pulumi: {
    readonly place: () => Promise<PulumiPlace>;
    readonly verify: () => Promise<void>;
  } | null;
}

/** What a change does. */
export type Preview =
  | {
      /** By the change, and by the policies of before. They are there until it was told. */
      readonly plans: Plans;
      readonly exit: FleetExitCode;
      /** What is wrong in policies of the change. */
      readonly problems: readonly Problem[];
      /** What `pulumi preview` printed; null where it did not run. */
      readonly pulumi: string | null;
      readonly unexpected: FleetOutcome["unexpected"];
    }
  | {
      /** The output of what failed. */
      readonly failed: string;
      readonly exit: FleetExitCode;
      /** What is no failure that people can do something about: to be thrown once it was told. */
      readonly unexpected: FleetOutcome["unexpected"];
    };

/**
 * Previews a change of policies, in a checkout of the default branch, so that a change can touch policies but not the program that holds
 * the credential: of the change the folders of policies are taken, as data, and nothing else.
 * @param tell is handed what came of it, also where it failed: what was said of an earlier push must not stay
 */
export async function previewChange(
  asked: PreviewAsked,
  tell: (preview: Preview) => Promise<void>,
): Promise<void> {
  const work = mkdtempSync(path.join(tmpdir(), "sanctioned-preview-"));
  try {
    await tell(await previewed(asked, work).catch(failure));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function failure(error: unknown): Preview {
  if (error instanceof CodedError)
    return { failed: shownError(error), exit: error instanceof InconclusiveError ? 4 : 1, unexpected: [] };
  return {
    failed: "It failed in a way that nobody expected; the job's log has it.",
    exit: 1,
    unexpected: [{ org: "the change", error }],
  };
}

async function previewed(asked: PreviewAsked, work: string): Promise<Preview> {
  const { fleet, surroundings, pulumi, folders } = asked;
  const { folder: workspace, env } = surroundings;
  holdToTop(workspace);
  if (pulumi !== null) refusePrograms(workspace, folders);
  const change = path.join(work, "change");
  await withCommit(asked.commit, asked.source, env, (commit) => {
    for (const folder of folders) commit.take(folder, change);
  });
  const writer = new PlansWriter(path.join(work, "plans"));
  const { run, unexpected } = await planFleet(
    fleet,
    { orgs: fleet.orgs, notSelected: [] },
    { ...surroundings, folder: change },
    { base: workspace, onPlan: (org, plan, base) => writer.plan(org.name, plan, base) },
  );
  writer.finish(run);
  const planned = {
    plans: readPlans(writer.folder),
    exit: exitCodeOf(run, false),
    problems: problemsIn(change, run, env),
    unexpected,
  };
  if (pulumi === null || planned.exit !== 0) return { ...planned, pulumi: null };
  await pulumi.verify();
  const places = { folders, kept: path.join(work, "kept") };
  const { code, output } = await inPlaceOf(workspace, change, places, async () =>
    previewByPulumi(await pulumi.place()),
  );
  return code === 0 ? { ...planned, pulumi: output } : { failed: output, exit: 1, unexpected: [] };
}

/** Of the policies by which an org could not be judged, each once. */
function problemsIn(change: string, { orgs }: FleetRun, env: NodeJS.ProcessEnv): Problem[] {
  const roots = policyRoots(() => undefined, env);
  const files = new Set(orgs.filter(({ plan }) => plan === null).map(({ policy }) => policy));
  return [...files].flatMap((file) => {
    const result = readPolicyFile(file, change, roots);
    return "problems" in result ? result.problems : [];
  });
}
