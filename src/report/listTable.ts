import type { Inventory } from "../inventory/inventory.ts";
import { printable } from "../printable.ts";
import type { ConnectedUsers } from "./connectedUsers.ts";
import { plainTable, tableText } from "./plainTable.ts";
import { proofText } from "./proofText.ts";

/** The connected users as a table for a terminal, with what the list was read from below it. */
export function listTable(list: ConnectedUsers, inventory: Inventory): string {
  const { org, proof } = inventory;
  const table =
    list.by === "app"
      ? plainTable(["App", "Users", "Grants", "First granted", "Last used"], [1, 2])
      : plainTable(["User", "Name", "Active", "Apps", "Grants", "First granted", "Last used"], [3, 4]);
  if (list.by === "app") {
    for (const row of list.rows)
      table.push([
        row.app,
        row.users,
        row.grants,
        row.firstGranted ?? "unknown",
        row.lastUsed ?? "no use recorded",
      ]);
  } else {
    for (const row of list.rows)
      table.push([
        printable(row.username),
        printable(row.name ?? "not listed by the org"),
        row.active === null ? "unknown" : row.active ? "yes" : "no",
        row.apps,
        row.grants,
        row.firstGranted ?? "unknown",
        row.lastUsed ?? "no use recorded",
      ]);
  }
  const nothing = list.rows.length === 0 ? "No connected users.\n" : `${tableText(table)}\n`;
  return (
    `${nothing}\n${printable(org.name)} (${org.id}). ${proofText(proof)}\n` +
    "Last used is when a token was last issued, not the last API call.\n"
  );
}
