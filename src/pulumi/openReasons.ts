import type { Outcome } from "../plan/outcome.ts";
import { printable } from "../printable.ts";
import { count } from "../text.ts";

/**
 * An engine takes what failed in the trailers of an answer, 16 MiB at most (`defaultClientMaxHeaderListSize` in
 * internal/transport/defaults.go of google.golang.org/grpc), prints each reason and keeps them in the state.
 */
const MOST_REASONS = 200;
/** So many of one reason are named before the others are counted. */
const NAMED_OF_ONE = 20;

/** What stands before the reason of a revocation that did not succeed, where the reason alone would not say what happened. */
const LEADS: Readonly<Partial<Record<Outcome["status"], string>>> = {
  "not tried": "not tried, since ",
  replaced: "replaced, planned again by the next update: ",
};

/** Why revocations did not succeed, a line for each as far as somebody reads them; then counted, as the record has each. */
export function openReasons(open: readonly Outcome[]): string[] {
  const groups = Map.groupBy(open, ({ status, reason }) => `${LEADS[status] ?? ""}${reason}`);
  const lines = [...groups].flatMap(([why, some]) => [
    ...some
      .slice(0, NAMED_OF_ONE)
      .map(({ revocation: one }) => ({ of: 1, text: `${one.appLabel}, ${one.userLabel}: ${why}` })),
    ...(some.length > NAMED_OF_ONE
      ? [{ of: some.length - NAMED_OF_ONE, text: `and ${count(some.length - NAMED_OF_ONE)} more: ${why}` }]
      : []),
  ]);
  const left = lines.slice(MOST_REASONS).reduce((sum, { of }) => sum + of, 0);
  return [
    ...lines.slice(0, MOST_REASONS).map(({ text }) => printable(text)),
    ...(left > 0 ? [`and ${count(left)} more: the record has each`] : []),
  ];
}
