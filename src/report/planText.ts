import pc from "picocolors";
import { refusedText } from "../plan/limits.ts";
import { appText } from "../plan/parts.ts";
import { countGrantsOf } from "../plan/plan.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { amount, count } from "../text.ts";
import { NO_TERMINAL, type Terminal } from "./render/terminal.ts";
import {
  approvalsText,
  limitsText,
  plannedLinksText,
  proofText,
  REAUTHORIZE,
  REPORT_MODE_NOTE,
  subjectText,
} from "./words.ts";

/** A plan for a terminal: what goes, by app; what is only reported; findings; limits; and what it was read from. */
export function planText(plan: PlanFile, { color }: Terminal = NO_TERMINAL): string {
  const colors = pc.createColors(color);
  const paint = { error: colors.red, warning: colors.yellow, note: colors.dim };
  const { policy, inventory, revocations, counts, findings, limits } = plan;
  const planned = countGrantsOf(revocations);
  const lines = [
    subjectText(plan),
    "",
    planned === 0
      ? "Nothing to revoke of the grants that were counted."
      : `${amount(planned, "revocation")}:`,
    ...revocations.map(
      ({ app, user, reason, reauthorize }) =>
        `  - ${printable(appText(app))}, ${printable(user.username ?? user.id)}: ${printable(reason)}${reauthorizeText(reauthorize)}`,
    ),
    "",
    `Kept: ${codes(counts.keep)}. Only reported: ${codes(counts.report)}.`,
    ...(policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
    ...(findings.length === 0 ? [] : ["", `${amount(findings.length, "finding")}:`]),
    ...findings.map(
      ({ severity, code, text, policy: place }) =>
        `  ${paint[severity](severity.padEnd(7))}  ${code}  ${printable(text)} (${printable(placeText(place))})`,
    ),
    "",
    ...[approvalsText(plan) ?? []].flat(),
    limits.refusal === null ? `Limits: ${limitsText(limits)}.` : colors.red(refusedText(limits.refusal)),
    `${proofText(inventory.proof)}${plannedLinksText(inventory)}`,
  ];
  return `${lines.join("\n")}\n`;
}

/** What stands in the way of authorizing the app again; nothing where nothing is known to. */
function reauthorizeText(reauthorize: PlanFile["revocations"][number]["reauthorize"]): string {
  return reauthorize === "yes" || reauthorize === "unknown"
    ? ""
    : `; can authorize it again ${REAUTHORIZE[reauthorize]}`;
}

function codes(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([code, grants]) => `${count(grants)} ${code}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
