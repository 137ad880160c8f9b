import type { AppRegister } from "../inventory/appRegister.ts";
import type { Outcome } from "../plan/outcome.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { Attempt } from "./attempts.ts";
import { readLiveGrants } from "./liveGrants.ts";
import type { LiveGrants } from "./target.ts";

/** What the org has of the planned revocations after the calls. */
export type ReadAgain =
  | { readonly live: Map<PlannedRevocation, LiveGrants> }
  | { readonly unreadable: string };

/** Reads the org again. Never throws: calls were made, and what is known of them must not be lost. */
export async function readAgain(
  connection: OrgConnection,
  register: AppRegister,
  revocations: readonly PlannedRevocation[],
): Promise<ReadAgain> {
  try {
    return { live: await readLiveGrants(connection, register, revocations, false) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** A 200 is believed only once the org no longer lists the grant; so is "no such token". */
export function outcomeOf(revocation: PlannedRevocation, attempt: Attempt, after: ReadAgain): Outcome {
  if ("refused" in attempt) return { revocation, status: "failed", reason: attempt.refused };
  if ("notTried" in attempt) return { revocation, status: "not tried", reason: attempt.notTried };
  const { answers } = attempt;
  const said = answers.flatMap(({ reason }) => (reason === "" ? [] : [reason]));
  if ("unreadable" in after) {
    const calls = said.length > 0 ? `${said.join("; ")}; ` : "";
    return {
      revocation,
      status: "unknown",
      reason: `${calls}the org could not be read again: ${after.unreadable}`,
    };
  }
  const live = after.live.get(revocation);
  if (live?.kind === "matched" && live.targets.length === 0) {
    const acted = answers.some(({ kind }) => kind === "accepted" || kind === "no-answer");
    return { revocation, status: acted ? "revoked" : "already gone", reason: "" };
  }
  const reason = said.length > 0 ? said.join("; ") : "the org still lists the grant after the call";
  return { revocation, status: "failed", reason };
}
