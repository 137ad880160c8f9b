import { Command } from "commander";
import { fleetCommentCommand } from "./comment.ts";
import { fleetDoctorCommand } from "./doctor.ts";
import { fleetIssueCommand } from "./issue.ts";
import { fleetListCommand } from "./list.ts";
import { fleetMatrixCommand } from "./matrix.ts";
import { fleetPlanCommand } from "./plan.ts";
import { fleetReportCommand } from "./report.ts";
import { fleetRevokeCommand } from "./revoke.ts";
import { fleetUpCommand } from "./up.ts";
import { fleetValidateCommand } from "./validate.ts";
import { fleetWatchCommand } from "./watch.ts";

/** `sanctioned fleet`: what there is to do with all orgs of a repository at once. */
export function fleetCommand(): Command {
  return new Command("fleet")
    .description("all orgs of orgs.yaml at once, in one process")
    .addHelpText("after", "\nExample:\n  $ npx sanctioned fleet plan --tag production")
    .addCommand(fleetPlanCommand())
    .addCommand(fleetListCommand())
    .addCommand(fleetReportCommand())
    .addCommand(fleetCommentCommand())
    .addCommand(fleetIssueCommand())
    .addCommand(fleetMatrixCommand())
    .addCommand(fleetUpCommand())
    .addCommand(fleetValidateCommand())
    .addCommand(fleetDoctorCommand())
    .addCommand(fleetWatchCommand())
    .addCommand(fleetRevokeCommand());
}
