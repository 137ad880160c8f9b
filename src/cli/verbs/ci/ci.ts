import { Command } from "commander";
import { ciApplyCommand } from "./apply.ts";
import { ciAuthorsCommand } from "./authors.ts";
import { ciDriftCommand } from "./drift.ts";
import { ciPlanCommand } from "./plan.ts";
import { ciPreviewCommand } from "./preview.ts";
import { ciTakeCommand } from "./take.ts";

/** `sanctioned ci`: the steps of a workflow. */
export function ciCommand(): Command {
  return new Command("ci")
    .description(
      "the steps of a workflow of GitHub Actions or GitLab CI, which docs/pull-requests.md sets up",
    )
    .addHelpText("after", "\nExample:\n  $ npx --no sanctioned ci preview")
    .addCommand(ciPreviewCommand())
    .addCommand(ciAuthorsCommand())
    .addCommand(ciPlanCommand())
    .addCommand(ciApplyCommand())
    .addCommand(ciDriftCommand())
    .addCommand(ciTakeCommand());
}
