import { UserError } from "../../errors.ts";
import { planValidator } from "../../plan/parsePlanFile.ts";
import { isUnaltered } from "../../plan/planFile.ts";
import type { PlanFile } from "../../plan/schema.ts";
import { printable } from "../../printable.ts";
import type { FullPlan, OrgReport } from "./orgReport.ts";

/**
 * The plan in a file, with every grant: of a report that was saved as JSON, or of `plan --all`.
 * @param name of the file, for messages
 * @throws UserError where it is neither
 */
export function fullPlanOf(
  text: string,
  name: string,
): { readonly plan: FullPlan; readonly redacted: boolean } {
  const refuse = (why: string): never => {
    throw new UserError(
      `${printable(name)} ${why}: name a file that \`npx sanctioned report --format json\` or \`npx sanctioned plan --format json --all\` wrote.`,
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse("is no JSON");
  }
  const report = value as Partial<OrgReport> | null;
  const isReport = report?.kind === "sanctioned-report";
  if (isReport && report.version !== 1) return refuse("is a report of another release");
  const plan: unknown = isReport ? report.plan : value;
  const matchesSchema = planValidator();
  if (!matchesSchema(plan)) return refuse("is no report or plan of this release");
  if (!isFull(plan)) return refuse("holds no grants, only their counts");
  const redacted = isReport && report.redacted === true;
  if (!redacted && !isUnaltered(plan)) return refuse("was changed after it was written");
  return { plan, redacted };
}

function isFull(plan: PlanFile): plan is FullPlan {
  return [plan.rows, plan.apps, plan.users, plan.exemptions].every((part) => part !== undefined);
}
