import type { Inventory } from "../inventory/inventory.ts";
import type { DirectoryNeeds } from "../inventory/needs.ts";
import type { OrgConnection } from "../salesforce/connection.ts";
import { readingProgress } from "./readingProgress.ts";

/**
 * Connects with the credentials of the environment and lists the org.
 * @throws UserError, InconclusiveError
 */
export async function readInventory(needs?: DirectoryNeeds): Promise<Inventory> {
  return (await connectAndRead(needs)).inventory;
}

/** Connects with the credentials of the environment. @throws UserError */
export async function connectOrg(): Promise<OrgConnection> {
  // Loaded only when it is needed: jsforce is large, and `--help` should answer at once.
  const [{ connectToRevoke }, { readCredentials }] = await Promise.all([
    import("../salesforce/connection.ts"),
    import("../salesforce/credentials.ts"),
  ]);
  return await connectToRevoke(readCredentials({}, process.env));
}

/** As `readInventory`, with the connection. */
export async function connectAndRead(
  needs?: DirectoryNeeds,
): Promise<{ connection: OrgConnection; inventory: Inventory }> {
  const [connection, { listInventory }] = await Promise.all([connectOrg(), import("../inventory/list.ts")]);
  const progress = readingProgress();
  try {
    const inventory = await listInventory(connection, {
      ...(needs === undefined ? {} : { needs }),
      onProgress: progress.at,
    });
    return { connection, inventory };
  } finally {
    progress.stop();
  }
}
