import type { Evaluation } from "../plan/evaluate.ts";
import { appLabels } from "../plan/label.ts";
import { exceededText } from "../plan/limits.ts";
import { platformPart } from "../plan/platformPart.ts";
import type { SinceShown } from "../plan/shown.ts";
import type { Policy } from "../policy/policy.ts";
import { INLINE_POLICY } from "../policy/read.ts";
import { printable } from "../printable.ts";
import { approvalStateText } from "../report/approvalText.ts";
import { platformLines } from "../report/platformText.ts";
import { shortProofText } from "../report/words.ts";
import type { Proposal } from "../run/revoker.ts";
import { shellCommand } from "../shell.ts";
import { count } from "../text.ts";
import { headline, removalLines, whatGoes } from "./planLines.ts";

/**
 * What a check says under the resource: first what is planned, then what was read and what the plan is held to. An update that its own
 * preview bounds says what came since: the rest was said when somebody was asked.
 * @param more what is to be said of the policy, and of how this run is held, and the stack where the command of the run names one
 */
export function checkLines(
  { evaluation, drift, since, approval, approvals }: Proposal,
  more: {
    readonly policy?: readonly string[];
    readonly run?: readonly string[];
    readonly stack?: string | null;
  } = {},
): string[] {
  const { plan, inventory, findings, limits, policy } = evaluation;
  if (since !== null) return [...sinceLines(since), ...(more.run ?? [])];
  const isRefused = limits.refusal !== null;
  return [
    ...(plan.revocations.length > 0
      ? [
          `${isRefused ? "over the limits, so nothing is revoked; " : ""}${headline(plan)}`,
          ...removalLines(plan, wholeCommand(policy, isRefused, more.stack ?? null)),
        ]
      : [
          drift
            ? "nothing to revoke of what was approved"
            : `nothing to revoke: all ${count(inventory.grants.length)} grants that were counted are sanctioned, protected or only reported`,
        ]),
    ...(more.policy ?? []),
    ...platformLines(platformPart(evaluation, appLabels(inventory))),
    shortProofText(inventory.proof),
    ...(findings.length > 0 ? [`findings: ${countFindings(findings)}`] : []),
    ...approvalLines(approval),
    ...(approvals.wanted === 0 ? [] : [approvalStateText(approvals).trimEnd()]),
    ...(drift
      ? [`drift: ${count(drift)} more break the policy and are not in the approved plan; they are left alone`]
      : []),
    ...(more.run ?? []),
  ];
}

/** What a refresh, which revokes nothing, says of what it found; nothing where it found nothing. */
export function driftLines(
  { plan, policy }: Pick<Evaluation, "plan" | "policy">,
  stack: string | null = null,
): string[] {
  if (plan.revocations.length === 0) return [];
  return [
    `drift: a refresh revokes nothing; the next update would revoke ${whatGoes(plan)}`,
    ...removalLines(plan, wholeCommand(policy, false, stack)),
  ];
}

/** What names each who would lose something. Only the engine knows a policy that a program gives, and it shows nothing of a refused one. */
function wholeCommand({ file }: Policy, isRefused: boolean, stack: string | null): string | null {
  if (file === INLINE_POLICY) return isRefused ? null : "npx pulumi preview --json";
  const ofStack = stack === null ? [] : ["--stack", stack];
  return shellCommand(["npx", "sanctioned", "plan", "--all", ...ofStack, "--policy", file]);
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
