import { Command } from "commander";
import type { Policy } from "../../policy/policy.ts";
import type { Observer } from "../../run/observer.ts";
import type { Revoker } from "../../run/revoker.ts";
import { raisedText } from "../../run/settings.ts";
import { Delivery } from "../../watch/deliver.ts";
import { runbookOf } from "../../watch/nextSteps.ts";
import { pause } from "../../watch/pause.ts";
import type { Enforce, Round, Watcher } from "../../watch/watcher.ts";
import { EXIT } from "../exit.ts";
import { policyFile } from "../files.ts";
import { openObserver, openRevoker } from "../run.ts";
import { stopOnSignals } from "../stopping.ts";
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
} from "../watching.ts";

interface WatchOptions extends WatchingOptions {
  readonly policy?: string;
}

/** `sanctioned watch`: tells at once what an admin would want to know at once. */
export function watchCommand(): Command {
  const verb = new Command("watch")
    .description(
      "report new risky grants, unlisted apps, leavers and expired exemptions at once; revokes nothing without --enforce",
    )
    .option("--policy <file>", "the policy (default: the only one in the folder policy)");
  return withWatchingOptions(verb, [
    "--state <file>",
    "what was reported and what is still to be delivered (default: .sanctioned/watch-ORGID.sqlite)",
  ])
    .addHelpText(
      "after",
      "\nWith --once it exits 0, 1 for an error or what could not be delivered, 2 for events with --detailed-exitcode, 4 when the list is inconclusive. " +
        "Else it runs until SIGINT or SIGTERM.\n" +
        "\nExamples:\n  $ npx sanctioned watch --to slack --enforce leavers\n  $ npx sanctioned watch --once --within 1h --to webhook",
    )
    .action(async (options: WatchOptions) => {
      const sinks = await sinksOf(options);
      const runbook = runbookOf(process.env);
      const file = policyFile(options.policy);
      const { observer, enforce, heedStop, refuse } = await openRun(options);
      const policy = observer.want(file); // what is wrong with it now is better said now
      refuse(policy);
      const { id, name } = (await observer.connect()).org;
      const memory = await memoryOf(options, id, options.state);
      outliveReader(options, sinks);
      const delivery = new Delivery(memory, sinks, { warn: log });
      const { Watcher } = await import("../../watch/watcher.ts");
      const watcher = new Watcher({
        observer: () => Promise.resolve(observer),
        org: { id, name },
        steps: { inOrg: null, policy: options.policy ?? null, runbook },
        memory,
        sinks: sinks.map(({ name }) => name),
        onNews: () => delivery.wake(),
        now: Date.now,
        log,
        readPolicy: () => observer.want(file),
        fullEveryMs: options.fullEvery,
        enforce,
        halted: () => heedStop(id),
        window: windowOf(options),
        alertExisting: options.alertExisting ?? false,
      });
      try {
        if (options.once) {
          const round = await watcher.round();
          process.exitCode = exitCodeOf(round, await delivery.end(TRIES_OF_ONE_LOOK_MS), options);
        } else await watchOn(watcher, intervalOf(options));
      } finally {
        await delivery.end(LAST_TRIES_MS).finally(() => memory.close());
      }
    });
}

/** What looks; and only where it is asked for what revokes. @throws SettingsError for a setting that is not valid */
async function openRun({ enforce }: WatchOptions): Promise<{
  readonly observer: Observer;
  readonly enforce: Enforce | null;
  /** Why it must revoke nothing any more, as a clause; null while it may. */
  readonly heedStop: (orgId: string) => string | null;
  /** @throws UserError where the policy wants approvals of what a watch would revoke: it cannot have any */
  readonly refuse: (policy: Policy) => void;
}> {
  const revoker = enforce === undefined ? null : await openRevoker();
  const observer = revoker ?? (await openObserver());
  const { raised } = observer.settings;
  if (raised !== null) log(raisedText(raised));
  return {
    observer,
    enforce: revoker === null ? null : (...what) => revokeHeedingSignals(revoker, what),
    heedStop: (orgId) => revoker?.heedStop(orgId) ?? null,
    refuse: (policy) => revoker?.refuseUnsigned(policy, "leavers", null),
  };
}

async function revokeHeedingSignals(revoker: Revoker, what: Parameters<Enforce>): ReturnType<Enforce> {
  const unheed = stopOnSignals(revoker.stop);
  return await revokeLeavers(revoker, what, log).finally(unheed);
}

function exitCodeOf(
  { fired, isConclusive }: Round,
  isDelivered: boolean,
  { detailedExitcode }: WatchOptions,
): number {
  if (!isConclusive) return EXIT.inconclusive;
  if (!isDelivered) return EXIT.userError;
  return detailedExitcode && fired > 0 ? EXIT.drift : 0;
}

/** Round after round, each begun an interval after the one before began. Ends with SIGINT or SIGTERM, after the round; with a second one at once. */
async function watchOn(watcher: Watcher, interval: number): Promise<void> {
  const end = endOnSignals();
  log(`watching; a look every ${interval / 1000} s`);
  for (let round = 1; !end.aborted; round++) {
    const begun = performance.now();
    const { fired } = await watcher.round();
    if (process.stderr.isTTY)
      process.stderr.write(`\r${round} looks, ${fired} new events in the last\u001b[K`);
    await pause(Math.max(0, interval - (performance.now() - begun)), end);
  }
  log("stopped");
}
