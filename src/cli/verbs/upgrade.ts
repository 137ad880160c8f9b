import { Command } from "commander";
import { ORGS_FILE, readOrgs } from "../../fleet/readOrgs.ts";
import { scaffoldErrors } from "../../scaffold/errors.ts";
import { readPresent, writeOver } from "../../scaffold/folder.ts";
import { MANIFEST } from "../../scaffold/manifest.ts";
import { MARK_FILE, parseMark } from "../../scaffold/mark.ts";
import { type Files, packagesOf } from "../../scaffold/repository.ts";
import { PROJECT_FILE, stackFiles, stackSteps } from "../../scaffold/stacks.ts";
import type { Standing } from "../../scaffold/upgrade.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { keptFiles, VERSIONS } from "../keptFiles.ts";

interface UpgradeOptions {
  readonly check?: boolean;
  readonly take?: readonly string[];
  readonly keep?: readonly string[];
}

/** `sanctioned upgrade`: a repository that `new` made, in step with this version and with its orgs. */
export function upgradeCommand(): Command {
  return new Command("upgrade")
    .description(
      "keep workflows, schemas and package versions of this repository in step with this version and orgs.yaml",
    )
    .option("--check", "only show what would change; exit 1 where anything would")
    .option("--take <path...>", "write this version's file over yours")
    .option("--keep <path...>", "leave yours, and say no more of it until a later version has another")
    .addHelpText(
      "after",
      "\nA file that you changed is left, and both are shown.\n\nExample:\n  $ npm install --save-exact sanctioned@latest && npx sanctioned upgrade --check",
    )
    .action(async ({ check = false, take = [], keep = [] }: UpgradeOptions) => {
      const folder = process.cwd();
      const { isInStep, upgradeOf, upgradeText } = await import("../../scaffold/upgrade.ts");
      const standing = await standingOf(folder);
      const upgrade = upgradeOf(standing, { take, keep });
      if (!check)
        writeOver(
          folder,
          upgrade.changes.map(({ path, present, offered }) => [path, present, offered]),
        );
      process.stdout.write(upgradeText(upgrade, standing, !check));
      if (check && !isInStep(upgrade)) process.exitCode = EXIT.userError;
    });
}

/** @throws UserError where this is no repository that `new` made, PolicyError for the problems of its orgs.yaml */
async function standingOf(folder: string): Promise<Standing> {
  const own = readPresent(folder, [MARK_FILE, MANIFEST, PROJECT_FILE]);
  const markText = own.get(MARK_FILE);
  if (markText === undefined) throw cliErrors["mark-not-there"]({ folder, file: MARK_FILE });
  const mark = parseMark(markText);
  const { orgs } = readOrgs(ORGS_FILE, folder);
  const offered = await keptFiles(mark, orgs);
  return {
    markText,
    mark,
    manifest: needed(own, MANIFEST),
    present: readPresent(folder, new Set([...Object.keys(mark.files), ...offered.keys()])),
    offered,
    packages: packagesOf(VERSIONS, Object.hasOwn(mark.packages, "salesforce-local-org")),
    version: VERSIONS.sanctioned,
    stacks: stackSteps(needed(own, PROJECT_FILE), orgs, readPresent(folder, stackFiles(orgs))),
  };
}

function needed(files: Files, file: string): string {
  const text = files.get(file);
  if (text === undefined) throw scaffoldErrors["repository-file-not-valid"]({ file, why: "is not there" });
  return text;
}
