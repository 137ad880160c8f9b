import { placeText } from "../../policy/policy.ts";
import { amount } from "../../text.ts";
import { dueExemptions, overdueReviews } from "../org/due.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { standingText } from "./grantTables.ts";
import { html } from "./markup.ts";
import { nothing, type Section } from "./section.ts";
import type { TableBook } from "./tables.ts";

/** Every exemption, those that are due or have expired first. */
export function exemptionsSection({ plan }: OrgReport, book: TableBook): Section {
  const rows = dueExemptions(plan);
  const due = rows.filter(({ state }) => state !== "holds").length;
  return {
    id: "exemptions",
    title: "Exemptions due",
    count: due,
    body:
      rows.length === 0
        ? [nothing("The policy has no exemptions.")]
        : [
            html`<p>${due} of ${amount(rows.length, "exemption")} ${due === 1 ? "has" : "have"} expired or will within 31 days.</p>\n`,
            book.add({
              id: "exemptions",
              caption: "Exemptions, those that end first first",
              columns: [
                { label: "App", kind: "text", of: ({ app }) => app ?? "every app" },
                { label: "User", kind: "text", of: ({ user }) => user ?? "every user" },
                { label: "State", kind: "badge", choice: true, of: ({ state }) => state },
                { label: "Holds until", kind: "day", of: ({ expires }) => expires },
                { label: "Owner", kind: "text", of: ({ owner }) => owner },
                { label: "Reason", kind: "text", of: ({ reason }) => reason },
                { label: "Policy", kind: "text", of: ({ policy }) => placeText(policy) },
              ],
              rows,
              sorted: { column: 3, descending: false },
              pageSize: 100,
            }),
          ],
  };
}

/** Apps that somebody was to review by now. */
export function reviewsSection({ plan }: OrgReport, book: TableBook): Section {
  const rows = overdueReviews(plan);
  return {
    id: "reviews",
    title: "Reviews overdue",
    count: rows.length,
    body: [
      rows.length === 0
        ? nothing("No app's review is overdue.")
        : book.add({
            id: "reviews",
            caption: "Apps whose review is overdue, the longest first",
            columns: [
              { label: "App", kind: "text", of: ({ name }) => name },
              { label: "Standing", kind: "badge", of: ({ standing }) => standingText(standing) },
              { label: "Review by", kind: "day", of: ({ reviewBy }) => reviewBy },
              { label: "Owner", kind: "text", of: ({ owner }) => owner },
              { label: "Reason", kind: "text", of: ({ reason }) => reason },
              { label: "Policy", kind: "text", of: ({ policy }) => placeText(policy) },
            ],
            rows,
            sorted: { column: 2, descending: false },
            pageSize: 100,
          }),
    ],
  };
}
