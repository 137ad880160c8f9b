import pc from "picocolors";
import { printable } from "../printable.ts";
import type { ProbeLine } from "../probe/line.ts";

/** Each question of a probe with its answer, and below them what they mean for the tool. */
export function probeText(lines: readonly ProbeLine[], { colour }: { colour: boolean }): string {
  const paint = pc.createColors(colour);
  const marks = {
    ok: paint.green("ok     "),
    warning: paint.yellow("warning"),
    open: paint.dim("open   "),
  };
  return lines
    .map(
      ({ status, question, answer, means }) =>
        `${marks[status]}  ${question}\n         ${printable(answer)}\n         → ${means}\n`,
    )
    .join("");
}
