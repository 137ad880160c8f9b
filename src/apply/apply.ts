import pLimit from "p-limit";
import { AppRegister } from "../inventory/appRegister.ts";
import type { App } from "../inventory/inventory.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { type LiveGrants, readLiveGrants } from "./liveGrants.ts";
import type { Outcome } from "./outcome.ts";
import { type RevokeAnswer, revokeToken } from "./revokeToken.ts";

/** How far a run is, in planned revocations. */
export interface ApplyProgress {
  readonly done: number;
  readonly total: number;
}

export interface ApplyOptions {
  /** The apps of the inventory that was planned from: a row's app is found as it was found then. */
  readonly apps: readonly App[];
  readonly onProgress: (progress: ApplyProgress) => void;
}

/** The endpoint's rate limit is not documented: few at once, and Retry-After obeyed. */
const CONCURRENCY = 4;

/**
 * Revokes what was planned, and nothing else, and reads the org again to see that it is gone. One
 * outcome for each planned revocation, in their order; one failure does not stop the others. Throws
 * only where nothing was called yet (the org cannot be read), or for a plan that names the tool's own user.
 */
export async function apply(
  connection: OrgConnection,
  revocations: readonly PlannedRevocation[],
  { apps, onProgress }: ApplyOptions,
): Promise<Outcome[]> {
  for (const { user } of revocations) {
    if (user.id === connection.caller.userId)
      throw new Error(
        `The plan names the tool's own user ${connection.caller.username}: nothing was revoked.`,
      );
  }
  const register = new AppRegister(apps);
  const live = await readLiveGrants(
    (soql) => connection.queryForRevocation(soql),
    register,
    revocations,
    true,
  );

  const limit = pLimit(CONCURRENCY);
  let done = 0;
  const attempts = await Promise.all(
    revocations.map((revocation) =>
      limit(async () => {
        const answers = await revokeAll(connection.org.instanceUrl, live.get(revocation));
        onProgress({ done: ++done, total: revocations.length });
        return answers;
      }),
    ),
  );
  live.clear(); // the tokens are not kept for longer than the calls

  const after = await verify(connection, register, revocations);
  return revocations.map((revocation, i) => outcome(revocation, attempts[i]!, after));
}

type Attempt = { readonly refused: string } | { readonly answers: readonly RevokeAnswer[] };

async function revokeAll(instanceUrl: string, live: LiveGrants | undefined): Promise<Attempt> {
  if (live === undefined) throw new Error("a planned revocation was not looked up");
  if (live.kind === "refused") return { refused: live.reason };
  const answers: RevokeAnswer[] = [];
  for (const token of live.tokens) {
    answers.push(
      token === null
        ? { kind: "refused", reason: "the org hands out no DeleteToken for it" }
        : await revokeToken(instanceUrl, token),
    );
  }
  return { answers };
}

type Verification = { readonly live: Map<PlannedRevocation, LiveGrants> } | { readonly unreadable: string };

async function verify(
  connection: OrgConnection,
  register: AppRegister,
  revocations: readonly PlannedRevocation[],
): Promise<Verification> {
  try {
    return { live: await readLiveGrants((soql) => connection.query(soql), register, revocations, false) };
  } catch (error) {
    // Calls were made: what is known of them must not be lost to an exception.
    return { unreadable: error instanceof Error ? error.message : String(error) };
  }
}

/** A 200 is believed only once the org no longer lists the grant; so is "no such token". */
function outcome(revocation: PlannedRevocation, attempt: Attempt, after: Verification): Outcome {
  if ("refused" in attempt) return { revocation, status: "failed", reason: attempt.refused };
  const { answers } = attempt;
  const said = answers.flatMap((answer) => ("reason" in answer ? [answer.reason] : []));
  if ("unreadable" in after) {
    const calls = said.length > 0 ? `${said.join("; ")}; ` : "";
    return {
      revocation,
      status: "unknown",
      reason: `${calls}the org could not be read again: ${after.unreadable}`,
    };
  }
  const live = after.live.get(revocation);
  if (live?.kind === "matched" && live.tokens.length === 0) {
    const acted = answers.some(({ kind }) => kind === "accepted" || kind === "no-answer");
    return { revocation, status: acted ? "revoked" : "already gone", reason: "" };
  }
  const reason = said.length > 0 ? said.join("; ") : "the org still lists the grant after the call";
  return { revocation, status: "failed", reason };
}
