import { digestOf } from "../plan/digest.ts";
import { countGrantsOf } from "../plan/plan.ts";
import { type PlanDifference, planDifference, type Revocation } from "../plan/planDifference.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { fitted, markdownFence, markdownText } from "../report/render/markdown.ts";
import { approvalsText, limitsText, REPORT_MODE_NOTE } from "../report/words.ts";
import { amount } from "../text.ts";
import {
  brokenRecordPart,
  findingPart,
  howItWasRead,
  MOST_ROWS,
  type RecordAtHand,
  recordPart,
  revocationPart,
} from "./commentParts.ts";

/** Hidden in what is posted, to find it again: one for each name, so that several stacks can share a pull request. */
export function hiddenMark(kind: "comment" | "drift", name: string): string {
  return `<!-- sanctioned:${kind}:${digestOf(name).slice(0, 16)} -->`;
}

/**
 * What a pull request does, for the people who review it: the verdict first, then the effects of the
 * change apart from drift that was there before. Always short enough for GitHub. Pure.
 * @param base the plan of the same org without the change; null where there was no policy before
 * @param record null where none is at hand
 */
export function commentBody(
  head: PlanFile,
  base: PlanFile | null,
  record: RecordAtHand | null = null,
): string {
  const difference = base === null ? null : planDifference(base, head);
  return fitted((rows) => withRows(head, difference, record, rows), MOST_ROWS);
}

function withRows(
  head: PlanFile,
  difference: PlanDifference | null,
  record: RecordAtHand | null,
  most: number,
): string {
  const { org, policy, limits } = head;
  const revokes = difference?.revokes ?? head.revocations;
  const drift = difference?.drift ?? [];
  const sections = [
    `## Connected users of ${markdownText(org.name)}`,
    `${verdict(head, revokes, drift)}`,
    ...brokenRecordPart(record),
    ...(limits.refusal === null ? [] : [`**Refused:** ${markdownText(limits.refusal)}`]),
    ...(policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
    ...revocationPart("This change revokes", revokes, most),
    ...(difference === null
      ? []
      : [
          ...revocationPart("This change keeps", difference.keeps, most),
          ...revocationPart("There before this change (drift)", drift, most),
          ...findingPart("New findings", difference.newFindings, most),
          ...findingPart("Findings that this change settles", difference.settledFindings, most),
        ]),
    ...(difference === null ? findingPart("Findings", head.findings, most) : []),
    ...[approvalsText(head) ?? []].flat(),
    `**Next:** ${next(head, revokes, drift)}`,
    howItWasRead(head, [
      ...(difference?.samePolicy ? ["The policy says the same as before."] : []),
      `Limits: ${limitsText(limits)}. Plan ${markdownText(head.digest)}.`,
      ...recordPart(record),
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** The body for a run that failed: a comment that was green must not stay so. Pure. @param output of the tool */
export function failureBody(output: string, policyFile: string): string {
  const inconclusive = /^Inconclusive: /m.test(output);
  return `${[
    `## Connected users: ${markdownText(policyFile)}`,
    inconclusive
      ? "❓ **Inconclusive: the list of grants is not proven complete.** Nothing is called clean, and nothing would be revoked."
      : "⛔ **The preview failed.** Nothing is known of what this change does.",
    markdownFence(shortened(output)),
    `**Next:** ${inconclusive ? "`npx sanctioned doctor` says what to grant to the tool's user; then run this again." : "fix what the message says, and push again."}`,
  ].join("\n\n")}\n`;
}

function verdict(head: PlanFile, revokes: readonly Revocation[], drift: readonly Revocation[]): string {
  const besides =
    countGrantsOf(drift) === 0 ? "" : ` ${amount(countGrantsOf(drift), "grant")} broke the policy before it.`;
  if (head.limits.refusal !== null) return `⛔ **Over the limits: nothing would be revoked.**${besides}`;
  return countGrantsOf(revokes) === 0
    ? `✅ **This change revokes nothing.**${besides}`
    : `⚠️ **This change revokes ${amount(countGrantsOf(revokes), "grant")} of ${amount(new Set(revokes.map(({ user }) => user.id)).size, "user")}.**${besides}`;
}

function next(head: PlanFile, revokes: readonly Revocation[], drift: readonly Revocation[]): string {
  if (head.limits.refusal !== null)
    return "split the change, or raise `limits` in it if every line above is meant.";
  if (countGrantsOf(revokes) > 0)
    return "check every line above. What is approved and merged is revoked by the update, and nothing more; it cannot be undone.";
  return countGrantsOf(drift) > 0
    ? "this change can be merged; the update revokes the drift too, unless its approved plan leaves it out."
    : "nothing is revoked by merging this.";
}

const MOST_OUTPUT = 8_000;

/** The end of an output says most; its beginning says what ran. */
function shortened(output: string): string {
  const text = output.trim();
  if (text.length <= MOST_OUTPUT) return text;
  return `${text.slice(0, MOST_OUTPUT / 4)}\n… ${text.length - MOST_OUTPUT} characters left out …\n${text.slice(-(3 * MOST_OUTPUT) / 4)}`;
}
