import type { ProblemDeclaration, ProblemTable } from "../../errors.ts";
import { firstOf, MOST_PROBLEMS, moreText, type Problem } from "../../policy/problem.ts";
import { type SarifRule, sarifText } from "../render/sarif.ts";

/** Policy problems as SARIF. @param declared every problem that there can be: the rules @param version of this tool */
export function problemsSarif(
  problems: readonly Problem[],
  declared: ProblemTable<Record<string, ProblemDeclaration>>,
  version: string,
): string {
  const { first, more } = firstOf(problems, MOST_PROBLEMS);
  const results = first.map(({ code, file, line, column, text, remedy, sourceLine }, i) => ({
    ruleId: code,
    level: "error" as const,
    text: `${text}; ${remedy}${more > 0 && i === first.length - 1 ? ` (${moreText(more, problems)})` : ""}`,
    file,
    line,
    columns: { start: Math.max(column, 1), end: Math.max(column, sourceLine.length) + 1 },
  }));
  return sarifText(version, rules(declared), results);
}

function rules(declared: ProblemTable<Record<string, ProblemDeclaration>>): SarifRule[] {
  return Object.entries(declared).map(
    ([
      id,
      {
        declared: { text },
      },
    ]) => ({
      id,
      short: text.replace(/\{\w+\}/g, "…"),
      help: `What to do: docs/errors.md#${id}`,
    }),
  );
}
