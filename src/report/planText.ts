import pc from "picocolors";
import type { PlanFile } from "../plan/schema.ts";
import { printable } from "../printable.ts";
import { amount } from "../text.ts";
import { proofText } from "./proofText.ts";
import { NO_TERMINAL, type Terminal } from "./render/terminal.ts";

/** A plan for a terminal: what goes, by app; what is only reported; findings; limits; and what it was read from. */
export function planText(plan: PlanFile, { color }: Terminal = NO_TERMINAL): string {
  const colors = pc.createColors(color);
  const paint = { error: colors.red, warning: colors.yellow, note: colors.dim };
  const { org, asOf, policy, inventory, revocations, counts, findings, limits } = plan;
  const planned = revocations.reduce((sum, { grants }) => sum + grants.length, 0);
  const lines = [
    `${printable(org.name)} (${org.id}) held against ${printable(policy.file)} at ${asOf}`,
    "",
    planned === 0 ? "Nothing to revoke." : `${amount(planned, "revocation")}:`,
    ...revocations.map(
      ({ app, user, reason, reauthorize }) =>
        `  - ${printable(app.name)}, ${printable(user.username ?? user.id)}: ${printable(reason)}${REAUTHORIZE[reauthorize]}`,
    ),
    "",
    `Kept: ${codes(counts.keep)}. Only reported: ${codes(counts.report)}.`,
    ...(policy.mode === "report" ? ["The policy is in `mode: report`: nothing is revoked."] : []),
    ...(findings.length === 0 ? [] : ["", `${amount(findings.length, "finding")}:`]),
    ...findings.map(
      ({ severity, code, text, policy: place }) =>
        `  ${paint[severity](severity.padEnd(7))}  ${code}  ${printable(text)} (${printable(place.file)}${place.line > 0 ? `:${place.line}` : ""})`,
    ),
    "",
    limits.refusal === null
      ? `Limits: ${limits.revocations.actual} of ${limits.revocations.limit} revocations, ${limits.percent.actual}% of ${limits.percent.limit}% of the grants.`
      : colors.red(`Refused: ${printable(limits.refusal)}`),
    proofText(inventory.proof),
  ];
  return `${lines.join("\n")}\n`;
}

const REAUTHORIZE: Record<PlanFile["revocations"][number]["reauthorize"], string> = {
  yes: "",
  unknown: "",
  "if-preauthorized": "; only approved users can authorize it again",
  "if-approved": "; authorizing it again takes Approve Uninstalled Connected Apps",
};

function codes(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([code, count]) => `${count} ${code}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
