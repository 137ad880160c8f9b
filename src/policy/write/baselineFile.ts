import { Document } from "yaml";
import type { Grant, Inventory } from "../../inventory/inventory.ts";
import { printable } from "../../printable.ts";
import { parseAppId } from "../../salesforce/id.ts";
import { compareText } from "../../text.ts";
import type { Day } from "../../time.ts";
import { yamlText } from "./yamlText.ts";

/**
 * Grants as a baseline: known from now on, and only reported until its last day.
 * @param known grants of the inventory
 */
export function baselineFile(
  known: readonly Grant[],
  { org, users }: Inventory,
  { expires, written }: { readonly expires: Day; readonly written: Day },
): string {
  const all = known
    .map(({ app, userId, createdAt }) => ({
      app: app.id ?? plainName(app.name),
      user: users.get(userId)?.username ?? userId,
      ...(createdAt === null ? {} : { granted: new Date(createdAt).toISOString() }),
    }))
    .map((grant) => [JSON.stringify(grant), grant] as const)
    .sort(([a], [b]) => compareText(a, b));
  // Nothing tells two grants of one instant apart: one line is of both.
  const grants = [...new Map(all).values()];
  const document = new Document({ version: 1, expires, written, grants });
  document.commentBefore = ` Grants of ${printable(org.name)} that are known and only reported until they are settled.`;
  return yamlText(document, 0);
}

/** As text where that is read as a name. */
function plainName(name: string): string | { name: string } {
  return parseAppId(name) === null ? name : { name };
}
