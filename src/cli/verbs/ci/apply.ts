import { Command } from "commander";
import { applyApproved } from "../../../ci/apply.ts";
import { parseAuthors } from "../../../ci/authors.ts";
import { branchOfRun, numberOfRun, sourceOfRun } from "../../../ci/ciRun.ts";
import { policyFolders } from "../../../ci/orgs.ts";
import type { FleetOrg } from "../../../fleet/orgs.ts";
import type { Plans } from "../../../fleet/plansFolder.ts";
import { ORGS_FILE } from "../../../fleet/readOrgs.ts";
import { selectOrgs } from "../../../fleet/selection.ts";
import { fleetSurroundings } from "../../../fleet/stackConfig.ts";
import { updateEnvironment } from "../../../fleet/updateEnvironment.ts";
import { handOut, leftOutLines } from "../../../fleet/waves.ts";
import { policyRoots } from "../../../run/settings.ts";
import { cliErrors } from "../../errors.ts";
import { readTextFile } from "../../files.ts";
import { type SelectedFleet, selectedFleet } from "../../fleet.ts";

interface ApplyOptions {
  readonly orgs: string;
  readonly org?: string;
  readonly plans: string;
  readonly lastApplied?: string;
  readonly authors?: string;
  readonly signers?: string;
}

/** `sanctioned ci apply`: what was approved for one org is revoked, by `pulumi up`. */
export function ciApplyCommand(): Command {
  return new Command("apply")
    .description("revoke in one org what was approved, by `pulumi up`; run verify-state before")
    .option("--orgs <file>", "the file of the orgs", ORGS_FILE)
    .option("--org <name>", "the org, as orgs.yaml calls it")
    .requiredOption("--plans <folder>", "the folder of plans (`ci plan --out`)")
    .option("--last-applied <commit>", "the commit that was applied last, whose list says who may sign")
    .option("--authors <file>", "what `ci authors` printed: that commit, and whose approval does not count")
    .option(
      "--signers <file>",
      "the list of who may sign, in that commit (default: the one that the org's policy named there)",
    )
    .addHelpText(
      "after",
      "\nIt is refused where the default branch has other policies or orgs by now. Signatures are taken, as data, from the branch\n" +
        "approvals/RUN. Ends as `pulumi up` does.\n" +
        '\nExample:\n  $ npx --no sanctioned ci apply --org acme --plans plans --last-applied "$BASE"',
    )
    .action(async (options: ApplyOptions) => {
      const { env } = process;
      if (options.org === undefined) throw cliErrors["org-not-named"]();
      const { readPlans } = await import("../../../fleet/plansFolder.ts");
      const selected = await selectedFleet({ orgs: options.orgs });
      const { fleet, folder } = selected;
      const org = selectOrgs(fleet, { only: [options.org] }).orgs[0]!;
      const plans = readPlans(options.plans);
      if (!(await isHandedOut(org, selected, plans))) {
        console.log(`Nothing to revoke in ${org.name}.`);
        return;
      }
      const { base, excluded } = heldBy(options, env);
      const surroundings = fleetSurroundings(folder, env);
      const update = await updateEnvironment(org, fleet, surroundings);
      process.exitCode = await applyApproved(
        {
          plan: plans.file(org.name),
          folders: policyFolders(
            fleet,
            policyRoots(() => undefined, env),
          ),
          files: [fleet.file],
          branch: branchOfRun(env),
          run: numberOfRun(env),
          base,
          signers: options.signers ?? null,
          policy: org.policy,
          source: sourceOfRun(env),
          env,
          pulumi: { folder, stack: org.stack, env: { ...update, ...excluded } },
        },
        console.log,
      );
    });
}

/**
 * Whether something is to be revoked in an org.
 * @throws UserError where nothing may be: a limit refuses, the fleet was not judged whole, or no stack updates the org
 */
async function isHandedOut(org: FleetOrg, { fleet, orgs }: SelectedFleet, plans: Plans): Promise<boolean> {
  const { limitsOver } = await import("../../../fleet/plansToHandOut.ts");
  const limits = limitsOver(plans, fleet);
  const { waves, leftOut, refusal } = handOut({ run: plans.run, fleet, orgs, limits, judgedOnly: false });
  if (refusal !== null) throw refusal.error;
  const left = leftOut.filter((one) => one.org === org.name);
  if (left.length > 0)
    throw cliErrors["org-not-handed-out"]({
      org: org.name,
      folder: plans.folder,
      why: leftOutLines(left).join("; "),
    });
  return waves.some((wave) => wave.orgs.some((one) => one.org.name === org.name));
}

/** Since when, and whose approval does not count. @throws SettingsError where neither is told */
function heldBy(
  { lastApplied: base, authors }: ApplyOptions,
  { SANCTIONED_EXCLUDED_APPROVERS: more }: NodeJS.ProcessEnv,
): { base: string; excluded: NodeJS.ProcessEnv } {
  if (authors === undefined) {
    if (base === undefined) throw cliErrors["base-not-named"]();
    return { base, excluded: {} };
  }
  const known = parseAuthors(readTextFile(authors, "The authors"));
  if (known === null) throw cliErrors["authors-file-not-valid"]({ file: authors });
  // Beside those that the job itself excludes.
  const names = more === undefined ? known.names : [more, ...known.names];
  return { base: base ?? known.base, excluded: { SANCTIONED_EXCLUDED_APPROVERS: names.join(",") } };
}
