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

/**
 * The app of an id, or of a label as lists show it, or the apps of a name. What has the form of an id is one: an app that is
 * called so is meant by its label alone, in quotes. @throws UserError where there is none
 */
export function appsNamed(inventory: Inventory, wanted: string): App[] {
  const matches = appsMeant(inventory, wanted);
  if (matches.length === 0) throw planErrors["app-not-found"]({ app: wanted, org: inventory.org.name });
  return matches;
}

function appsMeant(inventory: Inventory, wanted: string): App[] {
  const { apps } = inventory;
  const id = appIdNamed(wanted);
  if (id !== null) return apps.filter((app) => app.id === id);
  const labels = appLabels(inventory);
  const labelled = apps.filter(({ key }) => labels.get(key) === wanted);
  return labelled.length > 0 ? labelled : apps.filter(({ name }) => name === wanted);
}

/** What is asked for, where that is the id of an app or an identity provider; null where it is a name. */
export function appIdNamed(wanted: string): string | null {
  return parseAppId(wanted) ?? parseProviderId(wanted);
}

/** The user of an id, which no username can have the form of, or of a username. @throws UserError where there is none */
export function userNamed(inventory: Inventory, wanted: string): User {
  const lower = wanted.toLowerCase();
  const id = parseUserId(wanted);
  for (const user of inventory.users.values())
    if (id === null ? user.username.toLowerCase() === lower : user.id === id) return user;
  throw planErrors["user-not-found"]({ user: wanted, org: inventory.org.name });
}
