import { expiringFrom } from "../decide/findings.ts";
import { CodedError, InconclusiveError, SettingsError, UserError } from "../errors.ts";
import type { Grant, Inventory } from "../inventory/inventory.ts";
import { look, orgTimeOf } from "../inventory/look.ts";
import { policyDigest } from "../plan/digest.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { leaversPlan } from "../plan/leaversPlan.ts";
import { refusedText } from "../plan/limits.ts";
import { countGrants, type Plan } from "../plan/plan.ts";
import type { Policy } from "../policy/policy.ts";
import { PolicyError } from "../policy/problem.ts";
import { printable } from "../printable.ts";
import { needsOf } from "../resolve/policyNeeds.ts";
import { judge, type Observer } from "../run/observer.ts";
import { amount, firstFew } from "../text.ts";
import { endOf } from "../time.ts";
import { type Condition, conditionKey, eventOf, NOT_JUDGED, OF_NO_GRANT } from "./condition.ts";
import { conditionsOf, together } from "./conditions.ts";
import type { WatchEvent } from "./event.ts";
import type { StepSurroundings } from "./nextSteps.ts";
import type { Memory } from "./store.ts";

/** What became of the leavers' grants. */
export interface LeaversRevoked {
  readonly revoked: number;
  /** Those of the plan that are gone, as they stand in it. */
  readonly settled: readonly Grant[];
  /** One line for each that is still there. */
  readonly open: readonly string[];
}

/** Revokes the part of an evaluation that is of leavers. */
export type Enforce = (evaluation: Evaluation, plan: Plan) => Promise<LeaversRevoked>;

export interface WatchOptions {
  /** What reads the org; revoking is `enforce`'s alone. Asked in each round: it may be another where one had no way in. */
  readonly observer: () => Promise<Observer>;
  readonly org: NonNullable<WatchEvent["org"]>;
  /** What events say of what comes next; nothing of a fleet, a policy or a runbook by default. */
  readonly steps?: Pick<StepSurroundings, "inOrg" | "policy" | "runbook">;
  readonly memory: Memory;
  /** Names of those that events are kept for, until they are delivered. */
  readonly sinks: readonly string[];
  /** Told that events were kept. It must not wait for a sink: the round would. */
  readonly onNews: () => void;
  /** Asked in each round, so that a change of the file is seen. @throws PolicyError */
  readonly readPolicy: () => Policy;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that no setting of a clock changes; `performance.now()` by default. */
  readonly elapsed?: () => number;
  /** How long a whole listing is good for, where looks say that nothing is missing. */
  readonly fullEveryMs: number;
  /** Revokes the grants of leavers; null for a watch that only tells. */
  readonly enforce: Enforce | null;
  /** Why this watch revokes nothing any more, as a clause; null while it may. */
  readonly halted?: () => string | null;
  /** Tells of what began from then on alone, in milliseconds; null where the memory knows what was told. */
  readonly window: number | null;
  /** Whether what is there at the very first look is told of too. */
  readonly alertExisting: boolean;
  /** Whether a fault that no later round is thought to mend is told and outlived as well; by default it is thrown. */
  readonly outlivesAll?: boolean;
  /** A line for the log. */
  readonly log: (line: string) => void;
}

export interface Round {
  readonly fired: number;
  readonly isConclusive: boolean;
  /** What kept the org from being judged; null where it was. */
  readonly fault: unknown;
}

/** A look that says that grants are gone is followed by a whole listing, but not more often than this. */
const LISTING_AT_MOST_EVERY_MS = 10 * 60 * 1000;
/** What could not be revoked at all, twice in a row, is left alone for so long, then for twice as long, up to the other. */
const STUCK_MS = 60_000;
const LONGEST_STUCK_MS = 30 * 60_000;
/** The network may be away for a moment; after as many rounds nobody is watching. */
const BLIND_ROUNDS = 3;
/** Apps that a message on leavers names. */
const MOST_APPS = 10;
/** What is told of when it ends, too. */
const TOLD_WHEN_ENDED: readonly WatchEvent["kind"][] = ["inconclusive", "policy-invalid"];

