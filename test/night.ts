import type { LocalOrg } from "salesforce-local-org";

/**
 * A night in which each app refreshes for the users who use it, and rotates their tokens as it does
 * (docs/salesforce.md): the rows have other times and other tokens after it.
 * @param since a user who got no token since does not use the app, whose token rests
 */
export function rotateInUse(
  { store }: LocalOrg,
  { since, at }: { readonly since: number; readonly at: number },
): void {
  const pairs = new Map<string, [username: string, app: string]>();
  for (const row of store.grants()) {
    const [username, app] = [store.username(row), String(row.AppName)];
    if (Number(row.LastUsedDate ?? 0) >= since) pairs.set(JSON.stringify([username, app]), [username, app]);
  }
  for (const [username, app] of pairs.values()) store.rotate(username, app, at);
}
