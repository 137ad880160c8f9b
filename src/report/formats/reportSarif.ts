import { type FindingCode, meaningOf, remedyOf } from "../../decide/codes.ts";
import { digestOf } from "../../plan/digest.ts";
import { compareText } from "../../text.ts";
import { type Breach, breachesOf } from "../org/breaches.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { type SarifRule, sarifText } from "../render/sarif.ts";

/** GitHub's scale of 0 to 10, by which code scanning sorts and may block. */
const SECURITY_SEVERITY: Record<Breach["severity"], string> = { error: "8.0", warning: "5.0", note: "2.0" };

/**
 * What breaks the policy as SARIF: each at the policy line that decided, known again by its fingerprint.
 * @param version of this tool
 */
export function reportSarif(report: OrgReport, version: string): string {
  const breaches = breachesOf(report);
  const results = breaches.map(({ code, severity, text, policy, subject }) => ({
    ruleId: code,
    level: severity,
    text,
    ...policy,
    fingerprints: { "sanctioned/v1": digestOf([code, ...subject]) },
  }));
  return sarifText(version, breachRules(breaches), results);
}

/** The rules that breaches are of, each as bad as its worst breach. Pure. */
export function breachRules(breaches: readonly Breach[]): SarifRule[] {
  return [...worstOf(breaches)]
    .sort(([a], [b]) => compareText(a, b))
    .map(([code, severity]) => ({
      id: code,
      short: meaningOf(code),
      full: `${meaningOf(code)}; ${remedyOf(code)}`,
      help: remedyOf(code),
      properties: { tags: ["security"], "security-severity": SECURITY_SEVERITY[severity] },
    }));
}

/** Each code with an error where one of its breaches is one, and with its first severity where none is. */
function worstOf(breaches: readonly Breach[]): Map<FindingCode, Breach["severity"]> {
  const worst = new Map<FindingCode, Breach["severity"]>();
  for (const { code, severity } of breaches)
    if (severity === "error" || !worst.has(code)) worst.set(code, severity);
  return worst;
}
