import { Presets, SingleBar } from "cli-progress";

/** Tells a person how a long piece of work is going. */
export interface Progress {
  say(line: string): void;
  /** Begins a step; `total` is how many things it has, left out when nobody knows. */
  start(label: string, total?: number): void;
  /** So many things of the step are done. */
  at(count: number): void;
  stop(): void;
}

const plainEveryMs = 15_000;

/** A bar on a terminal; elsewhere a plain line now and then, so that logs stay short. */
export function progressOn(stream: NodeJS.WriteStream, prefix = "engine: "): Progress {
  const say = (line: string) => void stream.write(`${prefix}${line}\n`);
  return stream.isTTY ? bar(stream, prefix, say) : plain(say);
}

function bar(stream: NodeJS.WriteStream, prefix: string, say: Progress["say"]): Progress {
  let current: SingleBar | undefined;
  return {
    say,
    start(label, total) {
      const counter = total === undefined ? "{value}" : "{bar} {value}/{total}";
      const format = `${prefix}${label} ${counter} {duration_formatted}`;
      current = new SingleBar(
        { format, stream, hideCursor: true, clearOnComplete: true },
        Presets.shades_classic,
      );
      current.start(total ?? 0, 0);
    },
    at: (count) => current?.update(count),
    stop() {
      current?.stop();
      current = undefined;
    },
  };
}

function plain(say: Progress["say"]): Progress {
  let label = "";
  let total: number | undefined;
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    say,
    start(newLabel, newTotal) {
      [label, total, count] = [newLabel, newTotal, 0];
      timer = setInterval(
        () => say(`${label} ${count}${total === undefined ? "" : ` of ${total}`}`),
        plainEveryMs,
      );
    },
    at(newCount) {
      count = newCount;
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
