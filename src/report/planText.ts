import pc from "picocolors";
import { errorCount } from "../plan/counts.ts";
import { refusedText } from "../plan/limits.ts";
import { countGrantsOf } from "../plan/plan.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { amount, count } from "../text.ts";
import { platformLines } from "./platformText.ts";
import { hanging } from "./render/fold.ts";
import { NO_TERMINAL, type Terminal } from "./render/terminal.ts";
import { EVERY_NAME, groupsText, type Naming, revocationLines } from "./revocationsText.ts";
import {
  approvalsText,
  limitsText,
  plannedLinksText,
  REPORT_MODE_NOTE,
  shortProofText,
  subjectText,
} from "./words.ts";

type Finding = PlanFile["findings"][number];
type Colors = ReturnType<typeof pc.createColors>;

const SEVERITIES = ["error", "warning", "note"] as const satisfies readonly Finding["severity"][];
/** Findings of one kind beyond which a terminal shows the first of them. */
const MOST_OF_A_KIND = 10;

/** A plan for a terminal: what goes, by app and reason; what people should know besides; the limits; and, in the last line, the whole in one. */
export function planText(
  plan: PlanFile,
  { width, color }: Terminal = NO_TERMINAL,
  naming: Naming = EVERY_NAME,
): string {
  const colors = pc.createColors(color);
  const { policy, inventory, revocations, counts, limits } = plan;
  const line = (text: string) => hanging(text, width, "", "  ");
  const lines = [
    ...line(subjectText(plan)),
    "",
    ...(revocations.length === 0
      ? []
      : [
          `${amount(countGrantsOf(revocations), "revocation")}, by app and reason:`,
          ...revocationLines(revocations, { width, color }, naming),
          "",
        ]),
    ...findingLines(plan, { width, color }, naming),
    ...line(`Kept: ${codes(counts.keep)}. Only reported: ${codes(counts.report)}.`),
    ...platformLines(plan.platformApps).flatMap(line),
    ...[approvalsText(plan) ?? []].flat().flatMap(line),
    ...line(`Limits: ${limitsText(limits)}.`),
    ...line(`${shortProofText(inventory.proof)}.${plannedLinksText(inventory)}`),
    ...(policy.mode === "report" ? line(REPORT_MODE_NOTE) : []),
    ...(limits.refusal === null ? [] : line(refusedText(limits.refusal)).map(colors.red)),
    "",
    ...line(verdictText(plan)).map(verdictPaint(plan, colors)),
  ];
  return `${lines.join("\n")}\n`;
}

/** The worst first; of many of one kind the first few, and how many more. */
function findingLines(
  { findings }: PlanFile,
  { width, color }: Terminal,
  { all, command }: Naming,
): string[] {
  if (findings.length === 0) return [];
  const colors = pc.createColors(color);
  const paint = { error: colors.red, warning: colors.yellow, note: colors.dim };
  const most = width === null || all ? Number.POSITIVE_INFINITY : MOST_OF_A_KIND;
  const kinds = [...Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`).values()].sort(
    ([a], [b]) => SEVERITIES.indexOf(a!.severity) - SEVERITIES.indexOf(b!.severity),
  );
  const lines = kinds.flatMap((some) => {
    const { severity, code } = some[0]!;
    const left = some.length - most;
    return [
      ...some.slice(0, most).flatMap(({ text, policy }) => {
        const words = `${severity.padEnd(7)}  ${code}  ${printable(text)} (${printable(placeText(policy))})`;
        return hanging(words, width, "  ", "           ").map(paint[severity]);
      }),
      ...(left > 0
        ? [paint[severity](`  ${severity.padEnd(7)}  ${code}  … and ${count(left)} more: ${command}`)]
        : []),
    ];
  });
  return [`${amount(findings.length, "finding")}:`, ...lines, ""];
}

/** What would happen, and what of it is found wrong, with every number: the line that a reader is left with. */
function verdictText({ revocations, limits, inventory, findings, counts, policy }: PlanFile): string {
  const planned = countGrantsOf(revocations);
  const reported = Object.values(counts.report).reduce((sum, one) => sum + one, 0);
  const found = SEVERITIES.flatMap((severity) => {
    const number = findings.filter((one) => one.severity === severity).length;
    return number === 0 ? [] : amount(number, severity);
  });
  const parts = [
    ...(reported === 0 ? [] : [`${amount(reported, "grant")} only reported`]),
    ...(found.length === 0 ? [] : [`findings: ${found.join(", ")}`]),
  ];
  const rest = parts.length === 0 ? "" : `; ${parts.join("; ")}`;
  if (planned === 0) {
    const what = policy.mode === "report" ? "Nothing is revoked" : "Nothing to revoke";
    return `${what} of the ${amount(inventory.grants, "grant")} that were counted${rest}.`;
  }
  const refused = limits.refusal === null ? "" : ", refused by the limits (nothing is revoked)";
  return `${amount(planned, "revocation")} of ${amount(inventory.grants, "grant")}${refused}: ${groupsText(revocations)}${rest}.`;
}

function verdictPaint(plan: PlanFile, { red, yellow, green }: Colors) {
  const { revocations, findings, counts } = plan;
  if (revocations.length > 0 || errorCount(plan) > 0) return red;
  return findings.some(({ severity }) => severity === "warning") || Object.keys(counts.report).length > 0
    ? yellow
    : green;
}

function codes(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([code, grants]) => `${count(grants)} ${code}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
