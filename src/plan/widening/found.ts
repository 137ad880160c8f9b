import { firstFew } from "../../text.ts";
/** How much weight a widening has. What comes first is worse. */
export const SEVERITIES = ["high", "medium", "low"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Something that a policy says and that allows more than what another says. */
export interface Found {
  /** The key of the policy, as `apps[].users`. */
  readonly key: string;
  readonly severity: Severity;
  /** A clause that follows what it is about, as in "sanctioned for everyone". Untrusted text. */
  readonly what: string;
  /** Its place among `Allows.places`, with the change; null where the change took it out. */
  readonly place: string | null;
  /** Its place without the change, where it was there. */
  readonly before?: string;
  /** Whom it names one by one, where that is how many users it is about. */
  readonly named?: number;
  /** The app or the identity provider that it is about: its key in the org, null where that is not known, and what people call it. */
  readonly app?: { readonly key: string | null; readonly name: string };
  /** A pattern of the names of those that it is about. */
  readonly like?: string;
  readonly owner?: string | undefined;
  readonly reason?: string | undefined;
}

/** A value of a policy as plain data; undefined for what is not said. */
export type Said = unknown;

/** Names in a sentence, the first of many. Untrusted text. */
export function namesText(names: readonly string[]): string {
  return firstFew(
    names.map((name) => `"${name}"`),
    4,
  );
}
