import type { OrgReport } from "../org/orgReport.ts";
import { safeJson } from "../render/safeJson.ts";

/** A report as data, which a later one can be held against. */
export function reportJson(report: OrgReport): string {
  return safeJson(report);
}
