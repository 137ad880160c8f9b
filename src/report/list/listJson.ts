import type { Inventory } from "../../inventory/inventory.ts";
import { safeJson } from "../render/safeJson.ts";
import type { ConnectedUsers } from "./connectedUsers.ts";

/** The connected users as JSON, with the org and the proof that the list is complete. */
export function listJson(list: ConnectedUsers, { org, proof }: Inventory): string {
  return safeJson({ org: { id: org.id, name: org.name }, ...list, proof });
}
