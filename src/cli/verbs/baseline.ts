import { Command } from "commander";
import { baselineFile } from "../../policy/write/baselineFile.ts";
import { printable } from "../../printable.ts";
import { parseDay } from "../../time.ts";
import { cliErrors } from "../errors.ts";

import { writeNew } from "../files.ts";
import { judgeAsAsked } from "../run.ts";

interface BaselineOptions {
  readonly policy?: string;
  readonly expires: string;
  readonly out: string;
}

/** `sanctioned baseline`: takes what a policy would revoke today as known. */
export function baselineCommand(): Command {
  return new Command("baseline")
    .description("write what the policy would revoke today to a file of known grants, for its key `baseline`")
    .requiredOption("--expires <day>", "the last day on which they are only reported, as 2027-03-31")
    .requiredOption("--out <file>", "where to write it")
    .option("--policy <file>", "the policy (default: the only one in the folder policy)")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx sanctioned baseline --expires 2027-03-31 --out policy/acme.baseline.yaml",
    )
    .action(async ({ policy, expires, out }: BaselineOptions) => {
      if (parseDay(expires) === null) throw cliErrors["expiry-not-a-day"]();
      const { decisions, inventory } = await judgeAsAsked(policy === undefined ? {} : { policy });
      // What is reported for another reason stays out.
      const known = decisions.filter(({ action, heldBackBy }) => action === "revoke" || heldBackBy !== null);
      const grants = known.map(({ grant }) => grant);
      writeNew(out, baselineFile(grants, inventory, expires), "--out");
      process.stdout.write(
        `${printable(out)} is written, with ${grants.length} grants. Name it in the policy, relative to that file: \`baseline: …\`\n`,
      );
    });
}
