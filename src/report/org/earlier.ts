import { isFullPlan, planValidator } from "../../plan/parsePlanFile.ts";
import { isUnaltered } from "../../plan/planFile.ts";
import { reportErrors } from "../errors.ts";
import type { FullPlan, OrgReport } from "./orgReport.ts";

/**
 * The plan in a file, with every grant: of a report that was saved as JSON, or of `plan --all`.
 * @param file its name, for messages
 * @throws UserError where it is neither
 */
export function fullPlanOf(
  text: string,
  file: string,
): { readonly plan: FullPlan; readonly redacted: boolean } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw reportErrors["report-not-json"]({ file });
  }
  const report = value as Partial<OrgReport> | null;
  const isReport = report?.kind === "sanctioned-report";
  if (isReport && report.version !== 1) throw reportErrors["report-of-another-release"]({ file });
  const plan: unknown = isReport ? report.plan : value;
  const matchesSchema = planValidator();
  if (!matchesSchema(plan)) throw reportErrors["report-not-recognized"]({ file });
  if (!isFullPlan(plan)) throw reportErrors["report-without-grants"]({ file });
  const redacted = isReport && report.redacted === true;
  if (!redacted && !isUnaltered(plan)) throw reportErrors["report-changed"]({ file });
  return { plan, redacted };
}
