import type { Problem } from "../../policy/problem.ts";
import { sarifText } from "../render/sarif.ts";

const RULE = {
  id: "policy-problem",
  short: "A policy must be unambiguous before it can be enforced.",
};

/** Policy problems as SARIF. @param version of this tool */
export function problemsSarif(problems: readonly Problem[], version: string): string {
  const results = problems.map(({ file, line, column, message, remedy, sourceLine }) => ({
    ruleId: RULE.id,
    level: "error" as const,
    text: `${message}; ${remedy}`,
    file,
    line,
    columns: { start: Math.max(column, 1), end: Math.max(column, sourceLine.length) + 1 },
  }));
  return sarifText(version, [RULE], results);
}
