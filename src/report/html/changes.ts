import { amount, isoDay } from "../../text.ts";
import type { Changes, Connection, OrgReport } from "../org/orgReport.ts";
import { html } from "./markup.ts";
import { nothing, type Section } from "./section.ts";
import type { TableBook } from "./tables.ts";

interface Change {
  readonly what: string;
  readonly user: string | null;
  readonly app: string | null;
}

/** What is not as it was in the earlier report. */
export function changesSection({ changes, since }: OrgReport, book: TableBook): Section {
  const title = since === null ? "What changed" : `What changed since ${isoDay(Date.parse(since))}`;
  if (changes === null)
    return {
      id: "changes",
      title,
      count: null,
      body: [
        nothing("No period was asked for (sanctioned report --since, with an earlier report or a day)."),
      ],
    };
  const rows = changesOf(changes);
  return {
    id: "changes",
    title,
    count: rows.length,
    body:
      rows.length === 0
        ? [nothing("Nothing.")]
        : [
            html`<p>${summaryOf(changes)}.</p>\n`,
            book.add({
              id: "changes",
              caption: "Changes in the period",
              columns: [
                { label: "Change", kind: "badge", choice: true, of: ({ what }) => what },
                { label: "App", kind: "text", of: ({ app }) => app },
                { label: "User", kind: "text", of: ({ user }) => user },
              ],
              rows,
              pageSize: 25,
            }),
          ],
  };
}

function changesOf(changes: Changes): Change[] {
  const connections = (what: string, list: readonly Connection[] | null) =>
    (list ?? []).map((one) => ({ what, ...one }));
  return [
    ...changes.newApps.map((app) => ({ what: "new app", app, user: null })),
    ...changes.newUsers.map((user) => ({ what: "new user", app: null, user })),
    ...connections("new grant", changes.newGrants),
    ...connections("newly exempt", changes.newlyExempt),
    ...connections("newly idle", changes.newlyIdle),
    ...connections("gone", changes.goneGrants),
  ];
}

function summaryOf(changes: Changes): string {
  return [
    amount(changes.newApps.length, "new app"),
    amount(changes.newUsers.length, "new user"),
    amount(changes.newGrants.length, "new grant"),
    ...(changes.newlyExempt === null ? [] : [`${changes.newlyExempt.length} newly exempt`]),
    `${changes.newlyIdle.length} newly idle`,
    changes.goneGrants === null
      ? "what is gone or newly exempt only an earlier report can tell"
      : `${changes.goneGrants.length} gone`,
  ].join(", ");
}
