import type { OrgResult } from "../fleet/runSchema.ts";
import type { Kept } from "../forge/sticky.ts";
import { changeLine, type DriftChange, sizeOf } from "../pullRequest/driftChange.ts";
import { type Condition, conditionKey, eventOf, NOT_JUDGED, OF_NO_GRANT } from "../watch/condition.ts";
import { Delivery } from "../watch/deliver.ts";
import type { WatchEvent } from "../watch/event.ts";
import { forgetful } from "../watch/forgetful.ts";
import { runbookOf } from "../watch/nextSteps.ts";
import type { Sink } from "../watch/sinks/sink.ts";
import { cliErrors } from "./errors.ts";
import { log, type SinkOptions, sinksOf, TRIES_OF_ONE_LOOK_MS } from "./watching.ts";

/**
 * The sinks that are told what is new.
 * @param credentials as `sinksOf` takes them
 * @param isPosted whether there is an issue, which alone knows what is new
 * @throws SettingsError where there is none, or the environment lacks what a sink needs
 */
export async function newsSinks(
  options: SinkOptions,
  isPosted: boolean,
  credentials?: ReadonlySet<string>,
): Promise<Sink[]> {
  if (options.to === undefined) return [];
  if (!isPosted) throw cliErrors["news-without-issue"]();
  runbookOf(process.env); // what is wrong with it is better said now
  return await sinksOf(options, credentials);
}

/** What a chat is told of drift. */
export interface DriftNews {
  readonly what: Kept;
  readonly change: DriftChange;
  /** Null for a fleet. */
  readonly org: WatchEvent["org"];
  /** What is broken: the policy's file, or that of the orgs. */
  readonly file: string;
  /** When it was judged, in ISO 8601. */
  readonly asOf: string;
}

/**
 * Tells the sinks what is new in an issue, or that all is settled, as it stands there by now.
 * @throws RemoteError where a sink does not take it
 */
export async function tellDrift(sinks: readonly Sink[], news: DriftNews): Promise<void> {
  const event = driftEvent(news);
  if (event !== null) await deliver(sinks, event);
}

/** What keeps the only org that is looked at from being judged. */
export interface NotJudged extends Pick<DriftNews, "org" | "file" | "asOf"> {
  readonly problem: NonNullable<OrgResult["problem"]>;
}

/**
 * Tells the sinks, each time, that an org could not be judged: its issue stays as it was, and says nothing of that.
 * @throws RemoteError as `tellDrift`
 */
export async function tellNotJudged(
  sinks: readonly Sink[],
  { org, file, asOf, problem }: NotJudged,
): Promise<void> {
  const kind = problem.code === "policy-with-problems" ? "policy-invalid" : "inconclusive";
  const condition: Condition = {
    ...OF_NO_GRANT,
    key: conditionKey(kind, org?.id ?? null, file),
    kind,
    severity: "error",
    text: `${file}: ${NOT_JUDGED[kind]}: ${problem.text}`,
    details: { policy: file, code: problem.code },
  };
  const surroundings = { org, instanceUrl: null, inOrg: null, policy: file, runbook: runbookOf(process.env) };
  await deliver(sinks, eventOf(condition, "begun", surroundings, Date.parse(asOf)));
}

/** @throws RemoteError where a sink does not take it */
async function deliver(sinks: readonly Sink[], event: WatchEvent): Promise<void> {
  if (sinks.length === 0) return;
  const memory = forgetful();
  memory.keep({ begun: [], ended: [], events: [event], sinks: sinks.map(({ name }) => name), looked: true });
  const delivery = new Delivery(memory, sinks, { warn: log });
  delivery.wake();
  if (!(await delivery.end(TRIES_OF_ONE_LOOK_MS))) throw cliErrors["news-not-delivered"]();
}

/** Null where nothing is new, and something is still open. */
function driftEvent({ what, change, org, file, asOf }: DriftNews): WatchEvent | null {
  const line = changeLine(change);
  if (line === null || what === "nothing to do") return null;
  const isNew = change.joined.length > 0;
  const kind = isNew ? "drift-grew" : "drift-settled";
  return eventOf(
    {
      ...OF_NO_GRANT,
      key: conditionKey(kind, org?.id ?? null, file, String(change.now.number)),
      kind,
      severity: isNew ? "warning" : "note",
      text: `${file}: ${line}`,
      details: {
        [org === null ? "orgs" : "policy"]: file,
        new: String(sizeOf(change.joined)),
        settled: String(sizeOf(change.settled)),
        inAll: String(sizeOf(change.now.groups)),
      },
    },
    isNew ? "begun" : "ended",
    { org, instanceUrl: null, inOrg: null, policy: null, runbook: runbookOf(process.env) },
    Date.parse(asOf),
  );
}
