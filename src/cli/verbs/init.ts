import { existsSync } from "node:fs";
import { Command } from "commander";
import { printable } from "../../printable.ts";
import { draftPlatformLines } from "../../report/platformText.ts";
import { hanging } from "../../report/render/fold.ts";
import { draftOf } from "../../run/draft.ts";
import { plainName } from "../../scaffold/plain.ts";
import { shellCommand } from "../../shell.ts";
import { count } from "../../text.ts";
import { cliErrors } from "../errors.ts";
import { writeNew } from "../files.ts";
import { openObserver } from "../run.ts";
import { terminal } from "../terminalOutput.ts";

/** `sanctioned init`: a first policy from what the org shows. */
export function initCommand(): Command {
  return new Command("init")
    .description("write a draft of a policy from the connected org; it only reports")
    .option("--out <file>", "where to write it (default: policy/ and the org's name)")
    .addHelpText("after", "\nExample:\n  $ npx sanctioned init --out policy/acme.yaml")
    .action(async ({ out }: { out?: string }) => {
      // Said before the org is read, which can take a while.
      if (out !== undefined && existsSync(out))
        throw cliErrors["file-exists"]({ file: out, option: "--out" });
      const { inventory, text } = await draftOf(await openObserver(), Date.now());
      const file = out ?? `policy/${plainName(inventory.org.name, "org")}.yaml`;
      writeNew(file, text, "--out");
      const own = draftPlatformLines(inventory).flatMap((text) => hanging(text, terminal().width, "", "  "));
      process.stdout.write(
        `${printable(file)} is written, from ${count(inventory.grants.length)} grants.\n` +
          own.map((line) => `${line}\n`).join("") +
          `Review it, then see what it would revoke:\n  ${shellCommand(["npx", "sanctioned", "plan", "--policy", file])}\n`,
      );
    });
}
