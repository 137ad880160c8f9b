import type { OrgReport } from "../org/orgReport.ts";
import { html } from "./markup.ts";
import { nothing, type Section } from "./section.ts";
import type { TableBook } from "./tables.ts";

/** What the audit record tells of the period. */
export function recordedSection({ recorded, since }: OrgReport, book: TableBook): Section {
  const title = since === null ? "Revoked, on record" : "Revoked in the period";
  if (recorded === null)
    return { id: "recorded", title, count: null, body: [nothing("There is no audit record.")] };
  const { revocations, whole, head } = recorded;
  return {
    id: "recorded",
    title,
    count: revocations.length,
    body: [
      whole
        ? html`<p>The record's chain of hashes is whole; it ends with <code>${head}</code>.</p>\n`
        : html`<p class="alarm"><strong>The record is not whole: it was changed or cut off (sanctioned audit verify says where).</strong> It ends with <code>${head}</code>.</p>\n`,
      revocations.length === 0
        ? nothing("No revocation.")
        : book.add({
            id: "recorded",
            caption: "Revocations on record",
            columns: [
              { label: "Time (UTC)", kind: "minute", of: ({ at }) => at },
              { label: "App", kind: "text", of: ({ app }) => app.name },
              { label: "User", kind: "text", of: ({ user }) => user.username },
              { label: "Status", kind: "badge", choice: true, of: ({ status }) => status },
              { label: "Run by", kind: "text", of: ({ actor }) => actor },
              { label: "Why", kind: "text", of: ({ why }) => why },
            ],
            rows: revocations,
            pageSize: 25,
          }),
    ],
  };
}
