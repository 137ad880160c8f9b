import type { OrgReport } from "./orgReport.ts";
import { safeJson } from "./safeJson.ts";

/** A report as data, which a later one can be held against. */
export function reportJson(report: OrgReport): string {
  return safeJson(report);
}
