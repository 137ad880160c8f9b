import type { WatchEvent } from "../../src/watch/event.ts";

/** An event of an unlisted app that nothing more is known of. */
export function someEvent(more: Partial<WatchEvent> = {}): WatchEvent {
  return {
    version: 1,
    id: "1",
    kind: "unlisted-app",
    state: "begun",
    at: "2026-11-23T12:00:00.000Z",
    org: null,
    severity: "warning",
    text: "it holds grants",
    app: null,
    user: null,
    grantedAt: null,
    may: [],
    owner: null,
    next: [],
    runbook: null,
    links: [],
    details: {},
    ...more,
  };
}
