import path from "node:path";
import { Command } from "commander";
import { InconclusiveError } from "../../../errors.ts";
import { fleetSurroundings } from "../../../fleet/stackConfig.ts";
import { credentialNames } from "../../../fleet/updateEnvironment.ts";
import type { WatchedOrgOptions, WatchRun } from "../../../fleet/watchedOrg.ts";
import type { FleetWatch, Looked } from "../../../fleet/watchFleet.ts";
import { KEPT_IN, readRunSettings } from "../../../run/settings.ts";
import { amount } from "../../../text.ts";
import { Delivery } from "../../../watch/deliver.ts";
import { runbookOf } from "../../../watch/nextSteps.ts";
import { EXIT } from "../../exit.ts";
import { type FleetOptions, selectedFleet, withOrgOptions } from "../../fleet.ts";
import { sayRaised } from "../../run.ts";
import {
  endOnSignals,
  intervalOf,
  LAST_TRIES_MS,
  log,
  memoryOf,
  outliveReader,
  revokeLeavers,
  sinksOf,
  TRIES_OF_ONE_LOOK_MS,
  type WatchingOptions,
  windowOf,
  withWatchingOptions,
} from "../../watching.ts";

interface FleetWatchingOptions extends WatchingOptions, Omit<FleetOptions, "changedSince"> {}

const ORGS_AT_ONCE = 8;

/** `sanctioned fleet watch`: every org watched in one process. */
export function fleetWatchCommand(): Command {
  return withWatchingOptions(withOrgOptions(new Command("watch")), [
    "--state <folder>",
    "where each org's file of what was reported and is still to be delivered is (default: .sanctioned)",
  ])
    .description(
      "watch every org in one process, as `sanctioned watch` watches one; what goes wrong with an org is reported as that org's, and the others go on",
    )
    .addHelpText(
      "after",
      "\nThe file of the orgs and their policies are read again all the while: an org joins, another ends, and a file that is not valid leaves all as it was.\n" +
        "With --once it exits as the worst org does: 0, 2 for events with --detailed-exitcode, 4 when a list is inconclusive, 1 for an error, an org that cannot be reached or what could not be delivered. " +
        "Else it runs until SIGINT or SIGTERM.\n" +
        "\nExample:\n  $ npx sanctioned fleet watch --tag production --to slack --enforce leavers",
    )
    .action(async (options: FleetWatchingOptions) => {
      sayRaised(readRunSettings(() => undefined, process.env));
      const credentials = new Set<string>();
      const sinks = await sinksOf(options, credentials);
      const runbook = runbookOf(process.env);
      /** One that a file named before is none to hand on either. */
      const selected = async () => {
        const one = await selectedFleet(options);
        for (const name of credentialNames(one.fleet)) credentials.add(name);
        return one;
      };
      const { folder, orgs } = await selected();
      outliveReader(options, sinks);
      const { FleetWatch } = await import("../../../fleet/watchFleet.ts");
      const fleet: FleetWatch = new FleetWatch(orgs, {
        readOrgs: async () => (await selected()).orgs,
        surroundings: () => fleetSurroundings(folder, process.env),
        open: await opener(options),
        enforces: options.enforce !== undefined,
        runbook,
        memoryOf: (id) =>
          memoryOf(options, id, path.join(options.state ?? path.join(folder, KEPT_IN), `watch-${id}.sqlite`)),
        sinks: sinks.map(({ name }) => name),
        onNews: () => delivery.wake(),
        now: Date.now,
        log,
        fullEveryMs: options.fullEvery,
        window: windowOf(options),
        alertExisting: options.alertExisting ?? false,
        intervalMs: intervalOf(options),
        orgsAtOnce: options.atOnce ?? ORGS_AT_ONCE,
      });
      const delivery = new Delivery(fleet.outbox, sinks, { warn: log });
      await watch(fleet, delivery, options);
    });
}

async function watch(fleet: FleetWatch, delivery: Delivery, options: FleetWatchingOptions): Promise<void> {
  const end = endOnSignals();
  let isWhole = true;
  try {
    if (options.once) {
      const looks = await fleet.once(end);
      isWhole = looks !== null;
      const isDelivered = await delivery.end(isWhole ? TRIES_OF_ONE_LOOK_MS : LAST_TRIES_MS);
      process.exitCode = looks === null ? EXIT.userError : exitCodeOf(looks, isDelivered, options);
      if (looks !== null) sayLooks(looks);
    } else {
      isWhole = await fleet.watch(end);
      log("stopped");
    }
  } finally {
    try {
      await delivery.end(LAST_TRIES_MS);
    } finally {
      await fleet.close();
    }
  }
  if (!isWhole) process.exit(); // an org that does not answer is waited for no longer
}

/** What opens the run of one org: one that can revoke only where that is asked for. */
async function opener({
  enforce,
}: FleetWatchingOptions): Promise<(...given: Parameters<WatchedOrgOptions["open"]>) => WatchRun> {
  const { openObserver, openRevoker } = await import("../../../run/open.ts");
  if (enforce === undefined)
    return (surroundings) => ({ observer: openObserver(surroundings), revoking: null });
  return (surroundings, say) => {
    const revoker = openRevoker(surroundings);
    return {
      observer: revoker,
      revoking: {
        revoke: (...what) => revokeLeavers(revoker, what, say),
        heedStop: (orgId) => revoker.heedStop(orgId),
        refuse: (policy) => revoker.refuseUnsigned(policy, "leavers", null),
        stop: (reason) => revoker.stop.ask(reason),
      },
    };
  };
}

/** As the worst org ends. */
function exitCodeOf(
  looks: readonly Looked[],
  isDelivered: boolean,
  { detailedExitcode }: FleetWatchingOptions,
): number {
  const faults = looks.map(({ fault }) => fault).filter((fault) => fault !== null);
  if (!isDelivered || faults.some((fault) => !(fault instanceof InconclusiveError))) return EXIT.userError;
  if (faults.length > 0) return EXIT.inconclusive;
  return detailedExitcode && looks.some(({ fired }) => fired > 0) ? EXIT.drift : 0;
}

function sayLooks(looks: readonly Looked[]): void {
  const blind = looks.filter(({ fault }) => fault !== null).map(({ org }) => org);
  log(
    `looked at ${amount(looks.length, "org")}${blind.length === 0 ? "" : `; could not judge ${blind.join(", ")}`}`,
  );
}
