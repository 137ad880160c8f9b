import { CodedError } from "../errors.ts";
import type { AppRegister } from "../inventory/appRegister.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { Calls } from "./attempt.ts";
import type { Breaker } from "./breaker.ts";
import { applyErrors } from "./errors.ts";
import { type Left, whatIsLeft } from "./left.ts";
import { readLiveGrants } from "./liveGrants.ts";
import type { CallOptions, RevokeAnswer } from "./revokeCall.ts";
import type { Chosen, Target } from "./target.ts";

/** How long an org may take to show what it accepted, in milliseconds, look by look. */
const WAITS_MS = [1_000, 2_000, 4_000];

/**
 * Whether a way to revoke is known to work in this run. What the org really does with a call shows with the first that it
 * carries out: until one was seen to be gone, by reading the org again, calls are made one at a time.
 */
export class FirstCalls {
  readonly #connection: OrgConnection;
  readonly #register: AppRegister;
  readonly #breaker: Breaker;
  readonly #pause: CallOptions["pause"];
  readonly #work = new Set<Target["through"]>();

  constructor(
    connection: OrgConnection,
    {
      register,
      breaker,
      pause,
    }: {
      readonly register: AppRegister;
      readonly breaker: Breaker;
      readonly pause: CallOptions["pause"];
    },
  ) {
    this.#connection = connection;
    this.#register = register;
    this.#breaker = breaker;
    this.#pause = pause;
  }

  /** Whether every way that these take was seen to work. */
  wentWell(chosen: Chosen): boolean {
    return chosen.kind === "refused" || chosen.targets.every(({ through }) => this.#work.has(through));
  }

  /** Looks whether what was called for is gone. Stops the run where it is not, though the org accepted the call. */
  async verify(revocation: PlannedRevocation, calls: Calls): Promise<void> {
    if (this.#breaker.reason !== null) return;
    const kinds = new Set(calls.answers.map(({ kind }) => kind));
    if (!kinds.has("accepted") && !kinds.has("no-answer") && !kinds.has("unknown-token")) return;
    try {
      const { same, others } = await this.#look(revocation, calls, kinds.has("accepted"));
      if (this.#breaker.reason !== null) return; // what it found is for the last look to say
      if (same) this.#notGone(kinds);
      // That a token is unknown does not say that one which is known would be revoked; nor does one that was exchanged meanwhile.
      else if (others.length === 0 && (kinds.has("accepted") || kinds.has("no-answer"))) {
        for (const { through } of calls.chosen.targets) this.#work.add(through);
        this.#breaker.sawItWork();
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#breaker.stop(applyErrors["first-revocation-not-verified"]({ why: error.message }).message);
    }
  }

  #notGone(kinds: ReadonlySet<RevokeAnswer["kind"]>): void {
    if (kinds.has("accepted")) this.#breaker.stop(applyErrors["first-revocation-not-seen"]().message);
    else if (kinds.has("unknown-token"))
      this.#breaker.heard({ kind: "refused", reason: "the org still lists the grant after the call" });
  }

  /** What is left: at once or, where the org may take its time to show it, after a while. */
  async #look(revocation: PlannedRevocation, calls: Calls, patient: boolean): Promise<Left> {
    const look = async () => {
      const live = await readLiveGrants(this.#connection, this.#register, [revocation], false);
      return whatIsLeft(revocation, calls, live.get(revocation)!);
    };
    let left = await look();
    for (const wait of patient ? WAITS_MS : []) {
      if (!left.same || !(await this.#pause(wait))) break;
      left = await look();
    }
    return left;
  }
}
