import { stringify } from "csv-stringify/sync";
import type { ConnectedUsers } from "./connectedUsers.ts";

const APP_COLUMNS = ["app", "appId", "users", "grants", "firstGranted", "lastUsed"];
const USER_COLUMNS = ["username", "name", "active", "apps", "grants", "firstGranted", "lastUsed"];

/** The connected users as CSV; text that a spreadsheet would run as a formula is neutralised. */
export function listCsv(list: ConnectedUsers): string {
  return stringify([...list.rows], {
    header: true,
    columns: list.by === "app" ? APP_COLUMNS : USER_COLUMNS,
    escape_formulas: true,
    cast: { boolean: (value) => (value ? "yes" : "no") },
  });
}
