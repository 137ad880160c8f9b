/** How many tests ended which way. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** One test file, and how each of its tests ended, in vitest's words. */
export interface FileResult {
  failed: boolean;
  tests: ("passed" | "failed" | "skipped" | "pending")[];
}

/**
 * Counts a vitest run. A file that fails without a failing test in it (it does not load, or a hook
 * fails) is one failure, and so is a run that fails for any other reason or leaves no results.
 */
export function tallyOf(files: FileResult[] | undefined, exitCode: number | undefined): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const file of files ?? []) {
    for (const state of file.tests) tally[state === "pending" ? "skipped" : state]++;
    if (file.failed && !file.tests.includes("failed")) tally.failed++;
  }
  if (tally.failed === 0 && (exitCode !== 0 || !files)) tally.failed++;
  return tally;
}

/** The last line of a test run: `12 passed, 0 failed`, and how many were skipped, if any. */
export function tallyLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
