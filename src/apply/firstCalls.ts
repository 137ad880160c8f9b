import { CodedError } from "../errors.ts";
import type { RetryClock } from "../http/retry.ts";
import type { AppRegister } from "../inventory/appRegister.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { Calls } from "./attempt.ts";
import type { Breaker } from "./breaker.ts";
import { applyErrors } from "./errors.ts";
import { readLiveGrants } from "./liveGrants.ts";
import type { RevokeAnswer } from "./revokeCall.ts";
import type { Chosen, Target } from "./target.ts";

/** How long an org may take to show what it accepted, in milliseconds, look by look. */
const WAITS_MS = [0, 1_000, 2_000, 4_000];

/**
 * Whether a way to revoke is known to work in this run. What the org really does with a call shows with the first that it
 * carries out: until one was seen to be gone, by reading the org again, calls are made one at a time.
 */
export class FirstCalls {
  readonly #connection: OrgConnection;
  readonly #register: AppRegister;
  readonly #breaker: Breaker;
  readonly #sleep: RetryClock["sleep"];
  readonly #work = new Set<Target["through"]>();

  constructor(
    connection: OrgConnection,
    {
      register,
      breaker,
      clock,
    }: { readonly register: AppRegister; readonly breaker: Breaker; readonly clock: RetryClock },
  ) {
    this.#connection = connection;
    this.#register = register;
    this.#breaker = breaker;
    this.#sleep = clock.sleep;
  }

  /** Whether every way that these take was seen to work. */
  wentWell(chosen: Chosen): boolean {
    return chosen.kind === "refused" || chosen.targets.every(({ through }) => this.#work.has(through));
  }

  /** Looks whether what was called for is gone. Stops the run where it is not, though the org accepted the call. */
  async verify(revocation: PlannedRevocation, { answers, chosen: { targets } }: Calls): Promise<void> {
    if (this.#breaker.reason !== null) return;
    const kinds = new Set(answers.map(({ kind }) => kind));
    if (!kinds.has("accepted") && !kinds.has("no-answer") && !kinds.has("unknown-token")) return;
    try {
      const gone = await this.#isGone(revocation, targets, kinds.has("accepted"));
      this.#judge(targets, kinds, gone);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#breaker.stop(applyErrors["first-revocation-not-verified"]({ why: error.message }).message);
    }
  }

  #judge(targets: readonly Target[], kinds: ReadonlySet<RevokeAnswer["kind"]>, gone: boolean): void {
    if (!gone && kinds.has("accepted"))
      this.#breaker.stop(applyErrors["first-revocation-not-seen"]().message);
    else if (!gone && kinds.has("unknown-token"))
      this.#breaker.heard({ kind: "refused", reason: "the org still lists the grant after the call" });
    // That a token is unknown does not say that one which is known would be revoked.
    if (!gone || !(kinds.has("accepted") || kinds.has("no-answer"))) return;
    for (const { through } of targets) this.#work.add(through);
    this.#breaker.sawItWork();
  }

  async #isGone(
    revocation: PlannedRevocation,
    targets: readonly Target[],
    patient: boolean,
  ): Promise<boolean> {
    const times = new Set(targets.flatMap(({ granted }) => granted));
    for (const wait of patient ? WAITS_MS : WAITS_MS.slice(0, 1)) {
      if (wait > 0) await this.#sleep(wait);
      const again = await readLiveGrants(this.#connection, this.#register, [revocation], false);
      if (!again.get(revocation)!.some(({ granted }) => times.has(granted))) return true;
    }
    return false;
  }
}
