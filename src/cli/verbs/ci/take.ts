import { Command } from "commander";
import { sourceOfRun } from "../../../ci/ciRun.ts";
import { withCommit } from "../../../ci/commit.ts";

/** `sanctioned ci take`: a folder of a commit, as data. */
export function ciTakeCommand(): Command {
  return new Command("take")
    .description("take one folder of a commit as data: nothing is checked out, and nothing of it is run")
    .argument("<commit>", "its full hash")
    .argument("<folder>", "such as policy; it is put into TARGET/FOLDER")
    .argument("<target>", "a folder")
    .option("--from <url>", "address of the repository (default: the one that the job is of)")
    .addHelpText(
      "after",
      "\nLinks, submodules, large files and names that are not plain are refused; hidden files are left.\n" +
        `\nExample:\n  $ npx --no sanctioned ci take ${"8f3c".repeat(10)} policy /tmp/change`,
    )
    .action(async (commit: string, folder: string, target: string, { from }: { readonly from?: string }) => {
      const { env } = process;
      await withCommit(commit, sourceOfRun(env, from), env, (one) => one.take(folder, target));
    });
}
