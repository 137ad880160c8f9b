import { countOutcomes, isOpen, type Outcome } from "../plan/outcome.ts";
import { printable } from "../printable.ts";

/** What became of a run, for a terminal: each that is not done with its reason, then the numbers. */
export function outcomesText(
  outcomes: readonly Outcome[],
  audit: { readonly file: string; readonly head: string },
): { readonly text: string; readonly open: number } {
  const open = outcomes.filter(isOpen);
  const numbers = Object.entries(countOutcomes(outcomes)).map(([status, count]) => `${count} ${status}`);
  const lines = [
    ...open.map(
      ({ revocation: { appLabel, userLabel }, status, reason }) =>
        `${status}: ${appLabel}, ${userLabel}: ${printable(reason)}`,
    ),
    `${numbers.join(", ")}. On record in ${printable(audit.file)} (${audit.head}).`,
  ];
  return { text: `${lines.join("\n")}\n`, open: open.length };
}
