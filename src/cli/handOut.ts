import { type Command, Option } from "commander";
import { shownError } from "../errors.ts";
import type { Plans } from "../fleet/plansFolder.ts";
import { type HandOut, handOut, leftOutLines } from "../fleet/waves.ts";
import { cliErrors } from "./errors.ts";
import { type FleetPlanOptions, planAsAsked, type SelectedFleet, throwUnexpected } from "./fleet.ts";

/** Where the plans come from that orgs are updated by. */
export interface HandOutOptions extends FleetPlanOptions {
  readonly plans?: string;
  readonly out?: string;
  readonly judgedOnly?: boolean;
}

/** Adds what says by which plans orgs are updated, and which of them. */
export function withHandOutOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--plans <folder>", "a folder that `fleet plan --out` wrote").conflicts(["base", "asOf"]),
    )
    .option("--judged-only", "where orgs could not be judged, leave those out and go on with the others");
}

/**
 * The waves of the plans in a folder, or of plans that are made now, into a new one.
 * @throws UserError where neither is named, or the folder is not whole, and what nobody expected of a run that was made now
 */
export async function handedOut(
  selected: SelectedFleet,
  options: HandOutOptions,
): Promise<{ readonly handOut: HandOut; readonly plans: Plans }> {
  const { judgedOnly = false } = options;
  const folder = await folderOfPlans(selected, options);
  const [{ readPlans }, { limitsOver }] = await Promise.all([
    import("../fleet/plansFolder.ts"),
    import("../fleet/plansToHandOut.ts"),
  ]);
  const plans = readPlans(folder);
  const { fleet, orgs } = selected;
  const limits = limitsOver(plans, fleet);
  return { handOut: handOut({ run: plans.run, fleet, orgs, limits, judgedOnly }), plans };
}

async function folderOfPlans(selected: SelectedFleet, options: HandOutOptions): Promise<string> {
  const { plans, out } = options;
  if (plans !== undefined && out === undefined) return plans;
  if (plans !== undefined || out === undefined) throw cliErrors["plans-folder-not-named"]();
  const { PlansWriter } = await import("../fleet/plansFolder.ts");
  const writer = new PlansWriter(out);
  const outcome = await planAsAsked(selected, options, (org, plan, base) =>
    writer.plan(org.name, plan, base),
  );
  writer.finish(outcome.run);
  throwUnexpected(outcome);
  return out;
}

/** Says on standard error which orgs are in no wave, and why. */
export function sayLeftOut({ leftOut }: HandOut): void {
  for (const line of leftOutLines(leftOut)) process.stderr.write(`${line}\n`);
}

/** Says on standard error why nothing is handed out, and ends so. */
export function sayRefused({ error, exitCode }: NonNullable<HandOut["refusal"]>): void {
  process.stderr.write(`${shownError(error)}\n`);
  process.exitCode = exitCode;
}
