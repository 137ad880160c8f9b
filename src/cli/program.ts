import { Command } from "commander";
import { auditCommand } from "./audit.ts";
import { baselineCommand } from "./baseline.ts";
import { commentCommand } from "./comment.ts";
import { completionCommand } from "./completion.ts";
import { doctorCommand } from "./doctor.ts";
import { explainCommand } from "./explain.ts";
import { initCommand } from "./init.ts";
import { issueCommand } from "./issue.ts";
import { listCommand } from "./list.ts";
import { planCommand } from "./plan.ts";
import { reportCommand } from "./report.ts";
import { revokeCommand } from "./revoke.ts";
import { schemaCommand } from "./schema.ts";
import { simulatorCommand } from "./simulator.ts";
import { validateCommand } from "./validate.ts";
import { watchCommand } from "./watch.ts";

/** Every verb: what runs, and what the help, the completion and the reference are made from. */
export function program(): Command {
  const root = new Command("sanctioned")
    .description(
      "GitOps for Salesforce's connected users: a reviewed policy says which apps may hold tokens of whom.",
    )
    .addCommand(initCommand())
    .addCommand(validateCommand())
    .addCommand(listCommand())
    .addCommand(planCommand())
    .addCommand(explainCommand())
    .addCommand(reportCommand())
    .addCommand(baselineCommand())
    .addCommand(revokeCommand())
    .addCommand(watchCommand())
    .addCommand(commentCommand())
    .addCommand(issueCommand())
    .addCommand(auditCommand())
    .addCommand(doctorCommand())
    .addCommand(schemaCommand())
    .addCommand(simulatorCommand())
    .addHelpText(
      "after",
      "\nRevoking by policy is Pulumi's: `npx pulumi preview --diff`, then `npx pulumi up`.\n\nExample:\n  $ npx sanctioned list --app Slack",
    );
  return root.addCommand(completionCommand(() => root));
}
