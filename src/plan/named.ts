import type { App, Inventory, User } from "../inventory/inventory.ts";
import { planErrors } from "./errors.ts";
import { appLabels } from "./label.ts";

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
