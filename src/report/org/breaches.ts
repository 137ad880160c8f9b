import { type FindingCode, meaningOf, remedyOf } from "../../decide/codes.ts";
import { appKey } from "../../plan/parts.ts";
import { placeText } from "../../policy/policy.ts";
import { HELD_BACK } from "../words.ts";
import type { FullPlan, OrgReport } from "./orgReport.ts";
import { type OrgView, orgView } from "./orgView.ts";

/** One thing that the policy does not want, with the line that says so: what tools that count problems get. */
export interface Breach {
  readonly code: FindingCode;
  readonly severity: "error" | "warning" | "note";
  readonly text: string;
  readonly policy: { readonly file: string; readonly line: number };
  /** The name of the app that it is about; null where it is about none. Untrusted text. */
  readonly app: string | null;
  /** What it is about, the same from run to run: to tell an old breach from a new one. */
  readonly subject: readonly string[];
}

/** Every grant that is to be revoked or is only reported, and every finding. Pure. */
export function breachesOf(report: OrgReport, view: OrgView = orgView(report)): Breach[] {
  const { plan } = report;
  return [
    ...plan.rows.flatMap((row, i) => (row.action === "keep" ? [] : grantBreach(plan, view.grants[i]!, row))),
    ...plan.findings.map(({ code, severity, text, policy, app, user, params }) => ({
      code,
      severity,
      text,
      policy,
      app: app?.name ?? null,
      subject: [plan.org.id, app === null ? "" : appKey(app), user ?? "", JSON.stringify(params)],
    })),
  ];
}

function grantBreach(
  plan: FullPlan,
  { app, username, granted, lastUsed }: OrgView["grants"][number],
  row: FullPlan["rows"][number],
): Breach {
  const { code, action, held, policy, user } = row;
  const what =
    action === "revoke"
      ? "would be revoked"
      : `is only reported${held === null ? "" : ` (${HELD_BACK[held]})`}`;
  const grant =
    row.app.kind === "identity-provider"
      ? "the link of the account"
      : `the grant of ${granted?.slice(0, 10) ?? "unknown date"}, last used ${lastUsed?.slice(0, 10) ?? "at an unknown date"},`;
  return {
    code,
    severity: action === "revoke" ? "error" : "warning",
    text: `${app}, ${username}: ${meaningOf(code)}; ${grant} ${what} (${placeText(policy)}); ${remedyOf(code)}`,
    policy,
    app: row.app.name,
    subject: [plan.org.id, appKey(row.app), user.id, granted ?? ""],
  };
}
