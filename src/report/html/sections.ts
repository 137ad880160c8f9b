import type { OrgReport } from "../org/orgReport.ts";
import type { OrgView } from "../org/orgView.ts";
import { changesSection } from "./changes.ts";
import { exemptionsSection, reviewsSection } from "./dueSections.ts";
import { findingsSection } from "./findings.ts";
import { APP_COLUMNS, GRANT_COLUMNS, PRIVILEGED_COLUMNS } from "./grantTables.ts";
import { html } from "./markup.ts";
import { howItWasRead } from "./provenance.ts";
import { recordedSection } from "./recorded.ts";
import { revocationsSection } from "./revocations.ts";
import { nothing, type Section } from "./section.ts";
import type { TableBook } from "./tables.ts";
import { undecidedSection } from "./undecided.ts";

/** What follows the verdict, in the order in which it matters. */
export function sectionsOf(report: OrgReport, view: OrgView, book: TableBook): Section[] {
  return [
    changesSection(report, book),
    undecidedSection(view, book),
    revocationsSection(report, book),
    exemptionsSection(report, book),
    reviewsSection(report, book),
    privilegedSection(view, book),
    recordedSection(report, book),
    findingsSection(report, book),
    appsSection(view, book),
    grantsSection(view, book),
    howItWasRead(report),
  ];
}

function privilegedSection({ privileged }: OrgView, book: TableBook): Section {
  return {
    id: "privileged",
    title: "High-privilege connections",
    count: privileged.length,
    body: [
      privileged.length === 0
        ? nothing("No connected user is one that the policy counts as of high privilege.")
        : book.add({
            id: "privileged",
            caption: "Grants of users of high privilege, newest first",
            columns: PRIVILEGED_COLUMNS,
            rows: privileged,
            sorted: { column: 5, descending: true },
            pageSize: 25,
          }),
    ],
  };
}

function appsSection({ apps }: OrgView, book: TableBook): Section {
  return {
    id: "apps",
    title: "All apps with grants",
    count: apps.length,
    body: [
      book.add({
        id: "apps",
        caption: "Every app that holds grants, most grants first",
        columns: APP_COLUMNS,
        rows: apps,
        sorted: { column: 5, descending: true },
        pageSize: 25,
      }),
    ],
  };
}

function grantsSection({ grants }: OrgView, book: TableBook): Section {
  return {
    id: "grants",
    title: "All grants",
    count: grants.length,
    body: [
      html`<p>“Last used” is when a token was last issued for the grant, and “Tokens” how many were: not API calls.</p>\n`,
      book.add({
        id: "grants",
        caption: "Every grant of the org, and what the policy makes of it",
        columns: GRANT_COLUMNS,
        rows: grants,
        pageSize: 25,
      }),
      html`\n<p class="on-paper">At most 500 rows of a table are printed. <code>sanctioned report --format csv</code> has them all.</p>`,
    ],
  };
}
