import type { App, Grant, Inventory, User } from "../inventory/inventory.ts";
import { parseAppId, parseProviderId, parseUserId } from "../salesforce/id.ts";
import { planErrors } from "./errors.ts";
import { appLabels } from "./label.ts";

/** Whose grants are meant: a user's, an app's, or a user's of an app. */
export interface Named {
  readonly user?: string | undefined;
  readonly app?: string | undefined;
}

/** The grants that are meant, with the user and the apps where one is named. @throws UserError where there is no such user or app */
export function grantsNamed(
  inventory: Inventory,
  { user: username, app }: Named,
): { readonly user: User | null; readonly apps: readonly App[] | null; readonly grants: readonly Grant[] } {
  const user = username === undefined ? null : userNamed(inventory, username);
  const apps = app === undefined ? null : appsNamed(inventory, app);
  const grants = inventory.grants.filter(
    (grant) => (user === null || grant.userId === user.id) && (apps === null || apps.includes(grant.app)),
  );
  return { user, apps, grants };
}

/** As `grantsNamed`, but of one app: what is revoked by hand must not be of another of the same name. @throws UserError also where several apps have it */
export function grantsOfOneApp(inventory: Inventory, named: Named): readonly Grant[] {
  const { apps, grants } = grantsNamed(inventory, named);
  if (apps !== null && apps.length > 1) {
    const labels = appLabels(inventory);
    const which = apps.map(({ key }) => `"${labels.get(key)}"`).join(", ");
    throw planErrors["app-ambiguous"]({ app: named.app!, org: inventory.org.name, which });
  }
  return grants;
}

/** The apps of a name, a label as lists show it, or an id. @throws UserError where there is none */
export function appsNamed(inventory: Inventory, wanted: string): App[] {
  const labels = appLabels(inventory);
  const id = parseAppId(wanted) ?? parseProviderId(wanted);
  const byId = inventory.apps.filter((app) => app.id !== null && app.id === id);
  if (byId.length > 0) return byId;
  const matches = inventory.apps.filter((app) => [app.name, labels.get(app.key)].includes(wanted));
  if (matches.length === 0) throw planErrors["app-not-found"]({ app: wanted, org: inventory.org.name });
  return matches;
}

/** The user of a username or id. @throws UserError where there is none */
export function userNamed(inventory: Inventory, wanted: string): User {
  const lower = wanted.toLowerCase();
  const id = parseUserId(wanted);
  for (const user of inventory.users.values())
    if (user.id === id || user.username.toLowerCase() === lower) return user;
  throw planErrors["user-not-found"]({ user: wanted, org: inventory.org.name });
}
