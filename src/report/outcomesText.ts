import { countOutcomes, isOpen, type Outcome } from "../plan/outcome.ts";
import { printable } from "../printable.ts";
import { cutNote } from "./words.ts";

/** What happened in a run, for a terminal: each that is not done with its reason, then the numbers. */
export function outcomesText(
  outcomes: readonly Outcome[],
  sessions: Sessions,
  audit: { readonly file: string; readonly head: string },
): { readonly text: string; readonly open: number } {
  const open = outcomes.filter(isOpen);
  const numbers = Object.entries(countOutcomes(outcomes)).map(([status, count]) => `${count} ${status}`);
  const lines = [
    ...[sessionsText(sessions) ?? []].flat(),
    ...open.map(
      ({ revocation: { appLabel, userLabel }, status, reason }) =>
        `${status}: ${appLabel}, ${userLabel}: ${printable(reason)}`,
    ),
    `${numbers.join(", ")}. On record in ${printable(audit.file)} (${audit.head}).`,
  ];
  return { text: `${lines.join("\n")}\n`, open: open.length };
}

/** More names than these say no more than their number. */
const MOST_NAMED = 50;

/** Live sessions that revoked users have through the app. */
interface Sessions {
  readonly found: number;
  readonly ended: number;
  readonly whose: readonly string[];
  readonly problems: readonly string[];
}

/** What happened to live sessions, in one line; null where there were none. */
export function sessionsText({ found, ended, whose, problems }: Sessions): string | null {
  if (found === 0 && problems.length === 0) return null;
  const left = found - ended;
  const parts = [
    ...(ended > 0 ? [`${ended} live sessions of revoked users ended`] : []),
    ...(left > 0
      ? [`${left} live sessions of revoked users go on (\`sessions: end\` in the policy ends them)`]
      : []),
    ...problems.map(printable),
  ];
  const names = whose.slice(0, MOST_NAMED).map((one) => `\n  - ${printable(one)}`);
  const more = cutNote(whose.length - MOST_NAMED);
  return `${parts.join("; ")}${names.join("")}${more === null ? "" : `\n  ${more}`}`;
}
