import { Presets, SingleBar } from "cli-progress";
import type { Terminal } from "../report/render/terminal.ts";
import type { ReadingProgress } from "../run/observer.ts";

/** Less than this is over before anybody wonders. */
const QUIET_MS = 1_000;

/** What standard output is. NO_COLOR and FORCE_COLOR hold (no-color.org, force-color.org). */
export function terminal(): Terminal {
  const { isTTY, columns } = process.stdout;
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const color = !NO_COLOR && (FORCE_COLOR ? FORCE_COLOR !== "0" : isTTY === true && TERM !== "dumb");
  return { width: isTTY ? columns : null, color };
}

/** A bar for the reading of an org, on a terminal alone, and gone when it is done. */
export function readingProgress(): ReadingProgress {
  if (!process.stderr.isTTY) return { at: () => undefined, stop: () => undefined };
  const begun = performance.now();
  let bar: SingleBar | undefined;
  return {
    at(read, total) {
      if (performance.now() - begun < QUIET_MS) return;
      if (bar === undefined) {
        bar = new SingleBar(
          {
            format: "reading grants {bar} {value}/{total} {eta_formatted}",
            hideCursor: true,
            clearOnComplete: true,
          },
          Presets.shades_classic,
        );
        bar.start(total, read);
      }
      bar.setTotal(total);
      bar.update(Math.min(read, total));
    },
    stop: () => bar?.stop(),
  };
}

/** A bar of things that are done one by one, on a terminal alone, and gone when it is stopped. @param what as in "orgs read" */
export function countingProgress(
  what: string,
  total: number,
): { readonly one: () => void; readonly stop: () => void } {
  if (!process.stderr.isTTY || total < 2) return { one: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { format: `{value}/{total} ${what} {bar}`, hideCursor: true, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return { one: () => bar.increment(), stop: () => bar.stop() };
}
