import { appendFileSync } from "node:fs";

/**
 * Outputs of a step of GitHub Actions (docs.github.com: workflow commands, setting an output parameter); nowhere else.
 * @param lines of NAME=VALUE, whose values hold no line end
 */
export function tellOutputs(lines: string, { GITHUB_OUTPUT: file }: NodeJS.ProcessEnv): void {
  if (file) appendFileSync(file, lines);
}

/** A megabyte at most is shown of a step (docs.github.com: workflow commands, adding a job summary). */
const MOST_SUMMARY = 1_000_000;

/** Reports for a summary, as many as fit; how many did not is said. */
export class SummaryText {
  readonly #parts: string[] = [];
  #size = 0;
  #left = 0;

  add(part: string): void {
    this.#size += Buffer.byteLength(part);
    if (this.#size > MOST_SUMMARY * 0.8) this.#left++;
    else this.#parts.push(part);
  }

  get text(): string {
    const left =
      this.#left === 0
        ? []
        : [
            `**${this.#left} more reports are not shown here:** read the plans themselves, an artifact of this run.`,
          ];
    return [...left, ...this.#parts].join("\n\n");
  }
}

/** Adds to what a run of GitHub Actions shows of itself. @returns whether there is such a place */
export function tellSummary(markdown: string, { GITHUB_STEP_SUMMARY: file }: NodeJS.ProcessEnv): boolean {
  if (!file) return false;
  appendFileSync(file, Buffer.from(markdown).subarray(0, MOST_SUMMARY));
  return true;
}
