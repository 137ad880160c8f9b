import type { Inventory } from "../../inventory/inventory.ts";
import { printable } from "../../printable.ts";
import { proofText } from "../proofText.ts";
import { plainTable } from "../render/plainTable.ts";
import { NO_TERMINAL, type Terminal } from "../render/terminal.ts";
import type { ConnectedUsers } from "./connectedUsers.ts";

/** The connected users as a table for a terminal, with what the list was read from below it. */
export function listTable(
  list: ConnectedUsers,
  inventory: Inventory,
  { width }: Terminal = NO_TERMINAL,
): string {
  const { org, proof } = inventory;
  const nothing = list.rows.length === 0 ? "No connected users.\n" : `${rowsText(list, width)}\n`;
  return (
    `${nothing}\n${printable(org.name)} (${org.id}). ${proofText(proof)}\n` +
    "Last used is when a token was last issued, not the last API call.\n"
  );
}

function rowsText(list: ConnectedUsers, width: number | null): string {
  if (list.by === "app")
    return plainTable(
      ["App", "Users", "Grants", "First granted", "Last used"],
      list.rows.map(({ app, users, grants, firstGranted, lastUsed }) => [
        app,
        users,
        grants,
        firstGranted ?? "unknown",
        lastUsed ?? "no use recorded",
      ]),
      { rightAligned: [1, 2], width },
    );
  return plainTable(
    ["User", "Name", "Active", "Apps", "Grants", "First granted", "Last used"],
    list.rows.map(({ username, name, active, apps, grants, firstGranted, lastUsed }) => [
      printable(username),
      printable(name ?? "not listed by the org"),
      active === null ? "unknown" : active ? "yes" : "no",
      apps,
      grants,
      firstGranted ?? "unknown",
      lastUsed ?? "no use recorded",
    ]),
    { rightAligned: [3, 4], width },
  );
}
