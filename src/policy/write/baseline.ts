import { Document } from "yaml";
import type { Grant, Inventory } from "../../inventory/inventory.ts";
import { printable } from "../../printable.ts";

/**
 * Grants as a baseline: known from now on, and only reported until its last day.
 * @param known grants of the inventory
 * @param expires the last day, as 2027-03-31
 */
export function baselineFile(known: readonly Grant[], { org, users }: Inventory, expires: string): string {
  const grants = known
    .map(({ app, userId, createdAt }) => ({
      app: app.id ?? app.name,
      user: users.get(userId)?.username ?? userId,
      ...(createdAt === null ? {} : { granted: new Date(createdAt).toISOString() }),
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const document = new Document({ version: 1, expires, grants });
  document.commentBefore = ` Grants of ${printable(org.name)} that are known and only reported until they are settled.`;
  return document.toString({ lineWidth: 0 });
}
