import type { Evaluation } from "../plan/evaluate.ts";
import { exceededText } from "../plan/limits.ts";
import { countGrants, summarizePlan } from "../plan/plan.ts";
import type { SinceShown } from "../plan/shown.ts";
import { printable } from "../printable.ts";
import { approvalStateText } from "../report/approvalText.ts";
import { proofText } from "../report/words.ts";
import type { Proposal } from "../run/revoker.ts";
import { amount } from "../text.ts";

/**
 * What a check says under the resource: what was read, what is planned, and what it is held to. The engine shows the
 * inputs of a resource that is new as one block, and those of a refused plan not at all: then each revocation is a
 * line besides.
 */
export function checkLines(
  { evaluation, drift, since, approval, approvals }: Proposal,
  inFull: boolean,
): string[] {
  const { plan, inventory, findings } = evaluation;
  const count = countGrants(plan);
  const left = (drift ?? 0) + (since?.left ?? 0);
  return [
    proofText(inventory.proof),
    ...(findings.length > 0 ? [`findings: ${countFindings(findings)}`] : []),
    count > 0
      ? `${amount(count, "revocation")} planned: ${summarizePlan(plan).join(", ")}`
      : left > 0
        ? "nothing to revoke of what was approved"
        : `nothing to revoke: all ${inventory.grants.length} grants that were counted are sanctioned, protected or only reported`,
    ...(inFull
      ? plan.revocations.map((r) => `+ ${printable(`${r.appLabel}, ${r.userLabel}: ${r.reason}`)}`)
      : []),
    ...approvalLines(approval),
    ...(approvals.wanted === 0 ? [] : [approvalStateText(approvals).trimEnd()]),
    ...(drift
      ? [`drift: ${drift} more break the policy and are not in the approved plan; they are left alone`]
      : []),
    ...(since === null ? [] : sinceLines(since)),
  ];
}

/** What came while somebody was asked. */
export function sinceLines({ left, more }: SinceShown): string[] {
  return [
    ...(more > 0
      ? [`since the preview: ${more} more of users and apps that it showed; they go with the others`]
      : []),
    ...(left > 0
      ? [
          `not shown: ${left} more that break the policy; the preview of this run did not show them, so they are left. Run \`npx pulumi up\` again`,
        ]
      : []),
  ];
}

/** What bounds an update that no preview of its own run came before. */
export function notPreviewedLine(approval: Proposal["approval"]): string {
  const by = approval?.kind === "plan" ? "the approved plan" : "the limits of the policy";
  return `not previewed in this run: bounded by ${by} alone, and by --plan where that is given`;
}

/** By which plan an update is bounded, and which limits of the policy that lifts. */
function approvalLines(approval: Proposal["approval"]): string[] {
  if (approval?.kind !== "plan") return [];
  const { file, digest, lifts } = approval;
  const lifted = lifts === null ? "" : `; lifts ${exceededText(lifts)}`;
  return [`approved plan: ${printable(file)} (${digest})${lifted}`];
}

/** `2 weak-match, 1 review-overdue`. */
function countFindings(findings: Evaluation["findings"]): string {
  const counts = Map.groupBy(findings, ({ code }) => code);
  return [...counts].map(([code, some]) => `${some.length} ${code}`).join(", ");
}
