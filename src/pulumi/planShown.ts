import { approvalDigest } from "../plan/approval.ts";
import { type Plan, type RevocationMap, revocationMap } from "../plan/plan.ts";
import { shownAsText } from "./engineValue.ts";
import { whatGoes } from "./planLines.ts";

/**
 * The plan as the inputs and outputs of a resource have it. The engine marks with `+` whatever the state does not have yet, and with `-`
 * what it has no longer: lines for each user would say of a revocation that it is added, and of what was revoked before that it
 * is taken away now. So it is shown one text, which changes (`~ toRevoke: "nothing" => "12 × Slack (app-not-listed)"`), and
 * each user is named in the lines of the log. Nothing is shown of a key that begins with `__`, wherever it stands
 * (`IgnoreKeyFunc` and `printObject` in pkg/backend/display/object_diff.go, v3.259.0), though a policy pack is handed one that is not at the
 * top (`SkipInternalKeys` in pkg/resource/plugin/rpc.go).
 */
export interface PlanShown {
  readonly toRevoke: string;
  /** Left out where nothing is to be revoked. */
  readonly __plan?: {
    /** By app and user, why. */
    readonly byApp: RevocationMap;
    /** The digest of the same as data, which says by ids and times what is approved. */
    readonly approval: string;
  };
}

/** What a state has between two updates: so that whatever is planned is a change of it. */
export const NOTHING: PlanShown = { toRevoke: "nothing" };

export function planShown(plan: Plan): PlanShown {
  if (plan.revocations.length === 0) return NOTHING;
  const __plan = { byApp: revocationMap(plan), approval: approvalDigest(plan) };
  return { toRevoke: shownAsText(whatGoes(plan)), __plan };
}

const AGAIN = " (again)";

/**
 * A plan as the engine cannot take it for the last one. It compares inputs as texts, and passes over what is equal: what was
 * revoked and is granted again within the same day reads as it did. So neither text nor digest is what it was.
 * @param last what the state keeps of the last update; undefined for none
 */
export function unlike(last: Partial<PlanShown> | undefined, { toRevoke, __plan }: PlanShown): PlanShown {
  if (__plan === undefined) return NOTHING;
  return {
    toRevoke: other(toRevoke, last?.toRevoke),
    __plan: { ...__plan, approval: other(__plan.approval, last?.__plan?.approval) },
  };
}

function other(text: string, before: string | undefined): string {
  return text === before ? `${text}${AGAIN}` : text;
}
