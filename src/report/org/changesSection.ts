import { amount, count } from "../../text.ts";
import { dayOf } from "../../time.ts";
import { tableOf } from "../render/table.ts";
import type { NamedSetup } from "./columns.ts";
import type { Changes, Connection, OrgReport } from "./orgReport.ts";
import type { Section } from "./section.ts";

interface Change {
  readonly what: string;
  readonly app: string | null;
  readonly user: string | null;
}

/** What is new in the period, with what is gone. Pure. */
export function changesSection({ since, changes }: OrgReport, setup: NamedSetup): Section {
  return {
    id: "changes",
    title: since === null ? "What changed" : `What changed since ${dayOf(Date.parse(since))}`,
    nothing:
      changes === null
        ? "No period was asked for (`sanctioned report --since`, with an earlier report or a day)."
        : "Nothing.",
    caption: "Changes in the period",
    table: tableOf(changes === null ? [] : changesOf(changes), {
      change: { title: "Change", kind: "badge", choice: true, value: ({ what }) => what },
      app: { title: "App", kind: "text", address: "appSetup", value: ({ app }) => app },
      appSetup: setup.app(({ app }: Change) => app),
      user: { title: "User", kind: "text", address: "userSetup", value: ({ user }) => user },
      userSetup: setup.user(({ user }: Change) => user),
    }),
    ...(changes === null
      ? { count: null }
      : { note: `${changesText(changes)}. What a user holds of one app counts as one grant here.` }),
  };
}

function changesOf(changes: Changes): Change[] {
  const connections = (what: string, some: readonly Connection[] | null) =>
    (some ?? []).map((one) => ({ what, ...one }));
  return [
    ...changes.newApps.map((app) => ({ what: "new app", app, user: null })),
    ...changes.newUsers.map((user) => ({ what: "new user", app: null, user })),
    ...connections("new grant", changes.newGrants),
    ...connections("newly exempt", changes.newlyExempt),
    ...connections("newly idle", changes.newlyIdle),
    ...connections("gone", changes.goneGrants),
  ];
}

function changesText(changes: Changes): string {
  return [
    amount(changes.newApps.length, "new app"),
    amount(changes.newUsers.length, "new user"),
    amount(changes.newGrants.length, "new grant"),
    ...(changes.newlyExempt === null ? [] : [`${count(changes.newlyExempt.length)} newly exempt`]),
    `${count(changes.newlyIdle.length)} newly idle`,
    changes.goneGrants === null
      ? "what is gone or newly exempt only an earlier report can tell"
      : `${count(changes.goneGrants.length)} gone`,
  ].join(", ");
}
