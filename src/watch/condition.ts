import { digestOf } from "../plan/digest.ts";
import type { WatchEvent } from "./event.ts";
import { nextSteps, type StepSurroundings } from "./nextSteps.ts";

/** Something that holds or does not: it is told of when it begins, once for as long as it holds. */
export interface Condition
  extends Pick<
    WatchEvent,
    "kind" | "severity" | "text" | "app" | "user" | "grantedAt" | "may" | "owner" | "details"
  > {
  /** The same for as long as it is the same thing. */
  readonly key: string;
  /** The key under which an older release remembered the same, or something that it is part of; null for none. */
  readonly olderKey: string | null;
  /** When it began, in milliseconds since the epoch; null where nothing says. */
  readonly since: number | null;
}

/** That an org cannot be judged, by what keeps it from that: the policy, or all else. */
export const NOT_JUDGED = {
  "policy-invalid": "the policy is not valid, so that nothing is judged",
  inconclusive: "the org cannot be judged, so that nothing is called clean",
} as const satisfies Partial<Record<WatchEvent["kind"], string>>;

/** A condition that is about no grant. */
export const OF_NO_GRANT = {
  olderKey: null,
  since: null,
  app: null,
  user: null,
  grantedAt: null,
  may: [],
  owner: null,
  details: {},
} as const satisfies Partial<Condition>;

/** The key of a condition: of its kind and what it is about. */
export function conditionKey(kind: WatchEvent["kind"], ...subject: readonly (string | null)[]): string {
  return `${kind}:${digestOf(subject).slice(0, 32)}`;
}

/** Of what org an event is, and what leads on from it. */
export interface EventSurroundings extends StepSurroundings {
  readonly org: WatchEvent["org"];
}

/** The event that a condition begins or ends. @param at milliseconds since the epoch */
export function eventOf(
  { key, olderKey: _, since: __, ...condition }: Condition,
  state: WatchEvent["state"],
  { org, ...surroundings }: EventSurroundings,
  at: number,
): WatchEvent {
  const time = new Date(at).toISOString();
  return {
    version: 1,
    id: digestOf([key, state, time]).slice(0, 32),
    state,
    at: time,
    org,
    ...condition,
    ...(state === "ended" ? { next: [], runbook: null, links: [] } : nextSteps(condition, surroundings)),
  };
}
