import { Command } from "commander";
import { versionText } from "../version.ts";

/** `sanctioned version`: as `--version`. */
export function versionCommand(): Command {
  return new Command("version")
    .description("show the version of this tool, of Node and of the engine")
    .addHelpText("after", "\nExample:\n  $ npx sanctioned version")
    .action(() => {
      process.stdout.write(versionText());
    });
}
