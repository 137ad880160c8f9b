import { createTwoFilesPatch, FILE_HEADERS_ONLY } from "diff";
import { printable } from "../printable.ts";

/** Two large files without a common line would otherwise take minutes. */
const LONGEST_MILLISECONDS = 1000;

/** One file before and after, as a unified diff for people: every line safe to show. Null is a file that is not there. */
export function differenceText(path: string, before: string | null, after: string | null): string {
  const patch = createTwoFilesPatch(
    before === null ? "/dev/null" : `a/${path}`,
    after === null ? "/dev/null" : `b/${path}`,
    (before ?? "").replaceAll("\r\n", "\n"),
    (after ?? "").replaceAll("\r\n", "\n"),
    undefined,
    undefined,
    { context: 2, headerOptions: FILE_HEADERS_ONLY, timeout: LONGEST_MILLISECONDS },
  );
  if (patch === undefined) return `a/${path} and b/${path} have little in common.\n`;
  return patch.split("\n").map(shownLine).join("\n");
}

/** The sign of the line, and the line as `printable` shows it; its indent is of tabs at times. */
function shownLine(line: string): string {
  const [, sign = "", text = ""] = /^([-+ @\\]?)(.*)$/s.exec(line) ?? [];
  return sign + text.split("\t").map(printable).join("\t");
}
