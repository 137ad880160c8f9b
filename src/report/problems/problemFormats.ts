import { firstOf, moreText, type Problem } from "../../policy/problem.ts";
import { safeJson } from "../render/safeJson.ts";
import { annotation } from "../render/workflowCommand.ts";

/** More than a policy that somebody wrote has; bounds what a hostile one can make of a machine's reader. */
export const MOST_FOR_MACHINES = 1000;

/** Policy problems as JSON; `more` counts those that are not listed. */
export function problemsJson(problems: readonly Problem[]): string {
  const { first, more } = firstOf(problems, MOST_FOR_MACHINES);
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
    ...(more > 0 ? [`${moreText(more)}\n`] : []),
  ].join("");
}
