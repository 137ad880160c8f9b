import pc from "picocolors";
import type { DoctorLine } from "../inventory/doctor/line.ts";
import { printable } from "../printable.ts";

/** The doctor's findings, a line each, with what to do below what is amiss. */
export function doctorText(lines: readonly DoctorLine[], { colour }: { colour: boolean }): string {
  const paint = pc.createColors(colour);
  const marks = {
    ok: paint.green("ok     "),
    warning: paint.yellow("warning"),
    failed: paint.red("failed "),
  };
  return lines
    .map(({ status, text, remedy }) => {
      const line = `${marks[status]}  ${printable(text)}\n`;
      return remedy === null ? line : `${line}         → ${printable(remedy)}\n`;
    })
    .join("");
}
