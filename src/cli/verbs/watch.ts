import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Command, Option } from "commander";
import type { Evaluation } from "../../plan/evaluate.ts";
import { isOpen } from "../../plan/outcome.ts";
import type { Plan } from "../../plan/plan.ts";
import type { Policy } from "../../policy/policy.ts";
import { recordText } from "../../report/outcomesText.ts";
import type { Observer } from "../../run/observer.ts";
import type { Revoker } from "../../run/revoker.ts";
import { KEPT_IN, raisedText } from "../../run/settings.ts";
import { Delivery } from "../../watch/deliver.ts";
import { forgetful } from "../../watch/forgetful.ts";
import { command } from "../../watch/sinks/command.ts";
import type { Sink } from "../../watch/sinks/sink.ts";
import { slack } from "../../watch/sinks/slack.ts";
import { stdout } from "../../watch/sinks/stdout.ts";
import { teams } from "../../watch/sinks/teams.ts";
import { webhook } from "../../watch/sinks/webhook.ts";
import type { Memory } from "../../watch/store.ts";
import { type Enforce, type LeaversRevoked, type Round, Watcher } from "../../watch/watcher.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { policyFile } from "../files.ts";
import { parseDuration } from "../options.ts";
import { openObserver, openRevoker } from "../run.ts";
import { stopOnSignals } from "../stopping.ts";

const SINKS = ["stdout", "webhook", "slack", "teams", "command"] as const;
type SinkName = (typeof SINKS)[number];

interface WatchOptions {
  readonly policy?: string;
  readonly to: readonly SinkName[];
  readonly command?: string;
  readonly interval?: number;
  readonly fullEvery: number;
  readonly enforce?: "leavers";
  readonly state?: string;
  readonly alertExisting?: boolean;
  readonly once?: boolean;
  readonly within?: number;
  readonly detailedExitcode?: boolean;
}

const MINUTE_MS = 60_000;
/** How long sinks are tried at the end of one look. */
const TRIES_OF_ONE_LOOK_MS = MINUTE_MS / 2;
/** The same where a watch is stopped: what they do not take by then is kept. */
const LAST_TRIES_MS = 5_000;
/** A timer takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `sanctioned watch`: tells at once what an admin would want to know at once. */
export function watchCommand(): Command {
  return new Command("watch")
    .description(
      "report new risky grants, unlisted apps, leavers and expired exemptions at once; revokes nothing without --enforce",
    )
    .option("--policy <file>", "the policy (default: the only one in the folder policy)")
    .addOption(
      new Option(
        "--to <sinks...>",
        "where events go; addresses and secrets are in the environment (docs/watching.md)",
      )
        .choices(SINKS)
        .default(["stdout"]),
    )
    .option("--command <program>", "the program of the sink command; it gets each event as JSON on its input")
    .addOption(
      new Option("--interval <duration>", "between two looks (default: 60s, with --enforce 30s)").argParser(
        parseDuration,
      ),
    )
    .addOption(
      new Option("--full-every <duration>", "list the org in full this often")
        .argParser(parseDuration)
        .default(6 * 60 * MINUTE_MS, "6h"),
    )
    .addOption(
      new Option(
        "--enforce <whom>",
        "revoke the grants of users who have left, by the policy's `leavers` and `offboarded`",
      ).choices(["leavers"]),
    )
    .option(
      "--state <file>",
      "what was reported and what is still to be delivered (default: .sanctioned/watch-ORGID.sqlite)",
    )
    .option("--alert-existing", "also report what is already there at the first look")
    .option("--once", "look once, deliver, and end: for cron and CI; keeps nothing without --state")
    .addOption(
      new Option(
        "--within <duration>",
        "with --once and without --state: report what began no longer ago than this",
      )
        .argParser(parseDuration)
        .default(undefined, "1h"),
    )
    .option("--detailed-exitcode", "with --once: exit 2 when there was something to report")
    .addHelpText(
      "after",
      "\nWith --once it exits 0, 1 for an error or what could not be delivered, 2 for events with --detailed-exitcode, 4 when the list is inconclusive. " +
        "Else it runs until SIGINT or SIGTERM.\n" +
        "\nExamples:\n  $ npx sanctioned watch --to slack --enforce leavers\n  $ npx sanctioned watch --once --within 1h --to webhook",
    )
    .action(async (options: WatchOptions) => {
      const sinks = [...new Set(options.to)].map((name) => sinkOf(name, options));
      const file = policyFile(options.policy);
      const { observer, enforce, heedStop, refuse } = await openRun(options);
      const policy = observer.want(file); // what is wrong with it now is better said now
      refuse(policy);
      const { id, name } = (await observer.connect()).org;
      const memory = await memoryOf(options, id);
      if (enforce !== null || sinks.length > 1) outliveReader();
      const delivery = new Delivery(memory, sinks, { warn: log });
      const watcher = new Watcher({
        observer,
        org: { id, name },
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
        } else await watchOn(watcher, options.interval ?? (enforce === null ? MINUTE_MS : MINUTE_MS / 2));
      } finally {
        await delivery.end(LAST_TRIES_MS).finally(() => memory.close());
      }
    });
}

