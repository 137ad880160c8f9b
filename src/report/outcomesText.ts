import { countOutcomes, isOpen, type Outcome } from "../plan/outcome.ts";
import { printable } from "../printable.ts";
import { amount, count, sentence } from "../text.ts";
import { cutNote } from "./words.ts";

/** What happened in a run, for a terminal: each that is not done with its reason, then the numbers. */
export function outcomesText(
  outcomes: readonly Outcome[],
  sessions: Sessions,
  audit: RecordedIn,
): { readonly text: string; readonly open: number } {
  const open = outcomes.filter(isOpen);
  const numbers = Object.entries(countOutcomes(outcomes)).map(
    ([status, number]) => `${count(number)} ${status}`,
  );
  const lines = [
    ...[sessionsText(sessions) ?? []].flat(),
    ...open.map(
      ({ revocation: { appLabel, userLabel }, status, reason }) =>
        `${status}: ${printable(`${appLabel}, ${userLabel}: ${reason}`)}`,
    ),
    `${numbers.join(", ")}. ${sentence(recordText(audit))}`,
  ];
  return { text: `${lines.join("\n")}\n`, open: open.length };
}

/** Where a run is on record, as the run reports it. */
interface RecordedIn {
  readonly file: string;
  readonly head: string;
  readonly missing: string | null;
  readonly before: { readonly head: string; readonly found: "last" | "earlier" | "not there" } | null;
}

/** Where a run is on record, with the whole hash to keep; what is missing there; and whether it goes on from the run before. */
export function recordText({ file, head, missing, before }: RecordedIn): string {
  const shown = printable(file);
  const on =
    missing === null
      ? `on record in ${shown} (${head})`
      : `NOT all of it is on record in ${shown} (${head}): ${missing}`;
  return `${on}${before === null ? "" : BEFORE[before.found](printable(before.head))}`;
}

const BEFORE = {
  last: () => "",
  earlier: (head: string) =>
    `; since the last update, which ended with ${head}, other runs wrote it: \`npx sanctioned audit verify --head ${head.slice(0, 12)}\` names them`,
  "not there": (head: string) =>
    `; it does not hold ${head}, with which the last update ended: it was begun anew, changed or cut since then`,
} as const;

/** More names than these say no more than their number. */
const MOST_NAMED = 50;

/** Live sessions that revoked users have through the app, as the run reports them. */
interface Sessions {
  readonly found: number;
  readonly ended: number;
  readonly whose: readonly string[];
  readonly jwt: number | null;
  readonly opened: number;
  readonly untold: number;
  readonly shared: number;
  readonly problems: readonly string[];
}

/** What happened to live sessions, in one line; null where there were none. */
export function sessionsText(sessions: Sessions): string | null {
  const { whose } = sessions;
  const parts = sessionsParts(sessions);
  if (parts.length === 0) return null;
  const names = whose.slice(0, MOST_NAMED).map((one) => `\n  - ${printable(one)}`);
  const more = cutNote(whose.length - MOST_NAMED);
  return `${parts.join("; ")}${names.join("")}${more === null ? "" : `\n  ${more}`}`;
}

function sessionsParts({ found, ended, jwt, opened, untold, shared, problems }: Sessions): string[] {
  const left = found - ended;
  return [
    ...(ended > 0 ? [`${amount(ended, "live session")} of revoked users ended`] : []),
    ...(left > 0
      ? [
          `${amount(left, "live session")} of revoked users ${left === 1 ? "goes" : "go"} on (\`sessions: end\` in the policy ends them)`,
        ]
      : []),
    ...(jwt === null
      ? ["the org does not say whether they hold JWT-based tokens, which work for up to 30 minutes more"]
      : jwt > 0
        ? [`${count(jwt)} of them hold JWT-based tokens, which work for up to 30 minutes more`]
        : []),
    ...(opened > 0
      ? [
          `${amount(opened, "session")} in a browser that such an app opened can outlive the revocation: end them in Setup, Session Management`,
        ]
      : []),
    ...(untold > 0
      ? [
          `${amount(untold, "live session")} of revoked users of which it cannot be told through which app: look in Setup`,
        ]
      : []),
    ...(shared > 0
      ? [`${amount(shared, "live session")} could be of another app of the same name: look in Setup`]
      : []),
    ...problems.map(printable),
  ];
}
