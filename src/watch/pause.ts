/** A timer takes no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** So many milliseconds, or until the signal comes. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(milliseconds, LONGEST_TIMER_MS));
    if (signal.aborted) done();
    else signal.addEventListener("abort", done, { once: true });
  });
}
