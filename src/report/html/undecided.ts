import type { AppRow, OrgView } from "../org/orgView.ts";
import { html } from "./markup.ts";
import { nothing, type Section } from "./section.ts";
import type { TableBook } from "./tables.ts";

/** Users who are named; the others are counted. */
const NAMED = 3;

/** Apps that the policy does not list: who has them, since when, and how much they are used. */
export function undecidedSection({ undecided, grants }: OrgView, book: TableBook): Section {
  const key = (id: string | null, name: string) => id ?? `name:${name}`;
  const usersOf = Map.groupBy(grants, ({ appId, app }) => key(appId, app));
  const who = ({ id, name }: AppRow) => {
    const users = [...new Set(usersOf.get(key(id, name))!.map(({ username }) => username))];
    const more = users.length - NAMED;
    return `${users.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more.toLocaleString("en")} more` : ""}`;
  };
  return {
    id: "undecided",
    title: "What needs a decision",
    count: undecided.length,
    body:
      undecided.length === 0
        ? [nothing("The policy lists every app that holds grants.")]
        : [
            html`<p>The policy does not list these apps. List them with their users, or deny them.</p>\n`,
            book.add({
              id: "undecided",
              caption: "Apps that the policy does not list, most grants first",
              columns: [
                { label: "App", kind: "text", below: [1], leadsToGrants: true, of: ({ name }) => name },
                { label: "Id", kind: "text", hidden: true, of: ({ id }) => id ?? "no id" },
                { label: "Who", kind: "text", of: who },
                { label: "Users", kind: "count", of: ({ users }) => users },
                { label: "Grants", kind: "count", of: (row) => row.grants },
                { label: "Active", kind: "count", of: ({ active }) => active },
                { label: "Idle", kind: "count", of: ({ idle }) => idle },
                { label: "High privilege", kind: "count", of: ({ privileged }) => privileged },
                { label: "Tokens", kind: "count", of: ({ useCount }) => useCount },
                { label: "First granted", kind: "day", of: ({ firstGranted }) => firstGranted },
                { label: "Last used", kind: "day", of: ({ lastUsed }) => lastUsed },
              ],
              rows: undecided,
              sorted: { column: 4, descending: true },
              pageSize: 100,
            }),
          ],
  };
}
