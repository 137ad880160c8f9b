import type { App, Grant, Inventory, User } from "../inventory/inventory.ts";
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

/** The apps of a name, a label as lists show it, or an id. @throws UserError where there is none */
export function appsNamed(inventory: Inventory, wanted: string): App[] {
  const labels = appLabels(inventory);
  const matches = inventory.apps.filter((app) => [app.id, app.name, labels.get(app.key)].includes(wanted));
  if (matches.length === 0) throw planErrors["app-not-found"]({ app: wanted, org: inventory.org.name });
  return matches;
}

/** The user of a username or id. @throws UserError where there is none */
export function userNamed(inventory: Inventory, wanted: string): User {
  const lower = wanted.toLowerCase();
  for (const user of inventory.users.values())
    if (user.id === wanted || user.username.toLowerCase() === lower) return user;
  throw planErrors["user-not-found"]({ user: wanted, org: inventory.org.name });
}
