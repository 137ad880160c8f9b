import type { LocalOrg } from "salesforce-local-org";

/**
 * A night in which each app that is in use refreshes, and rotates its tokens as it does (docs/salesforce.md): the row of
 * the old token goes, and one of the new token comes.
 * @param since what got no token since is not in use, and rests
 */
export function rotateAll(
  { store }: LocalOrg,
  { since, at }: { readonly since: number; readonly at: number },
): void {
  for (const row of store.grants()) {
    if (typeof row.LastUsedDate !== "number" || row.LastUsedDate < since) continue;
    const [username, app] = [store.username(row), String(row.AppName)];
    store.revoke(String(row.DeleteToken));
    store.addGrant({ username, app, createdAt: at, lastUsedAt: at, useCount: 1 });
  }
}
