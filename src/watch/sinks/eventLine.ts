import { printable } from "../../printable.ts";
import type { WatchEvent } from "../event.ts";

const MARKS = { error: "⛔", warning: "⚠️", note: "ℹ️" } as const;

/** An event in one line for people, safe to show. */
export function eventLine({ severity, state, org, text, kind }: WatchEvent): string {
  const mark = state === "ended" ? "✅" : MARKS[severity];
  return `${mark} ${printable(`${org?.name ?? "Salesforce"}: ${text}`)} [${kind}]`;
}