/** A reader of standard output that is gone ends a watch that has nothing else to do, as `| head` ends a list; any other goes on without it. */
function outliveReader(): void {
  process.stdout.removeAllListeners("error").on("error", () => undefined); // the sink hears of it
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
    enforce: revoker === null ? null : (evaluation, plan) => revokeLeavers(revoker, evaluation, plan),
    heedStop: (orgId) => revoker?.heedStop(orgId) ?? null,
    refuse: (policy) => revoker?.refuseUnsigned(policy, "leavers", null),
  };
}

/** A line of the log, on standard error. It is safe to show. */
function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** A look that remembers nothing tells of what began since then, in milliseconds; null for a watch that remembers. */
function windowOf({ once, state, within = 60 * MINUTE_MS }: WatchOptions): number | null {
  return once && state === undefined ? Date.now() - within : null;
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
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => (stop.signal.aborted ? process.exit(EXIT.userError) : stop.abort()));
  log(`watching; a look every ${interval / 1000} s`);
  for (let round = 1; !stop.signal.aborted; round++) {
    const begun = performance.now();
    const { fired } = await watcher.round();
    if (process.stderr.isTTY)
      process.stderr.write(`\r${round} looks, ${fired} new events in the last\u001b[K`);
    const left = Math.max(0, interval - (performance.now() - begun));
    await wait(Math.min(left, LONGEST_TIMER_MS), undefined, { signal: stop.signal }).catch((error: Error) => {
      if (error.name !== "AbortError") throw error;
    });
  }
  log("stopped");
}

function sinkOf(name: SinkName, { command: program }: WatchOptions): Sink {
  switch (name) {
    case "stdout":
      return stdout((text, taken) => process.stdout.write(text, taken));
    case "webhook":
      return webhook(process.env, Date.now);
    case "slack":
      return slack(process.env);
    case "teams":
      return teams(process.env);
    case "command":
      if (program === undefined) throw cliErrors["command-not-named"]();
      return command(program, process.env);
  }
}

async function memoryOf({ once, state }: WatchOptions, orgId: string): Promise<Memory> {
  if (once && state === undefined) return forgetful();
  const { openStore } = await import("../../watch/store.ts");
  return await openStore(state ?? path.join(KEPT_IN, `watch-${orgId}.sqlite`), orgId, { say: log });
}

/** As an update revokes: verified, on record, paced. */
async function revokeLeavers(revoker: Revoker, evaluation: Evaluation, plan: Plan): Promise<LeaversRevoked> {
  const unheed = stopOnSignals(revoker.stop);
  const { outcomes, audit } = await revoker
    .revoke(plan, evaluation, { purpose: "leavers", reason: "watch --enforce leavers" })
    .finally(unheed);
  log(recordText({ ...audit, file: path.relative(process.cwd(), audit.file) }));
  const open = outcomes.filter(isOpen);
  const grants = outcomes
    .filter((outcome) => !isOpen(outcome))
    .reduce((sum, { revocation }) => sum + revocation.grants.length, 0);
  return {
    revoked: grants,
    open: [
      ...open.map(({ revocation, reason }) => `${revocation.appLabel}, ${revocation.userLabel}: ${reason}`),
      ...(audit.missing === null ? [] : [audit.missing]),
    ],
  };
}
