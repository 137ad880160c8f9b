import { Presets, SingleBar } from "cli-progress";

/** Less than this is over before anybody wonders. */
const QUIET_MS = 1_000;

/** A bar for the reading of an org, on a terminal alone, and gone when it is done. */
export function readingProgress(): { at(read: number, total: number): void; stop(): void } {
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
