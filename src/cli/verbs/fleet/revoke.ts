import { Command } from "commander";
import { shownError } from "../../../errors.ts";
import { fleetErrors } from "../../../fleet/errors.ts";
import { exitCodeOf, exitCodeOfRevoked } from "../../../fleet/exitCode.ts";
import type { FleetOutcome, PlanFleetOptions } from "../../../fleet/planFleet.ts";
import type { FleetByHand } from "../../../fleet/revokeFleet.ts";
import { fleetSurroundings } from "../../../fleet/stackConfig.ts";
import { meantText } from "../../../policy/nearest.ts";
import { fleetRevokedText, fleetToRevokeText } from "../../../report/fleet/fleetRevokeText.ts";
import type { SeenByHand } from "../../../run/byHand.ts";
import { readRunSettings } from "../../../run/settings.ts";
import { amount } from "../../../text.ts";
import { confirm } from "../../confirm.ts";
import { cliErrors } from "../../errors.ts";
import { EXIT } from "../../exit.ts";
import {
  type FleetOptions,
  type SelectedFleet,
  selectedFleet,
  throwUnexpected,
  withFleetOptions,
} from "../../fleet.ts";
import { type HistoryOptions, type KeepRun, keeperOf, withHistoryOption } from "../../fleetHistory.ts";
import { raisingText, repeated } from "../../repeat.ts";
import { sayRaised } from "../../run.ts";
import { stopOnSignals } from "../../stopping.ts";
import { countingProgress, terminal } from "../../terminalOutput.ts";
import { askedOf, recordedText, seenText } from "../revoke.ts";

interface RevokeOptions extends FleetOptions, HistoryOptions {
  readonly user?: string;
  readonly app?: string;
  readonly reason: string;
  readonly approvedPlans?: string;
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly out?: string;
  readonly yes?: boolean;
}

/** `sanctioned fleet revoke`: an app's or a person's grants in all orgs, for a vendor breach or somebody who left. */
export function fleetRevokeCommand(): Command {
  return withHistoryOption(withFleetOptions(new Command("revoke")))
    .description("revoke an app's or a person's grants at once in all orgs, each on its own record")
    .requiredOption("--reason <text>", "why; it goes on the record of each org")
    .option("--app <name>", "name of the app, as each org shows it")
    .option("--user <name>", "username, which is the same in each org that has it")
    .option("--approved-plans <folder>", "revoke no more than these plans list, which --dry-run --out wrote")
    .option("--dry-run", "only show what would be revoked")
    .option("--out <folder>", "with --dry-run: also write each org's plan, to be signed, to a new folder")
    .option("--all", "every user by name, however many they are")
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      "\nEvery org is read, and held to its own policy's protection and limits and to the fleet's, before anything is called anywhere. Then no org waits for another, or stops for its failure.\n" +
        "\nExits 0 when all is revoked in every org, 3 when a limit refuses, 4 when a list is inconclusive, 1 when an org cannot be reached or something is not revoked: the worst of them.\n" +
        '\nExample:\n  $ npx sanctioned fleet revoke --app Drift --reason "Vendor breach (INC-9)"',
    )
    .action(async (options: RevokeOptions) => {
      const selected = await selectedFleet(options);
      const keep = await keeperOf(selected, options);
      const { all, outcome } = await planAll(options, selected);
      const { refusal, revocations } = outcome.run.limits;
      process.exitCode = exitCodeOf(outcome.run, false);
      if (refusal !== null)
        process.stderr.write(`${shownError(fleetErrors["fleet-handed-out-nothing"]({ why: refusal }))}\n`);
      sayRefusedByLimits(outcome.run, all, options.reason);
      // A name that nobody has is misspelt, and not what was to be found.
      const judged = outcome.run.orgs.flatMap(({ name }) => all.seen(name) ?? []);
      if (judged.length > 0 && judged.every(({ isAbsent }) => isAbsent)) {
        throwUnexpected(outcome);
        throw cliErrors["in-no-org"]({
          what: namedText(options),
          count: amount(judged.length, "org"),
          meant: meantInAny(judged, options),
        });
      }
      if (refusal !== null || options.dryRun) return throwUnexpected(outcome);
      if (revocations.actual > 0 && !options.yes) await confirm("revoke", revocations.actual);
      await revokeAll(all, outcome, keep);
    });
}

function namedText({ app, user }: RevokeOptions): string {
  const named = [
    ...(app === undefined ? [] : [`app "${app}"`]),
    ...(user === undefined ? [] : [`user "${user}"`]),
  ];
  return named.join(" and ");
}

