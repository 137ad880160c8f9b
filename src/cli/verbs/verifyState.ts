import { Command } from "commander";
import { printable } from "../../printable.ts";
import { parseState } from "../../state/exportedState.ts";
import { verifyState } from "../../state/verifyState.ts";
import { amount } from "../../text.ts";
import { cliErrors } from "../errors.ts";
import { readTextOrInput } from "../files.ts";

/** `sanctioned verify-state`: whether Pulumi would run anything but this package, before it does. */
export function verifyStateCommand(): Command {
  return new Command("verify-state")
    .description("whether a stack's state holds code, plugins or secrets that this package did not put there")
    .argument("<file>", "what `pulumi stack export` prints, or - for standard input")
    .option("--allow <type...>", "take resources of these types too, such as aws:s3/bucket:Bucket")
    .addHelpText(
      "after",
      "\nRun it before each `pulumi preview` and `pulumi up`, in a step without the credential.\n" +
        "Exits 0 when nothing is found, 1 when something is.\n" +
        "\nExample:\n  $ npx pulumi stack export | npx sanctioned verify-state -",
    )
    .action(async (file: string, { allow = [] }: { readonly allow?: readonly string[] }) => {
      const named = file === "-" ? "The state on standard input" : file;
      const state = parseState(await readTextOrInput(file, "The state"), named);
      const findings = verifyState(state, allow);
      for (const { text, remedy, code } of findings) process.stdout.write(`${text} ${remedy} [${code}]\n`);
      if (findings.length > 0) throw cliErrors["state-not-verified"]({ file: named });
      const { length } = state.resources;
      process.stdout.write(
        length === 0
          ? `${printable(named)} holds no resources yet: nothing in it can run.\n`
          : `${printable(named)} runs this package alone: ${amount(length, "resource")} looked at.\n`,
      );
    });
}
