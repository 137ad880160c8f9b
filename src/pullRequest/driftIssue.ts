import { decisionCounts, errorCount } from "../plan/counts.ts";
import { countGrantsOf } from "../plan/plan.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { markdownText } from "../report/render/markdown.ts";
import { proofText, REPORT_MODE_NOTE } from "../report/words.ts";
import { amount } from "../text.ts";
import {
  brokenRecordPart,
  findingPart,
  howItWasRead,
  namesPart,
  type RecordAtHand,
  recordPart,
  refusalPart,
} from "./commentParts.ts";
import { driftOf, onlyReportedText } from "./driftChange.ts";
import { driftTold } from "./driftTold.ts";
import { effectTable, fittedAround } from "./effectTable.ts";

/**
 * The issue that a nightly run keeps open while the org drifts from its policy; null where it does not:
 * nothing is to be revoked, and no finding is an error. Pure.
 * @param record null where none is at hand
 * @param memory goes at its end
 */
export function driftIssue(
  plan: PlanFile,
  record: RecordAtHand | null = null,
  memory = "",
): { readonly title: string; readonly body: string } | null {
  const { org, policy, revocations, findings, limits } = plan;
  const errors = errorCount(plan);
  const count = countGrantsOf(revocations);
  if (count === 0 && errors === 0) return null;
  const what = [
    ...(count > 0 ? [amount(count, "grant")] : []),
    ...(errors > 0 ? [amount(errors, "finding")] : []),
  ].join(" and ");
  return {
    title: `Connected users: ${what} ${count + errors === 1 ? "breaks" : "break"} the policy`,
    body: fittedAround(
      effectTable([{ cause: null, revocations }], "In all"),
      (most, effect) =>
        `${[
          `⚠️ **${what} in ${markdownText(org.name)} ${count + errors === 1 ? "breaks" : "break"} ${markdownText(policy.file)}.**`,
          ...brokenRecordPart(record),
          ...refusalPart(limits.refusal),
          ...(effect === null ? [] : ["### By app and reason", effect]),
          ...namesPart(limits.refusal === null ? "Would be revoked" : "Refused", revocations, most),
          ...findingPart("Findings", findings, most),
          "**Next:** list what is wanted in the policy, or run the update to revoke the rest. A comment below tells what is new; this issue closes itself when nothing breaks the policy any more.",
          howItWasRead(plan, recordPart(record)),
          ...(memory === "" ? [] : [memory]),
        ].join("\n\n")}\n`,
    ),
  };
}

/** What the issue is closed with; what is only reported is not said to keep to the policy. @param record null where none is at hand */
export function cleanIssue(
  plan: PlanFile,
  record: RecordAtHand | null = null,
): { readonly title: string; readonly body: string } {
  const { org, policy, inventory, asOf } = plan;
  const [name, file] = [markdownText(org.name), markdownText(policy.file)];
  const { reported } = decisionCounts(plan);
  const [title, verdict] =
    reported === 0
      ? [
          "Connected users: the org keeps to the policy",
          `✅ **The grants of ${name} that were counted keep to ${file}** since ${asOf}.`,
        ]
      : [
          "Connected users: nothing is to be revoked",
          `⚠️ **By ${file} nothing is to be revoked in ${name}, but ${onlyReportedText(reported)}** since ${asOf}.`,
        ];
  const parts = [
    `${verdict} ${proofText(inventory.proof)}`,
    ...(policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
    ...brokenRecordPart(record),
    ...recordPart(record),
  ];
  return { title, body: `${parts.join("\n\n")}\n` };
}

/** What the issue, its comments and a chat are told of an org. Pure. */
export function driftToldOf(plan: PlanFile, record: RecordAtHand | null = null) {
  return driftTold({
    groups: driftOf(plan, null),
    day: plan.asOf.slice(0, 10),
    reported: decisionCounts(plan).reported,
    issue: (_, memory) => driftIssue(plan, record, memory),
    closing: cleanIssue(plan, record),
  });
}
