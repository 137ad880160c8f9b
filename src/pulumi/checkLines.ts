import type { Evaluation } from "../plan/evaluate.ts";
import { exceededText } from "../plan/limits.ts";
import type { SinceShown } from "../plan/shown.ts";
import type { Policy } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { approvalStateText } from "../report/approvalText.ts";
import { shortProofText } from "../report/words.ts";
import type { Proposal } from "../run/revoker.ts";
import { count } from "../text.ts";
import type { Beside } from "./elsewhere.ts";
import { headline, restOf, screenOf } from "./planLines.ts";

/**
 * What a check says under the resource: first what is planned, then what was read and what the plan is held to, and at last what
 * there was no room for.
 * @param more what is to be said of the policy, and of how this run is held
 */
export function checkLines(
  { evaluation, drift, since, approval, approvals }: Proposal,
  beside: Beside,
  more: { readonly policy?: readonly string[]; readonly run?: readonly string[] } = {},
): string[] {
  const { plan, inventory, findings, limits, policy } = evaluation;
  const left = (drift ?? 0) + (since?.left ?? 0);
  return [
    ...(plan.revocations.length > 0
      ? [headline(plan), ...screenOf(plan, beside)]
      : [
          left > 0
            ? "nothing to revoke of what was approved"
            : `nothing to revoke: all ${count(inventory.grants.length)} grants that were counted are sanctioned, protected or only reported`,
        ]),
    ...(more.policy ?? []),
    shortProofText(inventory.proof),
    ...(findings.length > 0 ? [`findings: ${countFindings(findings)}`] : []),
    ...approvalLines(approval),
    ...(approvals.wanted === 0 ? [] : [approvalStateText(approvals).trimEnd()]),
    ...(drift
      ? [`drift: ${count(drift)} more break the policy and are not in the approved plan; they are left alone`]
      : []),
    ...(since === null ? [] : sinceLines(since)),
    ...(more.run ?? []),
    ...restOf(plan, beside, limits.refusal === null ? "npx pulumi preview --diff" : planCommand(policy)),
  ];
}

/** A refused plan is in no diff. */
function planCommand({ file }: Policy): string {
  return `npx sanctioned plan${/^[\w./-]+$/.test(file) ? ` --policy ${file}` : ""}`;
}

/** What came while somebody was asked. */
export function sinceLines({ left, more }: SinceShown): string[] {
  return [
    ...(more > 0
      ? [`since the preview: ${count(more)} more of users and apps that it showed; they go with the others`]
      : []),
    ...(left > 0
      ? [
          `not shown: ${count(left)} more that break the policy; the preview of this run did not show them, so they are left. Run \`npx pulumi up\` again`,
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
  return [...counts].map(([code, some]) => `${count(some.length)} ${code}`).join(", ");
}
