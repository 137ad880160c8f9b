import { firstOf, MOST_PROBLEMS, moreText, type Problem } from "../../policy/problem.ts";
import { safeJson } from "../../safeJson.ts";
import { annotation } from "../render/workflowCommand.ts";

/** Policy problems as JSON; `more` counts those that are not listed. */
export function problemsJson(problems: readonly Problem[]): string {
  const { first, more } = firstOf(problems, MOST_PROBLEMS);
  return safeJson({
    problems: first.map(({ code, file, line, column, text, remedy }) => ({
      code,
      file,
      line,
      column,
      message: text,
      remedy,
    })),
    more,
  });
}

/** Policy problems as workflow commands, which GitHub shows as annotations at their lines. */
export function problemsGithub(problems: readonly Problem[]): string {
  const { first, more } = firstOf(problems);
  return [
    ...first.map(({ code, file, line, column, text, remedy }) =>
      annotation({
        level: "error",
        title: `sanctioned policy: ${code}`,
        message: `${text}; ${remedy}`,
        file,
        line,
        column,
      }),
    ),
    ...(more > 0 ? [`${moreText(more, problems)}\n`] : []),
  ].join("");
}
