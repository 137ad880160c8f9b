import { meaningOf } from "../../decide/codes.ts";
import { placeText } from "../../policy/policy.ts";
import type { FullPlan, OrgReport } from "../org/orgReport.ts";
import { nothing, type Section } from "./section.ts";
import type { TableBook } from "./tables.ts";

const REAUTHORIZE: Readonly<Record<FullPlan["revocations"][number]["reauthorize"], string>> = {
  yes: "yes",
  "if-preauthorized": "if an admin approved the user",
  "if-approved": "with Approve Uninstalled Connected Apps",
  unknown: "not known",
};

/** What the next run would revoke. */
export function revocationsSection({ plan: { revocations, limits } }: OrgReport, book: TableBook): Section {
  return {
    id: "revocations",
    title: "What would be revoked",
    count: revocations.reduce((sum, { grants }) => sum + grants.length, 0),
    body: [
      revocations.length === 0
        ? nothing("Nothing.")
        : book.add({
            id: "revocations",
            caption: `What would be revoked, by app and user${limits.refusal === null ? "" : "; refused by the limits"}`,
            columns: [
              { label: "App", kind: "text", choice: true, of: ({ app }) => app.name },
              { label: "User", kind: "text", of: ({ user }) => user.username ?? user.id },
              { label: "Grants", kind: "count", of: ({ grants }) => grants.length },
              { label: "Why", kind: "text", below: [4], of: ({ code }) => meaningOf(code) },
              { label: "Policy", kind: "text", hidden: true, of: ({ policy }) => placeText(policy) },
              { label: "Granted", kind: "day", of: ({ grants }) => grants[0]!.granted },
              {
                label: "Last used",
                kind: "day",
                of: ({ grants }) => newest(grants.map(({ lastUsed }) => lastUsed)),
              },
              {
                label: "Can authorize again",
                kind: "text",
                of: ({ reauthorize }) => REAUTHORIZE[reauthorize],
              },
            ],
            rows: revocations,
            pageSize: 100,
          }),
    ],
  };
}

function newest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}
