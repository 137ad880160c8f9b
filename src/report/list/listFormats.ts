import type { Inventory } from "../../inventory/inventory.ts";
import { printable } from "../../printable.ts";
import { safeJson } from "../../safeJson.ts";
import { amount } from "../../text.ts";
import { FIRST_GRANTED, LAST_USED } from "../periodColumns.ts";
import { tableCsv } from "../render/csv.ts";
import { hanging } from "../render/fold.ts";
import { type Table, tableOf } from "../render/table.ts";
import { NO_TERMINAL, type Terminal, tightTableText } from "../render/terminal.ts";
import { standingNote, standingTable } from "../standingTable.ts";
import { accountLinksText, LAST_USED_NOTE, proofText, shortProofText } from "../words.ts";
import type { AppRow, ConnectedUsers, UserRow } from "./connectedUsers.ts";

/** The connected users as a table for a terminal, with what the list was read from below it. */
export function listText(
  list: ConnectedUsers,
  { org, proof, accountLinks }: Inventory,
  { width }: Terminal = NO_TERMINAL,
): string {
  const rows = list.rows.length === 0 ? "No grant was counted." : tightTableText(listTable(list), width);
  const { entries } = list.standingAccess;
  const table = standingTable(entries, false);
  const line = (text: string) => hanging(text, width, "", "  ");
  const { length } = list.rows;
  return `${[
    `${rows}\n`,
    ...(table.size === 0 ? [] : [`Access without a grant\n${tightTableText(table, width)}\n`]),
    ...line(`${proofText(proof)}${accountLinksText(accountLinks)}`),
    ...line(
      `${table.size === 0 ? "No access without a grant was found where it was looked for. " : ""}${standingNote(list.standingAccess).note}`,
    ),
    ...line(LAST_USED_NOTE),
    ...line(
      `${printable(org.name)} (${org.id}): ${amount(length, list.by)}, ${amount(
        list.rows.reduce((sum, { grants }) => sum + grants, 0),
        "grant",
      )}; ${shortProofText(proof)}.`,
    ),
  ].join("\n")}\n`;
}

/** The connected users as CSV. */
export function listCsv(list: ConnectedUsers): string {
  return tableCsv(listTable(list));
}

/** The connected users as JSON, with the org and the proof that the list is complete. */
export function listJson(list: ConnectedUsers, { org, proof, accountLinks }: Inventory): string {
  return safeJson({ org: { id: org.id, name: org.name }, ...list, proof, accountLinks });
}

const PERIOD = {
  firstGranted: {
    ...FIRST_GRANTED,
    value: ({ firstGranted }: AppRow | UserRow) => firstGranted,
  },
  lastUsed: {
    ...LAST_USED,
    value: ({ lastUsed }: AppRow | UserRow) => lastUsed,
  },
} as const;

function listTable(list: ConnectedUsers): Table {
  return list.by === "app"
    ? tableOf(list.rows, {
        app: { title: "App", kind: "text", value: ({ app }) => app },
        appId: { title: "Id", kind: "text", only: ["csv"], value: ({ appId }) => appId },
        kind: { title: "Kind", kind: "text", only: ["csv"], value: ({ kind }) => kind },
        users: { title: "Users", kind: "count", value: ({ users }) => users },
        grants: { title: "Grants", kind: "count", value: ({ grants }) => grants },
        ...PERIOD,
      })
    : tableOf(list.rows, {
        username: { title: "User", kind: "text", value: ({ username }) => username },
        name: { title: "Name", kind: "text", nothing: "not listed by the org", value: ({ name }) => name },
        active: { title: "Active", kind: "text", nothing: "unknown", value: ({ active }) => active },
        apps: { title: "Apps", kind: "count", value: ({ apps }) => apps },
        grants: { title: "Grants", kind: "count", value: ({ grants }) => grants },
        ...PERIOD,
      });
}