/** What could not be revoked at all, how often in a row, and until when, by `elapsed`, it is left alone. */
interface Stuck {
  readonly plan: string;
  readonly times: number;
  readonly until: number;
}

/** Looks at an org round by round, and tells the sinks what is new. */
export class Watcher {
  readonly #options: WatchOptions;
  readonly #elapsed: () => number;
  #inventory: Inventory | undefined;
  /** By `elapsed`. */
  #listedAt = 0;
  /** By the org's clock. */
  #lookedAt = 0;
  #evaluation: Evaluation | undefined;
  #policyDigest = "";
  /** What was last kept from being revoked by a limit: nothing is asked of the org anew while that is all as it was. */
  #refused: { readonly evaluation: Evaluation; readonly condition: Condition } | null = null;
  #stuck: Stuck | null = null;
  #blindRounds = 0;
  #instanceUrl: string | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#elapsed = options.elapsed ?? (() => performance.now());
  }

  /** One look; what it found is kept for the sinks. Faults of the org and the policy are told, not thrown. @throws SettingsError */
  async round(): Promise<Round> {
    const { now, onNews } = this.#options;
    const conditions: Condition[] = [];
    const events: WatchEvent[] = [];
    let evaluation: Evaluation | null = null;
    let fault: unknown = null;
    try {
      const observer = await this.#options.observer();
      const left = await this.#leavers(await this.#observe(observer), observer);
      evaluation = left.evaluation;
      conditions.push(...left.conditions, ...conditionsOf(evaluation, new Set(left.settled)));
      events.push(...left.events);
      this.#blindRounds = 0;
    } catch (error) {
      evaluation = null;
      fault = error;
      conditions.push(...this.#outlive(error));
    }
    const fired = this.#keep(conditions, events, evaluation !== null, now());
    onNews();
    return { fired, isConclusive: evaluation !== null, fault };
  }

  /** @returns what is told of a fault @throws it, where it is not to be outlived */
  #outlive(error: unknown): Condition[] {
    const { outlivesAll = false, log } = this.#options;
    // No later round can be better, unless somebody mends what is read anew.
    const isPassing =
      (error instanceof UserError && !(error instanceof SettingsError)) || error instanceof InconclusiveError;
    if (!isPassing && !outlivesAll) throw error;
    this.#blindRounds++;
    const why =
      error instanceof CodedError ? error.message : "an error that nobody expected; the log has it.";
    log(printable(error instanceof CodedError ? why : String((error as Error)?.stack ?? error)));
    return this.#blind(error, why);
  }

  /** The org held against the policy: read in full where that is due, else looked at. */
  async #observe(observer: Observer): Promise<Evaluation> {
    const { readPolicy, now, fullEveryMs } = this.#options;
    const policy = readPolicy();
    const digest = policyDigest(policy);
    const isNewPolicy = digest !== this.#policyDigest;
    const before = this.#inventory;
    const listedFor = this.#elapsed() - this.#listedAt;
    const reader = await observer.connect();
    this.#instanceUrl = reader.org.instanceUrl;
    reader.beginRun();
    let isChanged = false;
    if (before === undefined || isNewPolicy || listedFor >= fullEveryMs) {
      await this.#list(policy, observer);
      isChanged = true;
    } else {
      const begun = performance.now();
      const seen = await look(reader, before, this.#lookedAt);
      this.#inventory = seen.inventory;
      this.#lookedAt = orgTimeOf(reader, begun);
      isChanged = seen.isChanged;
      if (seen.isPartial && listedFor >= LISTING_AT_MOST_EVERY_MS) {
        await this.#list(policy, observer);
        isChanged = true;
      }
    }
    this.#policyDigest = digest;
    if (isChanged || this.#evaluation === undefined || this.#isPastBoundary(policy))
      this.#evaluation = judge(policy, this.#inventory!, now(), observer.settings);
    return this.#evaluation;
  }

  async #list(policy: Policy, observer: Observer): Promise<void> {
    const at = this.#elapsed();
    const begun = performance.now();
    this.#inventory = undefined;
    observer.forget();
    this.#inventory = await observer.have(needsOf(policy));
    this.#listedAt = at;
    this.#lookedAt = orgTimeOf(await observer.connect(), begun);
    this.#evaluation = undefined;
  }

  /** Whether an exemption expired, or came near its end, since the last evaluation; or no longer has, where the clock was set back. */
  #isPastBoundary({ exemptions }: Policy): boolean {
    const last = this.#evaluation!.asOf;
    const now = this.#options.now();
    return exemptions
      .flatMap(({ expires }) => [endOf(expires.value), expiringFrom(expires.value)])
      .some((boundary) => last < boundary !== now < boundary);
  }

  /** Revokes what leavers hold, from a list that is proven complete. @returns the evaluation that holds from then on, and what of it is gone */
  async #leavers(evaluation: Evaluation, observer: Observer): Promise<AfterLeavers> {
    const { enforce, halted, now, log } = this.#options;
    const nothing = { evaluation, settled: [], conditions: [], events: [] };
    if (enforce === null || countGrants(leaversPlan(evaluation).plan) === 0) return nothing;
    if (this.#refused?.evaluation === evaluation)
      return { ...nothing, conditions: [this.#refused.condition] };
    if (this.#isStuck(leaversPlan(evaluation).plan)) return nothing;
    // A look is good for an alert; to revoke takes the whole list (law 4).
    await this.#list(evaluation.policy, observer);
    const proven = judge(evaluation.policy, this.#inventory!, now(), observer.settings);
    this.#evaluation = proven;
    const { plan, refusal } = leaversPlan(proven, observer.settings.raised?.limits);
    const count = countGrants(plan);
    if (count === 0) return { ...nothing, evaluation: proven };
    const stopped = halted?.() ?? null;
    if (refusal !== null || stopped !== null) {
      log(stopped === null ? refusedText(refusal!) : `revokes nothing, since ${stopped}`);
      const condition = refusedCondition(count, refusal, stopped);
      this.#refused = { evaluation: proven, condition };
      return { ...nothing, evaluation: proven, conditions: [condition] };
    }
    const { revoked, settled, open } = await enforce(proven, plan);
    this.#stuck = revoked > 0 ? null : this.#stuckAgain(whatOf(plan));
    this.#inventory = undefined; // what is left is read again
    const users = new Set(plan.revocations.map(({ user }) => user.username));
    const apps = new Set(plan.revocations.map(({ appLabel }) => appLabel));
    const condition: Condition = {
      ...OF_NO_GRANT,
      key: conditionKey("leavers-revoked", String(now())),
      kind: "leavers-revoked",
      severity: open.length > 0 ? "error" : "note",
      text: `${revoked} of ${amount(count, "grant")} of ${[...users].sort().join(", ")} revoked (${firstFew([...apps].sort(), MOST_APPS)})${open.length > 0 ? `; not revoked: ${open.join("; ")}` : ""}`,
      details: { planned: String(count), revoked: String(revoked) },
    };
    log(printable(condition.text));
    return { evaluation: proven, settled, conditions: [], events: [this.#event(condition, "begun", now())] };
  }

  #isStuck(plan: Plan): boolean {
    return this.#stuck?.plan === whatOf(plan) && this.#elapsed() < this.#stuck.until;
  }

  /** At once the first time, since a fault may pass; then later and later. */
  #stuckAgain(plan: string): Stuck {
    const times = this.#stuck?.plan === plan ? this.#stuck.times + 1 : 1;
    const wait = times === 1 ? 0 : Math.min(LONGEST_STUCK_MS, STUCK_MS * 2 ** (times - 2));
    return { plan, times, until: this.#elapsed() + wait };
  }

  /** What is told of where the org or the policy cannot be judged. */
  #blind(error: unknown, why: string): Condition[] {
    const isPolicy = error instanceof PolicyError;
    const mayPass = error instanceof UserError && !(isPolicy || error instanceof SettingsError);
    const isTold = !mayPass || this.#blindRounds >= BLIND_ROUNDS;
    if (!isTold) return [];
    const kind = isPolicy ? "policy-invalid" : "inconclusive";
    const text = `${NOT_JUDGED[kind]}: ${why}`;
    return [{ ...OF_NO_GRANT, key: conditionKey(kind), kind, severity: "error", text }];
  }

  /** Keeps what is new, with the events that tell of it. @returns how many events */
  #keep(
    conditions: readonly Condition[],
    others: readonly WatchEvent[],
    looked: boolean,
    at: number,
  ): number {
    const { memory, sinks, window, alertExisting } = this.#options;
    const known = memory.known();
    const current = new Map(conditions.map((condition) => [condition.key, condition]));
    const begun = [...current.values()].filter(({ key }) => known === null || !known.has(key));
    // While nobody can see, nothing is known to have ended.
    const ended = looked ? [...(known ?? [])].filter((key) => !current.has(key)) : [];
    const told = begun.filter(({ kind, since, olderKey }) => {
      if (olderKey !== null && known?.has(olderKey)) return false;
      if (TOLD_WHEN_ENDED.includes(kind) || kind === "leavers-refused") return true;
      if (window !== null) return since === null || since >= window;
      return known !== null || alertExisting;
    });
    const over = ended.flatMap((key) => TOLD_WHEN_ENDED.find((kind) => key === conditionKey(kind)) ?? []);
    const events = [
      ...together(told).map((condition) => this.#event(condition, "begun", at)),
      ...over.map((kind) => this.#event(overCondition(kind), "ended", at)),
      ...others,
    ];
    memory.keep({
      begun: begun.map(({ key }) => key),
      ended,
      events,
      sinks,
      looked,
    });
    return events.length;
  }

  #event(condition: Condition, state: WatchEvent["state"], at: number): WatchEvent {
    const { org, steps = { inOrg: null, policy: null, runbook: null } } = this.#options;
    return eventOf(condition, state, { org, instanceUrl: this.#instanceUrl, ...steps }, at);
  }
}

/** What holds once leavers were looked after. */
interface AfterLeavers {
  readonly evaluation: Evaluation;
  /** Grants of the evaluation that are revoked. */
  readonly settled: readonly Grant[];
  readonly conditions: Condition[];
  readonly events: WatchEvent[];
}

/** What keeps leavers' grants from being revoked: a limit, or that the watch was told to stop. */
function refusedCondition(grants: number, refusal: string | null, stopped: string | null): Condition {
  const why =
    stopped === null
      ? `a limit keeps from being revoked: ${refusal}`
      : `are not revoked until this watch is started again, since ${stopped}`;
  return {
    ...OF_NO_GRANT,
    key: conditionKey("leavers-refused", stopped ?? refusal),
    kind: "leavers-refused",
    severity: "error",
    text: `leavers hold ${amount(grants, "grant")} that ${why}`,
    details: { grants: String(grants) },
  };
}

/** The users and apps of a plan, whatever its reasons are. */
function whatOf({ revocations }: Plan): string {
  return JSON.stringify(revocations.map(({ user, app }) => [user.id, app.key]));
}

function overCondition(kind: WatchEvent["kind"]): Condition {
  return {
    ...OF_NO_GRANT,
    key: conditionKey(kind),
    kind,
    severity: "note",
    text: kind === "inconclusive" ? "the org can be judged again" : "the policy is valid again",
  };
}
