import path from "node:path";
import { type Command, Option } from "commander";
import { isOpen } from "../plan/outcome.ts";
import { recordText } from "../report/outcomesText.ts";
import type { Revoker } from "../run/revoker.ts";
import { KEPT_IN } from "../run/settings.ts";
import { forgetful } from "../watch/forgetful.ts";
import { command } from "../watch/sinks/command.ts";
import type { Sink } from "../watch/sinks/sink.ts";
import { stdout } from "../watch/sinks/stdout.ts";
import type { Memory } from "../watch/store.ts";
import type { Enforce } from "../watch/watcher.ts";
import { cliErrors } from "./errors.ts";
import { EXIT } from "./exit.ts";
import { parseDuration } from "./options.ts";

/** Where a verb tells of something besides. */
export interface SinkOptions {
  readonly to?: readonly SinkName[];
  readonly command?: string;
}

const SINKS = ["stdout", "webhook", "slack", "teams", "email", "command"] as const;
type SinkName = (typeof SINKS)[number];

/** What `watch` and `fleet watch` are told. */
export interface WatchingOptions {
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
export const TRIES_OF_ONE_LOOK_MS = MINUTE_MS / 2;
/** The same where a watch is stopped: what they do not take by then is kept. */
export const LAST_TRIES_MS = 5_000;

function toOption(): Option {
  return new Option(
    "--to <sinks...>",
    "where events go; addresses and secrets are in the environment (docs/watching.md)",
  ).choices(SINKS);
}

const COMMAND = [
  "--command <program>",
  "the program of the sink command; it gets each event as JSON on its input",
] as const;

/** Adds where a verb tells of what is new. */
export function withSinkOptions(verb: Command): Command {
  return verb.addOption(toOption()).option(...COMMAND);
}

/** Adds what every watch is told. @param state what the option of that name takes, and its description */
export function withWatchingOptions(verb: Command, state: readonly [flags: string, about: string]): Command {
  return verb
    .addOption(toOption().default(["stdout"]))
    .option(...COMMAND)
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
    .option(...state)
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
    .option("--detailed-exitcode", "with --once: exit 2 when there was something to report");
}

/**
 * The sinks that are named, each once.
 * @param credentials names of variables, beside the tool's own, that no command is told; some may come later
 * @throws SettingsError where the environment lacks what one needs
 */
export function sinksOf(
  { to = [], command: program }: SinkOptions,
  credentials?: ReadonlySet<string>,
): Promise<Sink[]> {
  return Promise.all([...new Set(to)].map((name) => sinkOf(name, program, credentials)));
}

async function sinkOf(
  name: SinkName,
  program: string | undefined,
  credentials: ReadonlySet<string> | undefined,
): Promise<Sink> {
  switch (name) {
    case "stdout":
      return stdout((text, taken) => process.stdout.write(text, taken));
    case "webhook":
      return (await import("../watch/sinks/webhook.ts")).webhook(process.env, Date.now);
    case "slack":
      return (await import("../watch/sinks/slack.ts")).slack(process.env);
    case "teams":
      return (await import("../watch/sinks/teams.ts")).teams(process.env);
    case "email":
      return (await import("../watch/sinks/email.ts")).email(process.env);
    case "command":
      if (program === undefined) throw cliErrors["command-not-named"]();
      return command(program, process.env, credentials);
  }
}

/** Between two looks, in milliseconds. */
export function intervalOf({ interval, enforce }: WatchingOptions): number {
  return interval ?? (enforce === undefined ? MINUTE_MS : MINUTE_MS / 2);
}

/** A reader of standard output that is gone ends a watch that has nothing else to do, as `| head` ends a list; any other goes on without it. */
export function outliveReader({ enforce }: WatchingOptions, sinks: readonly Sink[]): void {
  if (enforce === undefined && sinks.length < 2) return;
  process.stdout.removeAllListeners("error").on("error", () => undefined); // the sink hears of it
}

/** A line of the log, on standard error. It is safe to show. */
export function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** A look that remembers nothing tells of what began since then, in milliseconds; null for a watch that remembers. */
export function windowOf({ once, state, within = 60 * MINUTE_MS }: WatchingOptions): number | null {
  return once && state === undefined ? Date.now() - within : null;
}

/** What is remembered of an org, in a file; of a single look that is told to keep nothing, nothing. */
export async function memoryOf(
  { once, state }: WatchingOptions,
  orgId: string,
  file: string | undefined,
): Promise<Memory> {
  if (once && state === undefined) return forgetful();
  const { openStore } = await import("../watch/store.ts");
  return await openStore(file ?? path.join(KEPT_IN, `watch-${orgId}.sqlite`), orgId, { say: log });
}

/** Aborts with SIGINT or SIGTERM; with a second one the process ends at once. */
export function endOnSignals(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => (stop.signal.aborted ? process.exit(EXIT.userError) : stop.abort()));
  return stop.signal;
}

/** As an update revokes: verified, on record, paced. @param say a line of the log */
export async function revokeLeavers(
  revoker: Revoker,
  [evaluation, plan]: Parameters<Enforce>,
  say: (line: string) => void,
): ReturnType<Enforce> {
  const { outcomes, audit } = await revoker.revoke(plan, evaluation, {
    purpose: "leavers",
    reason: "watch --enforce leavers",
  });
  say(recordText({ ...audit, file: path.relative(process.cwd(), audit.file) }));
  const open = outcomes.filter(isOpen);
  const settled = outcomes.flatMap((outcome) => (isOpen(outcome) ? [] : outcome.revocation.grants));
  return {
    revoked: settled.length,
    settled,
    open: [
      ...open.map(({ revocation, reason }) => `${revocation.appLabel}, ${revocation.userLabel}: ${reason}`),
      ...(audit.missing === null ? [] : [audit.missing]),
    ],
  };
}
