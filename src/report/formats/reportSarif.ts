import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import { type FindingCode, meaningOf, remedyOf } from "../../decide/codes.ts";
import { digestOf } from "../../plan/digest.ts";
import { printable } from "../../printable.ts";
import { type Breach, breachesOf } from "../org/breaches.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { fileUri, TOOL } from "../render/sarifTool.ts";

/** GitHub's scale of 0 to 10, by which code scanning sorts and may block. */
const SECURITY_SEVERITY: Record<Breach["severity"], string> = { error: "8.0", warning: "5.0", note: "2.0" };

/** What breaks the policy as SARIF 2.1.0: each at the policy line that decided, known again by its fingerprint. */
export function reportSarif(report: OrgReport): string {
  const breaches = breachesOf(report);
  const run = new SarifRunBuilder().initSimple(TOOL);
  const worst = new Map<FindingCode, Breach["severity"]>();
  for (const { code, severity } of breaches)
    if (worst.get(code) !== "error")
      worst.set(code, severity === "error" ? severity : (worst.get(code) ?? severity));
  for (const [code, severity] of [...worst].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rule = new SarifRuleBuilder().initSimple({
      ruleId: code,
      shortDescriptionText: meaningOf(code),
      fullDescriptionText: `${meaningOf(code)}; ${remedyOf(code)}`,
    });
    rule.rule.help = { text: remedyOf(code) };
    rule.rule.properties = { tags: ["security"], "security-severity": SECURITY_SEVERITY[severity] };
    run.addRule(rule);
  }
  for (const { code, severity, text, policy, subject } of breaches) {
    const line = Math.max(policy.line, 1); // an inline policy has no lines
    const result = new SarifResultBuilder().initSimple({
      ruleId: code,
      level: severity,
      messageText: printable(text),
      fileUri: fileUri(policy.file),
      startLine: line,
      endLine: line,
    });
    result.result.partialFingerprints = { "sanctioned/v1": digestOf([code, ...subject]) };
    run.addResult(result);
  }
  const log = new SarifBuilder();
  log.addRun(run);
  return `${log.buildSarifJsonString({ indent: true })}\n`;
}
