import { Command } from "commander";
import { InconclusiveError, UserError } from "../errors.ts";
import { auditCommand } from "./audit.ts";
import { baselineCommand } from "./baseline.ts";
import { commentCommand } from "./comment.ts";
import { doctorCommand } from "./doctor.ts";
import { EXIT } from "./exit.ts";
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

const program = new Command("sanctioned")
  .description(
    "GitOps for Salesforce's connected users: a reviewed policy says which apps may hold tokens of whom.",
  )
  .addCommand(initCommand())
  .addCommand(validateCommand())
  .addCommand(listCommand())
  .addCommand(planCommand())
  .addCommand(reportCommand())
  .addCommand(explainCommand())
  .addCommand(commentCommand())
  .addCommand(issueCommand())
  .addCommand(baselineCommand())
  .addCommand(revokeCommand())
  .addCommand(watchCommand())
  .addCommand(auditCommand())
  .addCommand(doctorCommand())
  .addCommand(schemaCommand())
  .addCommand(simulatorCommand())
  .addHelpText(
    "after",
    "\nRevoking by policy is Pulumi's: `npx pulumi preview --diff`, then `npx pulumi up`.\n\nExample:\n  $ npx sanctioned list --app Slack",
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError || error instanceof InconclusiveError)) throw error;
  console.error(error instanceof InconclusiveError ? `Inconclusive: ${error.message}` : error.message);
  process.exitCode = error instanceof InconclusiveError ? EXIT.inconclusive : EXIT.userError;
}
