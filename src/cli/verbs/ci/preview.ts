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
import { postComment } from "../../../forge/sticky.ts";
import { hiddenMark } from "../../../pullRequest/comment.ts";
import { fleetText } from "../../../report/fleet/fleetText.ts";
import { problemsGithub } from "../../../report/problems/problemFormats.ts";
import { markdownFence } from "../../../report/render/markdown.ts";
import { policyRoots, readRunSettings } from "../../../run/settings.ts";
import { selectedFleet, throwUnexpected } from "../../fleet.ts";
import { sayRaised } from "../../run.ts";
import { showVerified } from "../verifyState.ts";
import { tellSummary } from "./outputs.ts";
import { commentOf, failureOf, nameOf } from "./told.ts";

interface PreviewOptions {
  readonly orgs: string;
  readonly name?: string;
}

/** `sanctioned ci preview`: what a pull request revokes, as its one comment. */
export function ciPreviewCommand(): Command {
  return new Command("preview")
    .description("say in a pull request what it would revoke; its policies are taken as data")
    .option("--orgs <file>", "the file of the orgs, of the default branch", ORGS_FILE)
    .option("--name <text>", "keep one comment for each name, where several workflows share a pull request")
    .addHelpText(
      "after",
      "\nIt runs in a checkout of the default branch. On GitLab what a webhook for merge requests says is data (TRIGGER_PAYLOAD).\n" +
        "Exits as the worst org does: 0, 1 for an error, 3 when a limit refuses, 4 when a list is inconclusive.\n" +
        "\nExample:\n  $ npx --no sanctioned ci preview",
    )
    .action(async ({ orgs, name }: PreviewOptions) => {
      const { env } = process;
      const change = changeOfRun(env);
      if ("skipped" in change) {
        console.log(`No preview: ${change.skipped}.`);
        return;
      }
      const { fleet, folder } = await selectedFleet({ orgs });
      const named = nameOf(fleet, name);
      const post = async (body: string) => {
        const pullRequest = change.number === null ? {} : { pullRequest: change.number };
        const { forgeFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
        const forge = await forgeFromEnvironment(forgeNeeded(env), pullRequest, true, env);
        console.log(`Comment ${await postComment(forge, hiddenMark("comment", named), body)}.`);
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

async function tell(preview: Preview, fleet: Fleet, post: (body: string) => Promise<void>): Promise<void> {
  process.exitCode = preview.exit;
  if ("failed" in preview) {
    console.error(preview.failed);
    await post(failureOf(fleet, preview.failed));
  } else {
    process.stdout.write(fleetText(preview.plans.run));
    if (process.env.GITHUB_ACTIONS === "true") process.stdout.write(problemsGithub(preview.problems));
    if (preview.pulumi !== null && !tellSummary(markdownFence(preview.pulumi), process.env))
      process.stdout.write(preview.pulumi);
    await post(commentOf(preview.plans));
  }
  throwUnexpected(preview);
}
