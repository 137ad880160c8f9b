import type { WatchEvent } from "../event.ts";

const MARKS = { error: "⛔", warning: "⚠️", note: "ℹ️" } as const;

/** An event in one line for people. Names in it are untrusted text. */
export function eventLine({ severity, state, org, text, kind }: WatchEvent): string {
  const mark = state === "ended" ? "✅" : MARKS[severity];
  return `${mark} ${org?.name ?? "Salesforce"}: ${text} [${kind}]`;
}
