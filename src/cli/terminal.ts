import type { Terminal } from "../report/render/terminal.ts";

/** What standard output is. NO_COLOR and FORCE_COLOR hold (no-color.org, force-color.org). */
export function terminal(): Terminal {
  const { isTTY, columns } = process.stdout;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const color = !NO_COLOR && (FORCE_COLOR ? FORCE_COLOR !== "0" : isTTY === true && TERM !== "dumb");
  return { width: isTTY ? columns : null, color };
}
