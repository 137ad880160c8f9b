import { type AuditLine, hashOf, NO_LINE } from "./line.ts";

/** What a record holds, and what is wrong with it. */
export interface Verification {
  readonly lines: number;
  readonly runs: number;
  /** Calls that were begun and of which no answer is on record: they may have happened. */
  readonly unanswered: number;
  /** Runs without an end: they were stopped, or their end was cut off. */
  readonly unfinished: number;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
  /** Hash of the last line; what a later verification can hold the record against. */
  readonly head: string;
}

/**
 * Follows the chain of hashes through a record. An edit, a line taken out, added or moved breaks it; a
 * cut at the end shows against `heads`, of which the record must hold each. Pure.
 */
export function verifyRecord(text: string, heads: readonly string[]): Verification {
  const problems: { line: number; message: string }[] = [];
  const raw = text.split("\n");
  const complete = raw.pop() === "";
  const seen = new Set([NO_LINE]);
  const open = new Map<string, Set<number>>();
  const runs = new Set<string>();
  const ended = new Set<string>();
  let prev = NO_LINE;
  let seq = 0;
  raw.forEach((line, i) => {
    const refuse = (message: string) => problems.push({ line: i + 1, message });
    const parsed = parse(line);
    if (parsed === null) {
      const next = parse(raw[i + 1] ?? "");
      // A crash in the middle of a line is on record in the next.
      if (next?.event !== "recovered" || next.torn !== hashOf(line)) refuse("is no line of a record");
      return;
    }
    if (parsed.prev !== prev)
      refuse("does not follow from the line before: one of the two was changed, or lines are missing");
    if (parsed.seq !== seq + 1) refuse(`has number ${parsed.seq} in place of ${seq + 1}`);
    seq = parsed.seq;
    prev = hashOf(line);
    seen.add(prev);
    runs.add(parsed.run);
    const calls = open.get(parsed.run) ?? new Set();
    open.set(parsed.run, calls);
    if (parsed.event === "revoking") calls.add(parsed.call);
    if (parsed.event === "answered") calls.delete(parsed.call);
    if (parsed.event === "run-end") ended.add(parsed.run);
  });
  if (!complete)
    problems.push({
      line: raw.length + 1,
      message: "is cut off: a run is under way, or was stopped in the middle of a line",
    });
  for (const head of heads)
    if (!seen.has(head))
      problems.push({
        line: raw.length,
        message: `the record ended with another line once (${head.slice(0, 12)}…): its end was cut off or changed`,
      });
  return {
    lines: raw.length,
    runs: runs.size,
    unanswered: [...open.values()].reduce((sum, calls) => sum + calls.size, 0),
    unfinished: runs.size - ended.size,
    problems,
    head: prev,
  };
}

function parse(line: string): AuditLine | null {
  try {
    const value: unknown = JSON.parse(line);
    const { v, seq, prev, event, run } = (value ?? {}) as Partial<AuditLine>;
    const right = v === 1 && typeof seq === "number" && typeof prev === "string" && typeof event === "string";
    return right && typeof run === "string" ? (value as AuditLine) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
