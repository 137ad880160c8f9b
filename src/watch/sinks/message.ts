import { printable } from "../../printable.ts";
import { minuteText } from "../../time.ts";
import type { WatchEvent } from "../event.ts";

/** What stands before a message. */
const MARKS = { critical: "🚨", error: "⛔", warning: "⚠️", note: "ℹ️" } as const;

const HEADINGS = {
  "high-privilege-grant": "a grant by a user of high privilege",
  "unlisted-app": "an app that the policy does not list",
  "denied-app": "an app that the policy denies",
  "user-deactivated": "somebody who has left holds grants",
  "exemption-expiring": "an exemption expires soon",
  "exemption-expired": "an exemption has expired",
  inconclusive: "whether the org can be judged",
  "policy-invalid": "whether the policy is valid",
  "leavers-revoked": "grants of leavers revoked",
  "leavers-refused": "grants of leavers not revoked",
  "drift-grew": "something new breaks the policy",
  "drift-settled": "what broke the policy",
} as const satisfies Record<WatchEvent["kind"], string>;

/** An event as a message of some parts, each safe to show as plain text. */
export interface Message {
  /** `🚨 Critical: a grant by a user of high privilege`, in which no name stands. */
  readonly heading: string;
  readonly text: string;
  /** What there is to know, each in a line. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly commands: readonly string[];
  readonly links: WatchEvent["links"];
  /** Where the runbook is no address, but a file of the docs. */
  readonly readOn: string | null;
}

/** An event in parts, for sinks that lay them out. */
export function messageOf(event: WatchEvent): Message {
  const { severity, state, kind, org, at, grantedAt, user, app, may, owner, runbook, links } = event;
  const isOver = state === "ended";
  const word = isOver ? "Over" : `${severity.charAt(0).toUpperCase()}${severity.slice(1)}`;
  const said: (readonly [string, string | null])[] = [
    ["Org", org?.name ?? null],
    ["Granted", grantedAt === null ? null : minuteText(grantedAt)],
    ["Seen", minuteText(at)],
    ["User", user === null ? null : (user.username ?? user.id)],
    ["App", app === null ? null : `${app.name}${app.id === null ? " (no id)" : ` (${app.id})`}`],
    ["Owner", owner],
    ["May", may.length === 0 ? null : may.join("; ")],
  ];
  const isAddress = runbook?.startsWith("https://") ?? false;
  return {
    heading: `${isOver ? "✅" : MARKS[severity]} ${word}: ${HEADINGS[kind]}`,
    text: printable(event.text),
    facts: said.flatMap(([label, value]) => (value === null ? [] : [[label, printable(value)] as const])),
    commands: event.next.map(printable),
    links: [...links, ...(isAddress ? [{ label: "The runbook", url: runbook! }] : [])],
    readOn: runbook === null || isAddress ? null : runbook,
  };
}

/** An event in one line for people, safe to show. */
export function eventLine({ severity, state, org, text, kind }: WatchEvent): string {
  const mark = state === "ended" ? "✅" : MARKS[severity];
  return `${mark} ${printable(`${org?.name ?? "Salesforce"}: ${text}`)} [${kind}]`;
}

/** Cut to so many characters, never in the middle of one, and said to be. */
export function cutTo(most: number, text: string): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
