import { existsSync } from "node:fs";
import { Command } from "commander";
import { exportedState } from "../../ci/pulumi.ts";
import { ORGS_FILE, readOrgs } from "../../fleet/readOrgs.ts";
import { credentialNames, withoutCredentials } from "../../fleet/updateEnvironment.ts";
import { printable } from "../../printable.ts";
import { parseState } from "../../state/exportedState.ts";
import { verifyState } from "../../state/verifyState.ts";
import { amount } from "../../text.ts";
import { cliErrors } from "../errors.ts";
import { readTextOrInput } from "../files.ts";

interface VerifyOptions {
  readonly stack?: string;
  readonly allow?: readonly string[];
}

/** `sanctioned verify-state`: whether Pulumi would run anything but this package, before it does. */
export function verifyStateCommand(): Command {
  return new Command("verify-state")
    .description("whether a stack's state holds code, plugins or secrets that this package did not put there")
    .argument(
      "[file]",
      "what `pulumi stack export` prints, or - for standard input (default: it is exported here, without an org's credential)",
    )
    .option("--stack <name>", "the stack whose state is exported (default: the one that is selected)")
    .option("--allow <type...>", "take resources of these types too, such as aws:s3/bucket:Bucket")
    .addHelpText(
      "after",
      "\nRun it before each `pulumi preview` and `pulumi up`, in a step without the credential.\n" +
        "Exits 0 when nothing is found, 1 when something is.\n" +
        "\nExamples:\n  $ npx sanctioned verify-state --stack dieppe\n" +
        "  $ npx pulumi stack export | npx sanctioned verify-state -",
    )
    .action(async (file: string | undefined, { stack, allow = [] }: VerifyOptions) => {
      if (file === undefined) {
        await verifyStack(stack ?? null, allow);
        return;
      }
      if (stack !== undefined) throw cliErrors["state-and-stack"]();
      const named = file === "-" ? "The state on standard input" : file;
      showVerified(await readTextOrInput(file, "The state"), named, allow);
    });
}

/** Exports a stack's state where nothing of it could reach a credential, and looks at it. @throws UserError where it is not this package's alone */
async function verifyStack(stack: string | null, allow: readonly string[]): Promise<void> {
  const folder = process.cwd();
  const named = existsSync(ORGS_FILE) ? credentialNames(readOrgs(ORGS_FILE, folder)) : [];
  const place = { folder, stack, env: withoutCredentials(process.env, named) };
  showVerified(
    await exportedState(place),
    stack === null ? "The stack's state" : `The state of ${stack}`,
    allow,
  );
}

/** Shows that a state is this package's alone. @throws UserError where it is not, once it was shown why */
export function showVerified(text: string, named: string, allow: readonly string[]): void {
  const state = parseState(text, named);
  const findings = verifyState(state, allow);
  for (const { text, remedy, code } of findings) process.stdout.write(`${text} ${remedy} [${code}]\n`);
  if (findings.length > 0) throw cliErrors["state-not-verified"]({ file: named });
  const { length } = state.resources;
  process.stdout.write(
    length === 0
      ? `${printable(named)} holds no resources yet: nothing in it can run.\n`
      : `${printable(named)} runs this package alone: ${amount(length, "resource")} looked at.\n`,
  );
}