/** What an app or a user of any org is called that comes near what was named. */
function meantInAny(judged: readonly SeenByHand[], { app, user }: RevokeOptions): string {
  const inventories = judged.map(({ evaluation }) => evaluation.inventory);
  const apps = new Set(inventories.flatMap((one) => one.apps.map(({ name }) => name)));
  const users = new Set(
    inventories.flatMap((one) => [...one.users.values()].map(({ username }) => username)),
  );
  const isApp = app !== undefined && !apps.has(app);
  if (isApp) return meantText(app, [...apps]);
  return user === undefined ? "" : meantText(user, [...users]);
}

/** What comes next where limits refused: the same command with those raised of orgs that are over their own, which the fleet's cannot be. */
function sayRefusedByLimits(run: FleetOutcome["run"], all: FleetByHand, reason: string): void {
  const over = run.orgs.flatMap(({ name, status }) => {
    const seen = status === "refused" ? all.seen(name) : null;
    return seen?.refusal ? seen.limits : [];
  });
  if (over.length > 0)
    process.stderr.write(raisingText(over, readRunSettings(() => undefined, process.env).raised, reason));
  if (run.limits.refusal !== null)
    process.stderr.write(
      `Once the limits of the fleet are raised there: \`${repeated()}\`; or a part of the orgs at a time, with --only.\n`,
    );
}

/** Reads every org, and shows what is to be revoked. Calls nothing. */
async function planAll(
  options: RevokeOptions,
  selected: SelectedFleet,
): Promise<{ readonly all: FleetByHand; readonly outcome: FleetOutcome }> {
  const { approvedPlans, dryRun = false, out, atOnce, all: everyName = false } = options;
  const asked = askedOf("fleet revoke", options);
  if (out !== undefined && !dryRun)
    throw cliErrors["out-without-dry-run"]({ command: repeated(["--dry-run"]) });
  const { FleetByHand: Fleet } = await import("../../../fleet/revokeFleet.ts");
  const { PlansWriter, readPlans } = await import("../../../fleet/plansFolder.ts");
  const approved = approvedPlans === undefined ? null : readPlans(approvedPlans);
  const writer = out === undefined ? null : new PlansWriter(out);
  sayRaised(readRunSettings(() => undefined, process.env));
  const progress = countingProgress("orgs read", selected.orgs.length);
  const surroundings = fleetSurroundings(selected.folder, process.env);
  const all = new Fleet(selected.fleet, { ...asked, approved, dryRun }, surroundings, {
    onResult: progress.one,
    again: (org, seen, round) =>
      process.stdout.write(`${org}, round ${round}: ${seenText(seen, approvedPlans, everyName)}`),
    revoked: (org, recorded) => process.stdout.write(`${org}: ${recordedText(recorded)}`),
  });
  const limits = atOnce === undefined ? {} : { orgsAtOnce: atOnce };
  const onPlan: PlanFleetOptions["onPlan"] = (org, plan, base) => writer?.plan(org.name, plan, base);
  const outcome = await all.plan(selected, { ...limits, onPlan }).finally(progress.stop);
  writer?.finish(outcome.run);
  sayPlanned(outcome, all, (seen) => seenText(seen, approvedPlans, everyName));
  return { all, outcome };
}

/** Revokes what was planned, and tells what came of each org. */
async function revokeAll(all: FleetByHand, outcome: FleetOutcome, keep: KeepRun): Promise<void> {
  // What hangs then, as a call that has no answer does, is left to itself.
  all.stop.due.onceHappened(() => setTimeout(() => process.exit(EXIT.userError), 1_000).unref());
  const unheed = stopOnSignals(all.stop);
  const { orgs, unexpected } = await all.revoke(outcome).finally(unheed);
  process.stdout.write(fleetRevokedText(orgs, terminal().width));
  process.exitCode = exitCodeOfRevoked(orgs.map(({ status }) => status));
  const acted = orgs.filter(({ rounds }) => rounds > 0);
  keep(outcome.run, "revoke", new Map(acted.map(({ org, outcomes }) => [org, outcomes.revoked ?? 0])));
  throwUnexpected({ unexpected });
}

/** Shows what is to be revoked, org by org, and then in all. */
function sayPlanned({ run }: FleetOutcome, all: FleetByHand, textOf: (seen: SeenByHand) => string): void {
  const seen = run.orgs.map(({ name }) => ({ name, one: all.seen(name) }));
  for (const { name, one } of seen)
    if (one !== null && one.decisions.length > 0) process.stdout.write(`${name}: ${textOf(one)}\n`);
  const absent = seen.filter(({ one }) => one?.isAbsent).map(({ name }) => name);
  process.stdout.write(fleetToRevokeText(run, absent));
}
