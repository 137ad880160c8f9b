import type { Inventory } from "../inventory/inventory.ts";
import type { DirectoryNeeds } from "../inventory/needs.ts";

/**
 * Connects with the credentials of the environment and lists the org.
 * @throws UserError, InconclusiveError
 */
export async function readInventory(needs?: DirectoryNeeds): Promise<Inventory> {
  // Loaded only when it is needed: jsforce is large, and `--help` should answer at once.
  const [{ connect }, { readCredentials }, { listInventory }] = await Promise.all([
    import("../salesforce/connection.ts"),
    import("../salesforce/credentials.ts"),
    import("../inventory/list.ts"),
  ]);
  const connection = await connect(readCredentials({}, process.env));
  return await listInventory(connection, needs === undefined ? {} : { needs });
}
