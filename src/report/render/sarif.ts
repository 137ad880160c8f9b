import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import { printable } from "../../printable.ts";

/** A kind of result, described. */
export interface SarifRule {
  readonly id: string;
  readonly short: string;
  readonly full?: string;
  readonly help?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** One result at a place in a file. The text is untrusted. */
export interface SarifResult {
  readonly ruleId: string;
  readonly level: "error" | "warning" | "note";
  readonly text: string;
  readonly file: string;
  /** From 1; 0 where the place is not a line of a file. */
  readonly line: number;
  readonly columns?: { readonly start: number; readonly end: number };
  readonly fingerprints?: Readonly<Record<string, string>>;
}

/**
 * Untrusted text as a message without links. SARIF makes links of `[text](target)` in plain text, and brackets and backslashes are
 * escaped by a backslash (2.1.0, 3.11.6); a viewer that does not know that must not find a link either.
 */
function plainMessage(text: string): string {
  return printable(text)
    .replaceAll("](", "]\\u{28}")
    .replace(/[\\[\]]/g, "\\$&");
}

/** Results as SARIF 2.1.0. @param version of this tool */
export function sarifText(
  version: string,
  rules: readonly SarifRule[],
  results: readonly SarifResult[],
): string {
  const run = new SarifRunBuilder().initSimple({
    toolDriverName: "sanctioned",
    toolDriverVersion: version,
  });
  for (const { id, short, full, help, properties } of rules) {
    const rule = new SarifRuleBuilder().initSimple({
      ruleId: id,
      shortDescriptionText: short,
      ...(full === undefined ? {} : { fullDescriptionText: full }),
    });
    if (help !== undefined) rule.rule.help = { text: help };
    if (properties !== undefined) rule.rule.properties = { ...properties };
    run.addRule(rule);
  }
  for (const { ruleId, level, text, file, line, columns, fingerprints } of results) {
    const result = new SarifResultBuilder().initSimple({
      ruleId,
      level,
      messageText: plainMessage(text),
      fileUri: file.split("/").map(encodeURIComponent).join("/"),
      startLine: Math.max(line, 1),
      endLine: Math.max(line, 1),
      ...(columns === undefined ? {} : { startColumn: columns.start, endColumn: columns.end }),
    });
    if (fingerprints !== undefined) result.result.partialFingerprints = { ...fingerprints };
    run.addResult(result);
  }
  const log = new SarifBuilder();
  log.addRun(run);
  return `${log.buildSarifJsonString({ indent: true })}\n`;
}
