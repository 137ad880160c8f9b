import { countGrantsOf } from "../plan/plan.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { markdownText } from "../report/render/markdown.ts";
import { proofText } from "../report/words.ts";
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
import { driftOf } from "./driftChange.ts";
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
  const errors = findings.filter(({ severity }) => severity === "error").length;
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

const CLEAN_TITLE = "Connected users: the org keeps to the policy";

/** What the issue is closed with. @param record null where none is at hand */
export function cleanIssue(
  { org, policy, inventory, asOf }: PlanFile,
  record: RecordAtHand | null = null,
): string {
  const clean = `✅ **The grants of ${markdownText(org.name)} that were counted keep to ${markdownText(policy.file)}** since ${asOf}. ${proofText(inventory.proof)}`;
  return `${[clean, ...brokenRecordPart(record), ...recordPart(record)].join("\n\n")}\n`;
}

/** What the issue, its comments and a chat are told of an org. Pure. */
export function driftToldOf(plan: PlanFile, record: RecordAtHand | null = null) {
  return driftTold({
    groups: driftOf(plan, null),
    day: plan.asOf.slice(0, 10),
    issue: (_, memory) => driftIssue(plan, record, memory),
    closing: { title: CLEAN_TITLE, body: cleanIssue(plan, record) },
  });
}
