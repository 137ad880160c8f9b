import { RateLimiter } from "limiter";
import pLimit, { type LimitFunction } from "p-limit";
import { UserError } from "../errors.ts";
import type { RetryClock } from "../http/retry.ts";
import type { AppRegister } from "../inventory/appRegister.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { Stop } from "../stop.ts";
import type { Attempt, Calls } from "./attempt.ts";
import type { Breaker } from "./breaker.ts";
import { FirstCalls } from "./firstCalls.ts";
import { readLiveGrants } from "./liveGrants.ts";
import type { AuditRecorder } from "./recorder.ts";
import { type Called, NOT_MADE, type RevokeAnswer, revokeTarget, TOO_LATE } from "./revokeCall.ts";
import { type Chosen, choose, type Target } from "./target.ts";

/** How far a run is, in planned revocations: it calls, reads the org again to see what is gone, and looks for live sessions. */
export interface ApplyProgress {
  readonly step: "calls" | "again" | "sessions";
  readonly done: number;
  readonly total: number;
}

export interface AttemptsOptions {
  readonly register: AppRegister;
  readonly recorder: AuditRecorder;
  readonly breaker: Breaker;
  readonly stop: Stop;
  readonly clock: RetryClock;
  /** Calls at once. */
  readonly concurrency: number;
  /** Calls a second, at most. */
  readonly perSecond: number;
  readonly onProgress: (progress: ApplyProgress) => void;
}

/** Tokens of so many users are read at once, just before they are used. */
const USERS_PER_BATCH = 50;

/**
 * The attempts of one run: reads the tokens, makes the calls on record, and stops where the breaker says so. The first
 * revocation is made alone; the others begin once the org was seen to have carried it out.
 */
export class Attempts {
  readonly #connection: OrgConnection;
  readonly #options: AttemptsOptions;
  readonly #made = new Map<PlannedRevocation, Attempt>();
  /** The next calls are put on record while these are under way, so that no call waits for the disk. */
  readonly #announced: LimitFunction;
  readonly #calling: LimitFunction;
  /** Counts by a clock that nobody sets. */
  readonly #pace: RateLimiter;
  readonly #first: FirstCalls;
  #fault: { readonly error: unknown } | null = null;

  constructor(connection: OrgConnection, options: AttemptsOptions) {
    const { concurrency, perSecond } = options;
    this.#connection = connection;
    this.#options = options;
    this.#announced = pLimit(2 * concurrency);
    this.#calling = pLimit(concurrency);
    this.#pace = new RateLimiter({ tokensPerInterval: perSecond, interval: "second" });
    const { register, breaker } = options;
    this.#first = new FirstCalls(connection, { register, breaker, pause: this.#pause });
  }

  /** What came of a planned revocation. */
  of(revocation: PlannedRevocation): Attempt {
    return this.#made.get(revocation) ?? this.#notTried();
  }

  /** A fault of our own, which ended the calls; null where there was none. */
  get fault(): { readonly error: unknown } | null {
    return this.#fault;
  }

