import { Document } from "yaml";
import type { Decision } from "../../decide/decide.ts";
import type { Inventory } from "../../inventory/inventory.ts";
import { printable } from "../../printable.ts";

/**
 * The grants that a policy would revoke, as a baseline: known from now on, and only reported until its
 * last day. Those that are reported already for another reason are not in it.
 * @param expires the last day, as 2027-03-31
 */
export function baselineFile(
  decisions: readonly Decision[],
  { org, users }: Inventory,
  expires: string,
): string {
  const grants = decisions
    .filter(({ action, held }) => action === "revoke" || held !== null)
    .map(({ grant: { app, userId, createdAt } }) => ({
      app: app.id ?? app.name,
      user: users.get(userId)?.username ?? userId,
      ...(createdAt === null ? {} : { granted: new Date(createdAt).toISOString() }),
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const document = new Document({ version: 1, expires, grants });
  document.commentBefore = ` Grants of ${printable(org.name)} that are known and only reported until they are settled.`;
  return document.toString({ lineWidth: 0 });
}
