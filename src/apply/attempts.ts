import pLimit, { type LimitFunction } from "p-limit";
import pThrottle from "p-throttle";
import { UserError } from "../errors.ts";
import type { RetryClock } from "../http/retry.ts";
import type { AppRegister } from "../inventory/appRegister.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { Attempt, Calls } from "./attempt.ts";
import type { Breaker } from "./breaker.ts";
import { FirstCalls } from "./firstCalls.ts";
import { readLiveGrants } from "./liveGrants.ts";
import type { AuditRecorder } from "./recorder.ts";
import { type Called, NOT_MADE, type RevokeAnswer, revokeTarget } from "./revokeCall.ts";
import { type Chosen, choose, type Target } from "./target.ts";

/** How far a run is, in planned revocations. */
export interface ApplyProgress {
  readonly done: number;
  readonly total: number;
}

export interface AttemptsOptions {
  readonly register: AppRegister;
  readonly recorder: AuditRecorder;
  readonly breaker: Breaker;
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
  readonly #paced: () => Promise<void>;
  readonly #first: FirstCalls;

  constructor(connection: OrgConnection, options: AttemptsOptions) {
    const { concurrency, perSecond } = options;
    this.#connection = connection;
    this.#options = options;
    this.#announced = pLimit(2 * concurrency);
    this.#calling = pLimit(concurrency);
    this.#paced = pThrottle({ limit: perSecond, interval: 1_000 })(async () => {});
    this.#first = new FirstCalls(connection, options);
  }

  /** What came of a planned revocation. */
  of(revocation: PlannedRevocation): Attempt {
    return this.#made.get(revocation) ?? this.#notTried();
  }

  /** The revocations of which all was found out before their calls, with these; none for those of which there was nothing to call for. */
  called(): ReadonlyMap<PlannedRevocation, Calls> {
    return new Map(
      [...this.#made].flatMap(([one, attempt]) => ("answers" in attempt ? [[one, attempt]] : [])),
    );
  }

  /** @throws where nothing was called, or for a fault of our own */
  async make(revocations: readonly PlannedRevocation[]): Promise<void> {
    const { concurrency, breaker, onProgress } = this.#options;
    const tasks: Promise<void>[] = [];
    let done = 0;
    for (const batch of batches(revocations)) {
      // The next tokens are read while the last calls of these are under way.
      await tasks.at(-3 * concurrency)?.catch(() => undefined);
      const live = await this.#readTokens(batch, tasks.length > 0);
      if (live === null) break;
      for (const revocation of batch) {
        const alone = !this.#first.wentWell(live.get(revocation)!);
        if (alone) await Promise.allSettled(tasks);
        const task = this.#announced(async () => {
          const chosen = live.get(revocation)!;
          live.delete(revocation); // its tokens are kept for no longer than its calls
          const attempt = await this.#attempt(revocation, chosen);
          this.#made.set(revocation, attempt);
          onProgress({ done: ++done, total: revocations.length });
          if (alone && "answers" in attempt) await this.#first.verify(revocation, attempt);
        });
        task.catch(() => breaker.stop("the run failed"));
        tasks.push(task);
        if (alone) await Promise.allSettled(tasks);
      }
    }
    await Promise.allSettled(tasks); // an answer that is on its way still goes on record
    await Promise.all(tasks);
  }

  /** Null where the run is stopped, as it is where tokens cannot be read once calls were made. */
  async #readTokens(
    batch: readonly PlannedRevocation[],
    called: boolean,
  ): Promise<Map<PlannedRevocation, Chosen> | null> {
    const { register, breaker } = this.#options;
    if (breaker.reason !== null) return null;
    try {
      const live = await readLiveGrants(this.#connection, register, batch, true);
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

  /** Null where the call was not made, since the run was stopped or could not be put on record. */
  async #revoke(revocation: PlannedRevocation, target: Target): Promise<RevokeAnswer | null> {
    const { recorder, breaker, clock } = this.#options;
    if (breaker.reason !== null) return null;
    try {
      const answer = await revokeTarget(this.#connection, target, {
        recorder: recorder.callsOf(revocation),
        turn: (call) => this.#calling(() => this.#inTurn(call)),
        clock,
      });
      return answer.kind === "not-made" ? null : answer;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      breaker.stop(error.message);
      return null;
    }
  }

  async #inTurn(call: () => Promise<Called>): Promise<Called> {
    const { breaker } = this.#options;
    await this.#paced();
    if (breaker.reason !== null) return NOT_MADE;
    const called = await call();
    if (!called.again) breaker.heard(called.answer);
    // Who is asked to wait comes back with fewer at once.
    else this.#calling.concurrency = Math.max(1, this.#calling.concurrency >> 1);
    return called;
  }

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
