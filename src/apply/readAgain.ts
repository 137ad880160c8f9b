import type { AppRegister } from "../inventory/appRegister.ts";
import type { Outcome } from "../plan/outcome.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import type { Attempt, Calls } from "./attempt.ts";
import { whatIsLeft } from "./left.ts";
import { readLiveGrants } from "./liveGrants.ts";
import { type Granted, isoOf, type LiveGrant } from "./target.ts";

/** What the org has, after the calls, of those users and apps of which it was called or found nothing. */
export type ReadAgain =
  | { readonly live: ReadonlyMap<PlannedRevocation, readonly LiveGrant[]> }
  | { readonly unreadable: string };

/**
 * Reads the org again. What is gone without a call that was carried out is looked for once more: an app that exchanges its
 * token could just then have none. Never throws: calls were made, and what is known of them must not be lost.
 */
export async function readAgain(
  connection: OrgConnection,
  register: AppRegister,
  called: ReadonlyMap<PlannedRevocation, Calls>,
): Promise<ReadAgain> {
  const look = (some: Iterable<PlannedRevocation>) => readLiveGrants(connection, register, [...some], false);
  try {
    const live = await look(called.keys());
    const once = [...called].flatMap(([revocation, calls]) => {
      const wasThere = calls.chosen.targets.length > 0;
      const { status } = outcomeOf(revocation, calls, { live });
      const isGone = status === "revoked" || status === "already gone";
      return wasThere && isGone && !wasCarriedOut(calls) ? [revocation] : [];
    });
    return { live: new Map([...live, ...(once.length === 0 ? [] : await look(once))]) };
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
  const { same, others } = whatIsLeft(revocation, attempt, after.live.get(revocation)!);
  if (same) {
    const reason = said.length > 0 ? said.join("; ") : "the org still lists the grant after the call";
    return { revocation, status: "failed", reason };
  }
  if (others.length > 0)
    return { revocation, status: "replaced", reason: `granted again at ${timesText(others)}` };
  if (!answers.some(({ mayHaveActed }) => mayHaveActed))
    return { revocation, status: "already gone", reason: "" };
  return { revocation, status: "revoked", reason: said.join("; ") };
}

/** Whether a call was carried out, as far as its answer goes. */
function wasCarriedOut({ answers }: Calls): boolean {
  return answers.some(({ kind }) => kind === "accepted" || kind === "no-answer");
}

function timesText(times: readonly Granted[]): string {
  const texts = times.map((time) => (time === null ? "a time that the org does not say" : isoOf(time)));
  return [...new Set(texts.sort())].join(" and ");
}
