import type { AccountLinks, CompletenessProof } from "../inventory/inventory.ts";
import type { FullPlan, PlanFile } from "../plan/planSchema.ts";
import { printable } from "../printable.ts";
import { amount, count } from "../text.ts";

/** What the policy makes of a grant. */
export const DECISIONS: Readonly<Record<FullPlan["rows"][number]["action"], string>> = {
  keep: "kept",
  report: "only reported",
  revoke: "to be revoked",
};

/** What holds back a revocation. */
export const HOLDS: Readonly<Record<NonNullable<FullPlan["rows"][number]["held"]>, string>> = {
  mode: "`mode: report`",
  baseline: "the baseline",
  "not-revocable": "the org, whose API may not delete the link",
};

/** The same as part of a sentence. */
export const HELD_BACK = {
  mode: `held back by ${HOLDS.mode}`,
  baseline: `held back by ${HOLDS.baseline}`,
  "not-revocable": `held back by ${HOLDS["not-revocable"]}`,
} as const;

/** How an app stands in the policy. */
export const STANDINGS: Readonly<Record<FullPlan["apps"][number]["standing"], string>> = {
  sanctioned: "sanctioned",
  denied: "denied",
  protected: "protected",
  "not-listed": "not listed",
};

/** Whether a user can authorize the app again. */
export const REAUTHORIZE: Readonly<Record<PlanFile["revocations"][number]["reauthorize"], string>> = {
  yes: "yes",
  unknown: "unknown",
  "if-preauthorized": "only if an admin approved the user",
  "if-approved": "only with Approve Uninstalled Connected Apps",
  "not-active": "no, unless the user is activated",
  frozen: "no, unless the user is unfrozen",
};

/** The same of somebody: `can authorize it again only if an admin approved the user`. */
export function reauthorizeClause(reauthorize: PlanFile["revocations"][number]["reauthorize"]): string {
  const words = REAUTHORIZE[reauthorize];
  return words.startsWith("no, ")
    ? `cannot authorize it again${words.slice("no".length + 1)}`
    : `can authorize it again ${words}`;
}

/** What the policy makes of access without a grant, by what it does not want of it. */
export const STANDING_VERDICTS: Readonly<Record<string, string>> = {
  "standing-access-unlisted": "not listed",
  "standing-access-denied": "denied",
  "standing-access-not-allowed": "user not in scope",
  "standing-access-untold": "app not told",
};

export const LAST_USED_NOTE = "Last used is when a token was last issued, not the last API call.";
export const REPORT_MODE_NOTE = "The policy is in `mode: report`: nothing is revoked.";
export const REDACTED_NOTE = "Users' names were replaced.";

/** Which org is held against which policy, and when. Names are safe to show. */
export function subjectText({ org, policy, asOf }: Pick<PlanFile, "org" | "policy" | "asOf">): string {
  return printable(`${org.name} (${org.id}) held against ${policy.file} at ${asOf}`);
}

/** Said with each number of grants: what lets somebody in without one is not in it. */
export const COUNTED_NOTE = "Access without a grant is not in that number.";

/** Why the grants that were counted are believed to be all that the org counts. */
export function proofText(proof: CompletenessProof): string {
  const { countAfter, fromUsage = 0, ranges, rereads = 0, partition, calls, apiVersion, at, changes } = proof;
  const { appsWithoutUsers = 0, sight } = proof;
  const again = rereads === 0 ? "" : `, ${count(rereads)} of them read again since grants came or went`;
  const usage =
    fromUsage === 0 ? "" : `, and ${count(fromUsage)} more that only the usage of external client apps shows`;
  const counted = changes === undefined ? "before and after" : "in the end";
  return (
    `All ${count(countAfter)} grants that the org counted ${counted}${usage}: read in ${amount(ranges, "range")} by ${partition}${again}, ` +
    `with ${amount(calls, "API call")}, API ${apiVersion}, ${at}.${changes === undefined ? "" : changesText(changes)} ${COUNTED_NOTE}` +
    (appsWithoutUsers === 0
      ? ""
      : ` Of ${amount(appsWithoutUsers, "external client app")} the org has no list of users (HTTP 404), which was taken for no users.`) +
    (sight === "assignments"
      ? " None is of anybody but the tool's own user, whom the permissions to see the others' are assigned to as of now."
      : "")
  );
}

