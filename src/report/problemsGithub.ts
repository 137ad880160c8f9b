import type { Problem } from "../policy/problem.ts";
import { printable } from "../printable.ts";

/** Policy problems as workflow commands, which GitHub shows as annotations at their lines. */
export function problemsGithub(problems: readonly Problem[]): string {
  return problems
    .map(({ file, line, column, message, remedy }) => {
      const place = line > 0 ? `file=${property(file)},line=${line},col=${column},` : "";
      return `::error ${place}title=${property("sanctioned policy")}::${data(`${message}; ${remedy}`)}\n`;
    })
    .join("");
}

/** A message of a workflow command: nothing in it can end the line or start another command. */
function data(text: string): string {
  return printable(text).replaceAll("%", "%25");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
