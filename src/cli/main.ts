import { Command } from "commander";
import { InconclusiveError, UserError } from "../errors.ts";
import { doctorCommand } from "./doctor.ts";
import { listCommand } from "./list.ts";
import { simulatorCommand } from "./simulator.ts";

/** Exit codes other than 0: a mistake that the user can mend, and an inventory that is not proven complete. */
const EXIT = { userError: 1, inconclusive: 4 };

const program = new Command("sanctioned")
  .description(
    "GitOps for Salesforce's connected users: a reviewed policy says which apps may hold tokens of whom.",
  )
  .addCommand(listCommand())
  .addCommand(doctorCommand())
  .addCommand(simulatorCommand())
  .addHelpText(
    "after",
    "\nThe plan and the revocations are Pulumi's: `npx pulumi preview --diff`, then `npx pulumi up`.\n\nExample:\n  $ npx sanctioned list --app Slack",
  );

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof UserError || error instanceof InconclusiveError)) throw error;
  console.error(error instanceof InconclusiveError ? `Inconclusive: ${error.message}` : error.message);
  process.exitCode = error instanceof InconclusiveError ? EXIT.inconclusive : EXIT.userError;
}