/**
 * Whether the list is complete, for a screen on which something is decided: `complete: 448 of 448`. How that is known is for the report
 * (`proofText`); what it rests on besides the counts, and what it leaves out, is said here too.
 */
export function shortProofText({
  read,
  countAfter,
  fromUsage = 0,
  appsWithoutUsers = 0,
  changes,
  sight,
}: CompletenessProof): string {
  const gone = changes?.stillListed ?? 0;
  return [
    `complete: ${count(read - gone)} of ${count(countAfter)}`,
    ...(gone === 0 ? [] : [`${count(gone)} listed that went meanwhile`]),
    ...(fromUsage === 0 ? [] : [`${count(fromUsage)} more by usage alone`]),
    ...(appsWithoutUsers === 0
      ? []
      : [`no list of users for ${amount(appsWithoutUsers, "external client app")}, taken for none`]),
    ...(sight === "assignments" ? ["none of anybody else, by the permissions that are assigned"] : []),
  ].join("; ");
}

/** Why the links to identity providers are believed to be all there are, in a sentence; nothing where there are none. */
export function accountLinksText({ proof, refusal, deletable }: AccountLinks): string {
  if (proof === null)
    return ` Links to identity providers could not be read (${printable(refusal ?? "no answer")}).`;
  if (proof.read === 0) return "";
  const how = deletable === true ? "may" : deletable === false ? "may not" : "does not say whether it may";
  return (
    ` Beside them all ${amount(proof.read, "link")} to identity providers that the org counted: read in ` +
    `${amount(proof.ranges, "range")} with ${amount(proof.calls, "API call")}; the API ${how} delete them.`
  );
}

/** The same, of a plan. */
export function plannedLinksText({ accountLinks }: PlanFile["inventory"]): string {
  if (accountLinks === undefined) return "";
  const { read, counts, refusal, deletable } = accountLinks;
  return accountLinksText({ proof: counts && { ...counts, read }, refusal, deletable });
}

/** What it means that an org changed while it was read. */
function changesText({ came, gone, stillListed }: NonNullable<CompletenessProof["changes"]>): string {
  const meaning =
    stillListed === 0
      ? "the list is of the moment of the last count"
      : `none that stayed is missing, and ${count(stillListed)} of those that went may be listed`;
  return ` While it was read, ${amount(came, "grant")} came and ${count(gone)} went: ${meaning}.`;
}

/** What was counted against each limit. */
export function limitsText({ revocations, percent, perApp }: PlanFile["limits"]): string {
  return [
    `${count(revocations.actual)} of ${count(revocations.limit)} revocations`,
    `${percent.actual}% of ${percent.limit}% of the grants`,
    ...(perApp === null ? [] : [`${count(perApp.actual)} of ${count(perApp.limit)} for one app`]),
  ].join(", ");
}

/** How many approvals an update takes by the policy of a plan, in a sentence; null where it takes none, or revokes nothing. */
export function approvalsText({
  policy: { approvals },
  revocations,
}: Pick<PlanFile, "policy" | "revocations">): string | null {
  return approvals === undefined || revocations.length === 0
    ? null
    : `An update revokes nothing of it without ${amount(approvals, "signed approval")} (docs/approvals.md).`;
}

/** Said below a list of which that many are left out; null where none are. @param where all of them are */
export function cutNote(left: number, where?: string): string | null {
  if (left <= 0) return null;
  return `… and ${count(left)} more${where === undefined ? "" : `: ${where}`}`;
}
