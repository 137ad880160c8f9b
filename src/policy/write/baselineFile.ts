import { Document } from "yaml";
import type { Grant, Inventory } from "../../inventory/inventory.ts";
import { printable } from "../../printable.ts";
import { parseAppId } from "../../salesforce/id.ts";
import { compareText } from "../../text.ts";
import { yamlText } from "./yamlText.ts";

/**
 * Grants as a baseline: known from now on, and only reported until its last day.
 * @param known grants of the inventory
 * @param expires the last day, as 2027-03-31
 */
export function baselineFile(known: readonly Grant[], { org, users }: Inventory, expires: string): string {
  const grants = known
    .map(({ app, userId, createdAt }) => ({
      app: app.id ?? plainName(app.name),
      user: users.get(userId)?.username ?? userId,
      ...(createdAt === null ? {} : { granted: new Date(createdAt).toISOString() }),
    }))
    .sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b)));
  const document = new Document({ version: 1, expires, grants });
  document.commentBefore = ` Grants of ${printable(org.name)} that are known and only reported until they are settled.`;
  return yamlText(document, 0);
}

/** As text where that is read as a name. */
function plainName(name: string): string | { name: string } {
  return parseAppId(name) === null ? name : { name };
}
