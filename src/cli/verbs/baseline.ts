import { Command } from "commander";
import { canBeKnown } from "../../decide/knownGrants.ts";
import { baselineFile } from "../../policy/write/baselineFile.ts";
import { printable } from "../../printable.ts";
import { amount } from "../../text.ts";
import { dayOf, days, parseDay, startOf } from "../../time.ts";
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
      const lastDay = parseDay(expires);
      if (lastDay === null) throw cliErrors["expiry-not-a-day"]();
      const judged = await judgeAsAsked(policy === undefined ? {} : { policy });
      const { decisions, inventory, asOf } = judged;
      const { maxExemptionDays } = judged.policy;
      const latest = asOf + days(maxExemptionDays);
      if (startOf(lastDay) > latest)
        throw cliErrors["expiry-too-late"]({ days: maxExemptionDays, latest: dayOf(latest) });
      // What is reported for another reason stays out.
      const gone = decisions.filter(({ action, heldBackBy }) => action === "revoke" || heldBackBy !== null);
      const grants = gone.filter(({ code }) => canBeKnown(code)).map(({ grant }) => grant);
      writeNew(out, baselineFile(grants, inventory, { expires: lastDay, written: dayOf(asOf) }), "--out");
      const others = gone.length - grants.length;
      process.stdout.write(
        `${printable(out)} is written, with ${amount(grants.length, "grant")}.${others === 0 ? "" : ` Left out, since a baseline holds back neither denied apps nor leavers: ${others}.`} Name it in the policy, relative to that file: \`baseline: …\`\n`,
      );
    });
}
