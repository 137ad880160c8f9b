import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from "node-sarif-builder";
import type { Problem } from "../../policy/problem.ts";
import { printable } from "../../printable.ts";
import { fileUri, TOOL } from "../render/sarifTool.ts";

const RULE = "policy-problem";

/** Policy problems as SARIF 2.1.0. */
export function problemsSarif(problems: readonly Problem[]): string {
  const run = new SarifRunBuilder().initSimple(TOOL);
  run.addRule(
    new SarifRuleBuilder().initSimple({
      ruleId: RULE,
      shortDescriptionText: "A policy must be unambiguous before it can be enforced.",
    }),
  );
  for (const { file, line, column, message, remedy, sourceLine } of problems)
    run.addResult(
      new SarifResultBuilder().initSimple({
        ruleId: RULE,
        level: "error",
        messageText: printable(`${message}; ${remedy}`),
        fileUri: fileUri(file),
        startLine: Math.max(line, 1),
        startColumn: Math.max(column, 1),
        endLine: Math.max(line, 1),
        endColumn: Math.max(column, sourceLine.length) + 1,
      }),
    );
  const log = new SarifBuilder();
  log.addRun(run);
  return `${log.buildSarifJsonString({ indent: true })}\n`;
}
