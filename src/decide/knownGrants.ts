import type { App, Grant, User } from "../inventory/inventory.ts";
import type { AppRef } from "../salesforce/id.ts";
import { isOver } from "../time.ts";
import type { Basis } from "./rule.ts";

/** Whether a grant was known when the baseline was made, as long as that holds. */
export function knownGrants({
  resolved: { policy },
  asOf,
}: Basis): (grant: Grant, user: User | undefined) => boolean {
  const { baseline } = policy;
  if (baseline === null || isOver(baseline.expires.value, asOf)) return () => false;
  const key = (app: AppRef, user: string, granted: number | null) =>
    JSON.stringify([app, user.toLowerCase(), granted]);
  const known = new Set(baseline.grants.map(({ app, user, granted }) => key(app, user, granted)));
  return ({ app, createdAt }, user) =>
    user !== undefined &&
    refsOf(app).some(
      (ref) => known.has(key(ref, user.username, null)) || known.has(key(ref, user.username, createdAt)),
    );
}

/** The ways in which a baseline can mean an app. */
function refsOf({ id, name }: App): AppRef[] {
  return [{ name }, ...(id === null ? [] : [{ id }])];
}
