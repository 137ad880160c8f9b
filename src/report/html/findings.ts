import { meaningOf } from "../../decide/codes.ts";
import { placeText } from "../../policy/policy.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { nothing, type Section } from "./section.ts";
import type { TableBook } from "./tables.ts";

const WORST_FIRST = ["error", "warning", "note"];

/** What people should know beside the decisions on grants. */
export function findingsSection({ plan: { findings } }: OrgReport, book: TableBook): Section {
  const rows = findings.toSorted((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity));
  return {
    id: "findings",
    title: "Findings",
    count: rows.length,
    body: [
      rows.length === 0
        ? nothing("None.")
        : book.add({
            id: "findings",
            caption: "Findings about the policy and the org, worst first",
            columns: [
              { label: "What", kind: "text", choice: true, below: [1], of: ({ code }) => meaningOf(code) },
              { label: "Code", kind: "text", hidden: true, of: ({ code }) => code },
              { label: "Severity", kind: "badge", choice: true, of: ({ severity }) => severity },
              { label: "Details", kind: "text", of: ({ text }) => text },
              { label: "Policy", kind: "text", of: ({ policy }) => placeText(policy) },
            ],
            rows,
            pageSize: 25,
          }),
    ],
  };
}
