import { statSync } from "node:fs";
import path from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Fleet, FleetOrg } from "../fleet/orgs.ts";
import type { FleetOutcome, PlanFleetOptions } from "../fleet/planFleet.ts";
import { ORGS_FILE, readOrgs } from "../fleet/readOrgs.ts";
import { type Selection, selectOrgs } from "../fleet/selection.ts";
import { fleetSurroundings } from "../fleet/stackConfig.ts";
import { printable } from "../printable.ts";
import { policyRoots, readRunSettings } from "../run/settings.ts";
import { cliErrors } from "./errors.ts";
import { asOfOption } from "./options.ts";
import { sayRaised } from "./run.ts";
import { countingProgress } from "./terminalOutput.ts";

/** Which orgs a verb is about. */
export interface FleetOptions extends Selection {
  readonly orgs: string;
  readonly atOnce?: number;
}

/** Adds what says which orgs are meant to a verb. */
export function withFleetOptions(command: Command): Command {
  return withOrgOptions(command).option(
    "--changed-since <ref>",
    "only orgs whose policy or entry is another than in this commit of git",
  );
}

/** The same for a verb that goes on: what changed is seen anew all the while. */
export function withOrgOptions(command: Command): Command {
  return command
    .option("--orgs <file>", "the file of the orgs", ORGS_FILE)
    .option("--only <name...>", "these orgs alone")
    .option("--tag <tag...>", "only orgs that have any of these tags")
    .addOption(
      new Option("--at-once <number>", "orgs that are read at once (default: 8)").argParser(parseAtOnce),
    );
}

/** Adds what says by which policies and when orgs are judged to a verb. */
export function withFleetPlanOptions(command: Command): Command {
  return withFleetOptions(command)
    .option(
      "--base <folder>",
      "a folder with the policies of before, by which the same lists are judged too: what is in both is drift",
    )
    .addOption(asOfOption());
}

export interface FleetPlanOptions extends FleetOptions {
  readonly base?: string;
  readonly asOf?: number;
}

function parseAtOnce(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 64)
    throw new InvalidArgumentError("It is a whole number from 1 to 64.");
  return number;
}

/** The fleet, and the orgs of it that are meant. */
export interface SelectedFleet {
  readonly fleet: Fleet;
  readonly orgs: readonly FleetOrg[];
  readonly notSelected: readonly string[];
  /** That of the file of the orgs: policies are named relative to it. */
  readonly folder: string;
}

/** The file of the orgs as it is called from here, so that two fleets of one repository are two in all that is said and posted of them. */
export function shownOrgsFile(file: string): string {
  const way = path.relative(process.cwd(), path.resolve(file));
  return way.startsWith("..") || path.isAbsolute(way) ? file : way.replaceAll(path.sep, "/");
}

/** @throws UserError where the file, or the selection, is not valid */
export async function selectedFleet({ orgs: file, ...selection }: FleetOptions): Promise<SelectedFleet> {
  const folder = path.dirname(path.resolve(file));
  const fleet = readOrgs(shownOrgsFile(file), process.cwd());
  const { changedSince: ref } = selection;
  if (ref === undefined) return { fleet, folder, ...selectOrgs(fleet, selection) };
  const { changedSince } = await import("../fleet/changedSince.ts");
  const roots = policyRoots(() => undefined, process.env);
  const { hasChanged, gone } = changedSince(ref, fleet, folder, roots);
  if (gone.length > 0)
    process.stderr.write(`in ${printable(fleet.file)} since ${printable(ref)} no more: ${gone.join(", ")}\n`);
  return { fleet, folder, ...selectOrgs(fleet, selection, hasChanged) };
}

/** Judges the orgs that are meant, with a count of those that are done on a terminal. @throws as `selectedFleet` */
export async function planAsAsked(
  selected: SelectedFleet,
  { base, asOf, atOnce }: FleetPlanOptions,
  onPlan?: PlanFleetOptions["onPlan"],
): Promise<FleetOutcome> {
  sayRaised(readRunSettings(() => undefined, process.env));
  // An org whose policy is not in it is new; with none of them it would be all.
  if (base !== undefined && !statSync(base, { throwIfNoEntry: false })?.isDirectory())
    throw cliErrors["base-not-there"]({ folder: base });
  const { planFleet } = await import("../fleet/planFleet.ts");
  const progress = countingProgress("orgs read", selected.orgs.length);
  try {
    return await planFleet(selected.fleet, selected, fleetSurroundings(selected.folder, process.env), {
      ...(base === undefined ? {} : { base }),
      ...(asOf === undefined ? {} : { asOf }),
      ...(atOnce === undefined ? {} : { orgsAtOnce: atOnce }),
      ...(onPlan === undefined ? {} : { onPlan }),
      onResult: progress.one,
    });
  } finally {
    progress.stop();
  }
}

/** Throws what nobody expected, now that everything else is shown. */
export function throwUnexpected({ unexpected }: Pick<FleetOutcome, "unexpected">): void {
  const [first, ...more] = unexpected;
  if (first === undefined) return;
  if (more.length === 0) throw first.error;
  throw new AggregateError(
    unexpected.map(({ error }) => error),
    `errors that nobody expected, of ${unexpected.map(({ org }) => org).join(", ")}`,
  );
}
