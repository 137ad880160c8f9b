import { stringify } from "csv-stringify/sync";
import { meaningOf } from "../../decide/codes.ts";
import { printable } from "../../printable.ts";
import type { OrgReport } from "../org/orgReport.ts";
import { orgView } from "../org/orgView.ts";

const COLUMNS = [
  "app",
  "appId",
  "standing",
  "username",
  "name",
  "active",
  "frozen",
  "profile",
  "highPrivilege",
  "granted",
  "lastUsed",
  "useCount",
  "use",
  "action",
  "code",
  "why",
  "heldBy",
  "policy",
];

/**
 * Every grant as a row, for spreadsheets: UTF-8 with a mark that Excel knows it by, and text that would
 * be run as a formula neutralised.
 */
export function reportCsv(report: OrgReport): string {
  const rows = orgView(report).grants.map((row) => ({
    ...row,
    app: printable(row.app),
    username: printable(row.username),
    name: row.name === null ? null : printable(row.name),
    active: row.isActive,
    frozen: row.isFrozen,
    profile: row.profile === null ? null : printable(row.profile),
    highPrivilege: row.privilege === null ? null : printable(row.privilege),
    why: meaningOf(row.code),
    heldBy: row.held,
    policy: printable(row.policy),
  }));
  return stringify(rows, {
    header: true,
    columns: COLUMNS,
    bom: true,
    record_delimiter: "windows",
    escape_formulas: true,
    cast: { boolean: (value) => (value ? "yes" : "no") },
  });
}
