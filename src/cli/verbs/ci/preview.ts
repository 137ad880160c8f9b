import { Command } from "commander";
import { changeOfRun, forgeNeeded, sourceOfRun } from "../../../ci/ciRun.ts";
import { policyFolders } from "../../../ci/orgs.ts";
import type { Preview, PreviewAsked } from "../../../ci/preview.ts";
import { exportedState } from "../../../ci/pulumi.ts";
import type { Fleet } from "../../../fleet/orgs.ts";
import { ORGS_FILE } from "../../../fleet/readOrgs.ts";
import { fleetSurroundings } from "../../../fleet/stackConfig.ts";
import type { FleetSurroundings } from "../../../fleet/surroundings.ts";
import {
  credentialNames,
  updateEnvironment,
  withoutCredentials,
  withoutTokens,
} from "../../../fleet/updateEnvironment.ts";
import { type Comment, hiddenMark } from "../../../pullRequest/comment.ts";
import { NOT_KNOWN } from "../../../pullRequest/outcome.ts";
import { fleetText } from "../../../report/fleet/fleetText.ts";
import { problemsGithub } from "../../../report/problems/problemFormats.ts";
import { markdownFence } from "../../../report/render/markdown.ts";
import { policyRoots, readRunSettings } from "../../../run/settings.ts";
import { type DecidedOptions, exitOf, tellComment, withDecidedOptions } from "../../decided.ts";
import { selectedFleet, throwUnexpected } from "../../fleet.ts";
import { sayRaised } from "../../run.ts";
import { showVerified } from "../verifyState.ts";
import { tellSummary } from "./outputs.ts";
import { commentOf, failureOf, nameOf } from "./told.ts";

interface PreviewOptions extends DecidedOptions {
  readonly orgs: string;
  readonly name?: string;
}

/** `sanctioned ci preview`: what a pull request revokes, as its one comment. */
export function ciPreviewCommand(): Command {
  return withDecidedOptions(
    new Command("preview").description(
      "say in a pull request what it allows more and what it would revoke; its policies are taken as data",
    ),
  )
    .option("--orgs <file>", "the file of the orgs, of the default branch", ORGS_FILE)
    .option("--name <text>", "keep one comment for each name, where several workflows share a pull request")
    .addHelpText(
      "after",
      "\nIt runs in a checkout of the default branch. On GitLab what a webhook for merge requests says is data (TRIGGER_PAYLOAD).\n" +
        "Exits as the worst org does: 0, 1 for an error, 2 for what it is told to fail on, 3 when a limit refuses, 4 when a list is inconclusive.\n" +
        "\nExample:\n  $ npx --no sanctioned ci preview",
    )
    .action(async ({ orgs, name, ...decided }: PreviewOptions) => {
      const { env } = process;
      const change = changeOfRun(env);
      if ("skipped" in change) {
        console.log(`No preview: ${change.skipped}.`);
        return;
      }
      const { fleet, folder } = await selectedFleet({ orgs });
      const named = nameOf(fleet, name);
      const post = async (comment: Comment) => {
        const pullRequest = change.number === null ? {} : { pullRequest: change.number };
        const { forgeFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
        const forge = await forgeFromEnvironment(forgeNeeded(env), pullRequest, true, env);
        return await tellComment(comment, hiddenMark("comment", named), forge, decided);
      };
      sayRaised(readRunSettings(() => undefined, env));
      const surroundings = fleetSurroundings(folder, env);
      const asked: PreviewAsked = {
        fleet,
        folders: policyFolders(
          fleet,
          policyRoots(() => undefined, env),
        ),
        commit: change.commit,
        source: sourceOfRun(env),
        surroundings,
        pulumi: pulumiOf(fleet, surroundings),
      };
      const { previewChange } = await import("../../../ci/preview.ts");
      await previewChange(asked, (preview) => tell(preview, fleet, post));
    });
}

/** `pulumi preview` shows what the engine would do; of several orgs it would take minutes, and say the same. */
function pulumiOf(fleet: Fleet, surroundings: FleetSurroundings): PreviewAsked["pulumi"] {
  const [org, ...more] = fleet.orgs;
  if (org?.stack == null || more.length > 0) return null;
  const { stack } = org;
  const { folder, env } = surroundings;
  return {
    place: async () => ({
      folder,
      stack,
      env: withoutTokens(await updateEnvironment(org, fleet, surroundings)),
    }),
    verify: async () => {
      const place = { folder, stack, env: withoutCredentials(env, credentialNames(fleet)) };
      showVerified(await exportedState(place), `The state of ${stack}`, []);
    },
  };
}

async function tell(
  preview: Preview,
  fleet: Fleet,
  post: (comment: Comment) => Promise<0 | 2>,
): Promise<void> {
  process.exitCode = preview.exit;
  const exit = async (comment: Comment) => {
    process.exitCode = exitOf(preview.exit, await post(comment));
  };
  if ("failed" in preview) {
    console.error(preview.failed);
    await exit({ body: failureOf(fleet, preview.failed), outcome: NOT_KNOWN });
  } else {
    process.stdout.write(fleetText(preview.plans.run));
    if (process.env.GITHUB_ACTIONS === "true") process.stdout.write(problemsGithub(preview.problems));
    if (preview.pulumi !== null && !tellSummary(markdownFence(preview.pulumi), process.env))
      process.stdout.write(preview.pulumi);
    await exit(commentOf(preview.plans));
  }
  throwUnexpected(preview);
}
