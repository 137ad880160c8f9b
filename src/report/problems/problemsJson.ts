import type { Problem } from "../../policy/problem.ts";

/** Policy problems as JSON. */
export function problemsJson(problems: readonly Problem[]): string {
  const rows = problems.map(({ file, line, column, message, remedy }) => ({
    file,
    line,
    column,
    message,
    remedy,
  }));
  return `${JSON.stringify({ problems: rows }, null, 2)}\n`;
}
