import type { Evaluation } from "../plan/evaluate.ts";
import type { Plan } from "../plan/plan.ts";
import type { Policy } from "../policy/policy.ts";
import type { Observer, RunSurroundings } from "../run/observer.ts";
import type { Memory } from "../watch/store.ts";
import { type LeaversRevoked, type Round, Watcher, type WatchOptions } from "../watch/watcher.ts";
import type { FleetOrg } from "./orgs.ts";
import { type FleetSurroundings, refuseOther, surroundingsOf } from "./surroundings.ts";

/** A run of a watch, and what it may do. */
export interface WatchRun {
  readonly observer: Observer;
  /** Null for a run that only looks. */
  readonly revoking: {
    revoke(evaluation: Evaluation, plan: Plan): Promise<LeaversRevoked>;
    /** Why it must revoke nothing any more, as a clause; null while it may. */
    heedStop(orgId: string): string | null;
    /** @throws UserError where the policy wants approvals of what a watch would revoke: it cannot have any */
    refuse(policy: Policy): void;
    /** What is under way stops between two calls. */
    stop(reason: string): void;
  } | null;
}

/** What the watch of each org of a fleet is made of. */
export interface WatchedOrgOptions
  extends Pick<
    WatchOptions,
    "fullEveryMs" | "window" | "alertExisting" | "now" | "elapsed" | "onNews" | "sinks"
  > {
  /** Made anew where an org is opened anew: a login may have been put right meanwhile. */
  readonly surroundings: () => FleetSurroundings;
  /** Connects to nothing yet. @throws SettingsError */
  readonly open: (surroundings: RunSurroundings, log: (line: string) => void) => WatchRun | Promise<WatchRun>;
  /** What is remembered of an org, or under another name. @throws UserError where another watch has it */
  readonly memoryOf: (orgId: string) => Promise<Memory>;
  readonly enforces: boolean;
  /** The address of a runbook of one's own; null for the docs'. */
  readonly runbook: string | null;
  readonly log: (line: string) => void;
}

/** One org of a fleet while it is watched: opened when it is first looked at, and again until it answers. */
export class WatchedOrg {
  readonly org: FleetOrg;
  readonly #options: WatchedOrgOptions;
  readonly #log: (line: string) => void;
  readonly #ending = new AbortController();
  #watcher: Watcher | null = null;
  #run: WatchRun | null = null;
  #isOpen = false;
  #isLeft = false;
  #revoking: Promise<unknown> | null = null;
  #halted: string | null = null;
  readonly #haltedBefore: () => string | null;

  /** @param haltedBefore why an earlier watch of this org was told to revoke nothing any more; null where it was not */
  constructor(org: FleetOrg, options: WatchedOrgOptions, haltedBefore: () => string | null) {
    this.org = org;
    this.#options = options;
    this.#haltedBefore = haltedBefore;
    this.#log = (line) => options.log(`${org.name}: ${line}`);
  }

  /** One look. Whatever befalls the org is told, not thrown. @throws what keeps it from being remembered */
  async round(): Promise<Round> {
    this.#watcher ??= await this.#watcherOf();
    return await this.#watcher.round();
  }

  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** No look begins any more. */
  end(): void {
    this.#ending.abort();
  }

  /** What is being revoked stops between two calls. */
  stop(reason: string): void {
    this.end();
    if (this.#revoking !== null) this.#run?.revoking?.stop(reason);
  }

  /** Nothing begins to be revoked any more. @returns when what is being revoked is settled */
  async leave(): Promise<void> {
    this.#isLeft = true;
    await this.#revoking;
  }

  /** Why it was told to revoke nothing any more: that holds until the process is started again. */
  halted(): string | null {
    this.#halted ??= this.#haltedBefore() ?? this.#run?.revoking?.heedStop(this.org.id) ?? null;
    return this.#halted;
  }

  async #watcherOf(): Promise<Watcher> {
    const { org } = this;
    const { sinks, onNews, now, elapsed, fullEveryMs, window, alertExisting, enforces, memoryOf } =
      this.#options;
    return new Watcher({
      observer: () => this.#observer(),
      org: { id: org.id, name: org.name },
      steps: { inOrg: org.name, policy: null, runbook: this.#options.runbook },
      memory: await memoryOf(org.id),
      ...{ sinks, onNews, now, fullEveryMs, window, alertExisting },
      ...(elapsed === undefined ? {} : { elapsed }),
      log: this.#log,
      readPolicy: () => this.#policy(),
      enforce: enforces ? (evaluation, plan) => this.#revoke(evaluation, plan) : null,
      halted: () => this.halted(),
      outlivesAll: true,
    });
  }

  /** @throws UserError for whatever keeps the org from being reached, or is another org */
  async #observer(): Promise<Observer> {
    if (this.#run !== null && this.#isOpen) return this.#run.observer;
    const { surroundings, open } = this.#options;
    this.halted(); // what this run was asked is not forgotten with it
    this.#run = await open(await surroundingsOf(this.org, surroundings()), this.#log);
    const { observer } = this.#run;
    refuseOther(this.org, (await observer.connect()).org);
    this.#isOpen = true;
    return observer;
  }

  #policy(): Policy {
    const { observer, revoking } = this.#run!;
    const policy = observer.want(this.org.policy);
    revoking?.refuse(policy);
    return policy;
  }

  async #revoke(evaluation: Evaluation, plan: Plan): Promise<LeaversRevoked> {
    if (this.#isLeft) return { revoked: 0, settled: [], open: ["the watch is being ended"] };
    const under = this.#run!.revoking!.revoke(evaluation, plan);
    this.#revoking = under.catch(() => undefined);
    try {
      return await under;
    } finally {
      this.#revoking = null;
    }
  }
}
