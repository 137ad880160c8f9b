import { Command, Option } from "commander";
import type { Plans } from "../../../fleet/plansFolder.ts";
import { fleetSurroundings } from "../../../fleet/stackConfig.ts";
import { type OrgUpdate, updateInWaves } from "../../../fleet/updateInWaves.ts";
import { refuseBeforeLower, type Wave, type WaveOrg, wavesAsked } from "../../../fleet/waves.ts";
import { updateLine, updatesText, wavesText } from "../../../report/fleet/fleetUpdateText.ts";
import { StopFiles, stopOfFolder } from "../../../run/stopFile.ts";
import { confirm } from "../../confirm.ts";
import { EXIT } from "../../exit.ts";
import {
  type FleetOptions,
  type SelectedFleet,
  selectedFleet,
  throwUnexpected,
  withFleetOptions,
} from "../../fleet.ts";
import { type HistoryOptions, type KeepRun, keeperOf, withHistoryOption } from "../../fleetHistory.ts";
import { handedOut, sayLeftOut, sayRefused, withHandOutOptions } from "../../handOut.ts";
import { parseWave } from "../../options.ts";
import { terminal } from "../../terminalOutput.ts";

interface UpOptions extends FleetOptions, HistoryOptions {
  readonly plans?: string;
  readonly out?: string;
  readonly judgedOnly?: boolean;
  readonly wave?: number;
  readonly yes?: boolean;
}

/** Updates at once, each of which takes an engine of its own. */
const UPDATES_AT_ONCE = 4;

/** `sanctioned fleet up`: updates orgs wave by wave from this machine, each by `pulumi up` held to its own plan. */
export function fleetUpCommand(): Command {
  return withHistoryOption(withHandOutOptions(withFleetOptions(new Command("up"))))
    .description("update the orgs whose plans revoke, wave by wave, by Pulumi: each held to its own plan")
    .option("--out <folder>", "plan now, into a new folder, and be held to that")
    .addOption(
      new Option(
        "--wave <number>",
        "this wave alone, once those before it are done (default: all, from the lowest)",
      ).argParser(parseWave),
    )
    .option("--yes", "do not ask")
    .addHelpText(
      "after",
      "\nThe first org that fails, Ctrl-C and `sanctioned stop` end it: what is under way ends by itself, and no other org is begun. A wave begins once all of the one before it is whole.\n" +
        "\nExits 0 when every org is whole, 1 when one failed or was not begun, 3 when the fleet's limits refuse, 4 or 1 when an org could not be judged.\n" +
        "\nExample:\n  $ npx sanctioned fleet up --plans plans --wave 0",
    )
    .action(async (options: UpOptions) => {
      const selected = await selectedFleet(options);
      const keep = await keeperOf(selected, options);
      const { handOut, plans } = await handedOut(selected, options);
      sayLeftOut(handOut);
      if (handOut.refusal !== null) return sayRefused(handOut.refusal);
      const { updatedOrgs } = await import("../../../fleet/plansFolder.ts");
      refuseBeforeLower(options.wave, { run: plans.run, fleet: selected.fleet }, updatedOrgs(plans));
      const waves = wavesAsked(handOut, options.wave);
      if (waves.length === 0) return void process.stdout.write("Nothing is to be revoked in any org.\n");
      process.stdout.write(wavesText(waves));
      if (!options.yes) await confirm("revoke", countOf(waves));
      await updateAll(waves, selected, plans, { atOnce: options.atOnce ?? UPDATES_AT_ONCE, keep });
    });
}

function countOf(waves: readonly Wave[]): number {
  return waves.flatMap(({ orgs }) => orgs).reduce((sum, { revocations }) => sum + revocations, 0);
}

async function updateAll(
  waves: readonly Wave[],
  { fleet, folder }: SelectedFleet,
  plans: Plans,
  { atOnce, keep }: { readonly atOnce: number; readonly keep: KeepRun },
): Promise<void> {
  const [{ updateOrg }, { noteUpdated }] = await Promise.all([
    import("../../../fleet/updateOrg.ts"),
    import("../../../fleet/plansFolder.ts"),
  ]);
  const stopFiles = new StopFiles(folder, null);
  const ending = endOnSignals();
  const surroundings = fleetSurroundings(folder, process.env);
  const unexpected: { org: string; error: unknown }[] = [];
  try {
    const updates = await updateInWaves(waves, {
      atOnce,
      whyStop: () => ending.why() ?? stopFiles.look([stopOfFolder(folder)]),
      update: async (one) => {
        process.stderr.write(`${one.org.name}: updating\n`);
        const asked = { fleet, surroundings, plans, signal: ending.signal };
        const result = await updateOrg(one, asked).catch((error: unknown) => {
          unexpected.push({ org: one.org.name, error });
          return failedUnexpectedly(one);
        });
        process.stdout.write(`${updateLine(result)}\n`);
        const unnoted = result.status === "failed" ? null : noteUpdated(plans, one.org.name);
        if (unnoted !== null) process.stderr.write(`${one.org.name}: not noted as updated (${unnoted})\n`);
        return result;
      },
    });
    for (const one of updates) if (one.status === "not-begun") process.stdout.write(`${updateLine(one)}\n`);
    keep(plans.run, "up", new Map(updates.map(({ org, outcomes }) => [org, outcomes.revoked ?? 0])));
    process.stdout.write(`\n${updatesText(updates, terminal().width)}\n`);
    if (updates.some(({ status }) => status === "failed" || status === "not-begun"))
      process.exitCode = EXIT.userError;
  } finally {
    ending.over();
  }
  throwUnexpected({ unexpected });
}

/** The others end first; then the error is thrown. */
function failedUnexpectedly({ org, revocations }: WaveOrg): OrgUpdate {
  const why = "An error that nobody expected; it is shown below.";
  return { org: org.name, wave: org.wave, status: "failed", planned: revocations, outcomes: {}, why };
}

/** Whether Ctrl-C of a terminal reaches the engines too: also where the input or the output goes elsewhere. */
function isOfTerminal(): boolean {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
}

/**
 * The first signal begins no further org, and tells the engines to end, as they do by Ctrl-C. A terminal tells them itself, since they are of
 * its group: a second time would have them end at once.
 */
function endOnSignals() {
  const controller = new AbortController();
  let reason: string | null = null;
  const heed = (signal: NodeJS.Signals): void => {
    if (reason !== null) process.exit(EXIT.userError);
    reason = `it was told to end (${signal})`;
    process.stderr.write(
      "\nNo further org is begun; those under way end. A second Ctrl-C ends it at once.\n",
    );
    if (signal !== "SIGINT" || !isOfTerminal()) controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, heed);
  return {
    signal: controller.signal,
    why: () => reason,
    over: () => {
      for (const signal of signals) process.off(signal, heed);
    },
  };
}