  /** The revocations of which all was found out before their calls, with these; none for those of which there was nothing to call for. */
  called(): ReadonlyMap<PlannedRevocation, Calls> {
    return new Map(
      [...this.#made].flatMap(([one, attempt]) => ("answers" in attempt ? [[one, attempt]] : [])),
    );
  }

  /** @throws where nothing was called */
  async make(revocations: readonly PlannedRevocation[]): Promise<void> {
    const { concurrency, breaker, onProgress } = this.#options;
    const tasks: Promise<void>[] = [];
    const total = revocations.length;
    let done = 0;
    onProgress({ step: "calls", done, total });
    for (const batch of batches(revocations)) {
      // The next tokens are read while the last calls of these are under way.
      await tasks.at(-3 * concurrency);
      const live = await this.#readTokens(batch, tasks.length > 0);
      if (live === null) break;
      for (const revocation of batch) {
        const alone = !this.#first.wentWell(live.get(revocation)!);
        if (alone) await Promise.all(tasks);
        const task = this.#announced(async () => {
          const chosen = live.get(revocation)!;
          live.delete(revocation); // its tokens are kept for no longer than its calls
          const attempt = await this.#attempt(revocation, chosen);
          this.#made.set(revocation, attempt);
          onProgress({ step: "calls", done: ++done, total });
          if (alone && "answers" in attempt)
            await breaker.stopped.before(this.#first.verify(revocation, attempt), () => undefined);
        });
        tasks.push(task.catch(this.#failed));
        if (alone) await Promise.all(tasks);
      }
    }
    await Promise.all(tasks); // an answer that is on its way still goes on record
  }

  /** Null where the run is stopped, as it is where tokens cannot be read once calls were made. */
  async #readTokens(
    batch: readonly PlannedRevocation[],
    called: boolean,
  ): Promise<Map<PlannedRevocation, Chosen> | null> {
    const { register, breaker } = this.#options;
    if (breaker.reason !== null) return null;
    try {
      const reading = readLiveGrants(this.#connection, register, batch, true);
      const live = await breaker.stopped.before<Awaited<typeof reading> | null>(reading, () => null);
      if (live === null) return null;
      return new Map([...live].map(([revocation, grants]) => [revocation, choose(revocation, grants)]));
    } catch (error) {
      if (!called) throw error;
      breaker.stop(error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  async #attempt(revocation: PlannedRevocation, chosen: Chosen): Promise<Attempt> {
    if (chosen.kind === "refused") return { refused: chosen.reason };
    const answers: RevokeAnswer[] = [];
    for (const target of chosen.targets) {
      const answer = await this.#revoke(revocation, target);
      if (answer === null) break;
      answers.push(answer);
    }
    if (answers.length === 0 && chosen.targets.length > 0) return this.#notTried();
    // What is kept until the end holds no token.
    const targets = chosen.targets.map((target) =>
      target.through === "usage" ? target : { ...target, token: null },
    );
    return { answers, chosen: { ...chosen, targets } };
  }

  /** Null where no call was made, since the run was stopped or it could not be put on record. */
  async #revoke(revocation: PlannedRevocation, target: Target): Promise<RevokeAnswer | null> {
    const { recorder, breaker, clock } = this.#options;
    if (breaker.reason !== null) return null;
    const answer = await revokeTarget(this.#connection, target, {
      recorder: recorder.callsOf(revocation),
      turn: (call) => this.#calling(() => this.#inTurn(call)),
      pause: this.#pause,
      random: clock.random,
      failed: this.#failed,
    });
    return answer.kind === "not-made" ? null : answer;
  }

  async #inTurn(call: () => Promise<Called>): Promise<Called> {
    const { breaker, recorder, stop } = this.#options;
    await breaker.stopped.before(this.#pace.removeTokens(1), () => 0);
    recorder.check();
    if (breaker.reason !== null) return NOT_MADE;
    const called = await stop.answersDue.before(call(), () => TOO_LATE);
    if (!called.again) breaker.heard(called.answer);
    // Who is asked to wait comes back with fewer at once.
    else this.#calling.concurrency = Math.max(1, this.#calling.concurrency >> 1);
    return called;
  }

  readonly #pause = async (milliseconds: number): Promise<boolean> => {
    const { breaker, clock } = this.#options;
    await breaker.stopped.before(clock.sleep(milliseconds), () => undefined);
    return breaker.reason === null;
  };

  /** Stops the run for what went wrong: for what somebody can mend, or for a fault of our own, which is thrown once all is settled. */
  readonly #failed = (error: unknown): void => {
    const { breaker } = this.#options;
    if (!(error instanceof UserError)) this.#fault ??= { error };
    breaker.stop(error instanceof UserError ? error.message : "the run failed");
  };

  #notTried(): Attempt {
    return { notTried: this.#options.breaker.reason ?? "" };
  }
}

/** Consecutive parts of the plan, each of so many users at most. */
function batches(revocations: readonly PlannedRevocation[]): PlannedRevocation[][] {
  const parts: PlannedRevocation[][] = [];
  let users = new Set<string>();
  for (const revocation of revocations) {
    if (parts.length === 0 || (users.size === USERS_PER_BATCH && !users.has(revocation.user.id))) {
      parts.push([]);
      users = new Set();
    }
    users.add(revocation.user.id);
    parts.at(-1)!.push(revocation);
  }
  return parts;
}
