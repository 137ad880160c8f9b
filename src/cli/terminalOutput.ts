import { Presets, SingleBar } from "cli-progress";
import type { Terminal } from "../report/render/terminal.ts";
import type { ReadingProgress } from "../run/observer.ts";
import { count } from "../text.ts";

/** Less than this is over before anybody wonders. */
const QUIET_MS = 400;
/** How often what is shown moves. */
const MOVES_MS = 120;
const MOVING = ["|", "/", "-", "\\"];
/** What is read sooner, or of so little, says nothing of how long the rest takes. */
const TELLING_MS = 2_000;
const TELLING_SHARE = 0.02;
const BAR = 20;

/** What standard output is. NO_COLOR and FORCE_COLOR hold (no-color.org, force-color.org). */
export function terminal(): Terminal {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const color =
    !NO_COLOR && (FORCE_COLOR ? FORCE_COLOR !== "0" : process.stdout.isTTY === true && TERM !== "dumb");
  return { width: widthOf(process.stdout), color };
}

/** In columns; null for what is no terminal. One that does not say how wide it is, as a pseudo-terminal without a size, is taken for 80. */
export function widthOf({ isTTY, columns }: Pick<NodeJS.WriteStream, "isTTY" | "columns">): number | null {
  return isTTY ? columns || USUAL_WIDTH : null;
}

const USUAL_WIDTH = 80;

/** How far the reading of an org is, on a terminal alone, and gone when it is done: from the beginning, with no number where none is known. */
export function readingProgress(): ReadingProgress {
  let counted: Counted | null = null;
  const stop = moving((times) => readingText(counted, times));
  return {
    at(read, total) {
      counted = { read, total, since: counted?.since ?? performance.now() };
    },
    stop,
  };
}

/** Says what is waited for, on a terminal alone. @returns takes it away */
export function waiting(what: string): () => void {
  return followed(what).stop;
}

/** Says how far something is, in the words that were last given, on a terminal alone. */
export function followed(first: string): { readonly at: (what: string) => void; readonly stop: () => void } {
  let what = first;
  const stop = moving((times) => `${signAt(times)} ${what} (${secondsOf(times)} s)`);
  return {
    at(next) {
      what = next;
    },
    stop,
  };
}

/** In milliseconds. */
interface Times {
  readonly begun: number;
  readonly now: number;
}

/** A line on standard error that is drawn anew all the while. @returns takes it away */
function moving(textAt: (times: Times) => string): () => void {
  const { stderr } = process;
  if (!stderr.isTTY) return () => undefined;
  const begun = performance.now();
  let isShown = false;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - begun < QUIET_MS) return;
    isShown = true;
    stderr.write(`\r${textAt({ begun, now }).slice(0, widthOf(stderr)! - 1)}\u001b[K`);
  }, MOVES_MS).unref();
  return () => {
    clearInterval(timer);
    if (isShown) stderr.write("\r\u001b[K");
  };
}

function signAt({ begun, now }: Times): string {
  return MOVING[Math.floor((now - begun) / MOVES_MS) % MOVING.length]!;
}

function secondsOf({ begun, now }: Times): number {
  return Math.floor((now - begun) / 1000);
}

interface Counted {
  readonly read: number;
  /** As the org counted them. */
  readonly total: number;
  /** When that was first known, in milliseconds. */
  readonly since: number;
}

/** One line of it. Pure. @param counted null while nothing is known */
export function readingText(counted: Counted | null, times: Times): string {
  const { now } = times;
  const sign = signAt(times);
  if (counted === null || !(counted.total > 0))
    return `${sign} logging in and counting the grants (${secondsOf(times)} s)`;
  const { total, since } = counted;
  if (counted.read >= total)
    return `${sign} ${count(total)} grants read; checking, and reading the rest (${secondsOf(times)} s)`;
  const { read } = counted;
  const share = read / total;
  const done = Math.floor(share * BAR);
  const isTelling = now - since >= TELLING_MS && share >= TELLING_SHARE;
  const left = isTelling ? `, about ${Math.ceil((((now - since) / share) * (1 - share)) / 1000)} s left` : "";
  return `${sign} reading grants [${"#".repeat(done)}${".".repeat(BAR - done)}] ${count(read)} of ${count(total)}${left}`;
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
