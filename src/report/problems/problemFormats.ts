import type { Problem } from "../../policy/problem.ts";
import { safeJson } from "../render/safeJson.ts";
import { annotation } from "../render/workflowCommand.ts";

/** Policy problems as JSON. */
export function problemsJson(problems: readonly Problem[]): string {
  return safeJson({
    problems: problems.map(({ file, line, column, message, remedy }) => ({
      file,
      line,
      column,
      message,
      remedy,
    })),
  });
}

/** Policy problems as workflow commands, which GitHub shows as annotations at their lines. */
export function problemsGithub(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, column, message, remedy }) =>
      annotation({
        level: "error",
        title: "sanctioned policy",
        message: `${message}; ${remedy}`,
        file,
        line,
        column,
      }),
    )
    .join("");
}
