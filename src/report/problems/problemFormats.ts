import type { Problem } from "../../policy/problem.ts";
import { safeJson } from "../render/safeJson.ts";
import { annotation } from "../render/workflowCommand.ts";

/** Policy problems as JSON. */
export function problemsJson(problems: readonly Problem[]): string {
  return safeJson({
    problems: problems.map(({ code, file, line, column, text, remedy }) => ({
      code,
      file,
      line,
      column,
      message: text,
      remedy,
    })),
  });
}

/** Policy problems as workflow commands, which GitHub shows as annotations at their lines. */
export function problemsGithub(problems: readonly Problem[]): string {
  return problems
    .map(({ code, file, line, column, text, remedy }) =>
      annotation({
        level: "error",
        title: `sanctioned policy: ${code}`,
        message: `${text}; ${remedy}`,
        file,
        line,
        column,
      }),
    )
    .join("");
}
