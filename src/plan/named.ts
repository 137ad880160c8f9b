import type { UserError } from "../errors.ts";
import type { App, Grant, Inventory, User } from "../inventory/inventory.ts";
import { foldName } from "../names.ts";
import { meantText } from "../policy/nearest.ts";
import { type AppId, isMiscopied, parseAppId, parseProviderId, parseUserId } from "../salesforce/id.ts";
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
  return { user, apps, grants: grantsOf(inventory, user, apps) };
}

function grantsOf(inventory: Inventory, user: User | null, apps: readonly App[] | null): readonly Grant[] {
  return inventory.grants.filter(
    (grant) => (user === null || grant.userId === user.id) && (apps === null || apps.includes(grant.app)),
  );
}

/**
 * As `grantsNamed`, but of one app whose name is written as the org writes it: what is revoked by hand must not be of another that
 * is only called alike. @throws UserError also where several apps have it
 */
export function grantsOfOneApp(inventory: Inventory, { user: username, app }: Named): readonly Grant[] {
  const user = username === undefined ? null : userNamed(inventory, username);
  if (app === undefined) return grantsOf(inventory, user, null);
  const apps = appsMeant(inventory, app);
  if (apps.length === 0) throw appNotFound(inventory, app);
  if (apps.length > 1) throw ambiguous(inventory, app, apps);
  return grantsOf(inventory, user, apps);
}

/**
 * The app of an id, or of a label as lists show it, or the apps of a name; where there is none, those of a name that differs in case or blanks alone. What has the form of an id is one: an app that is
 * called so is meant by its label alone, in quotes. @throws UserError where there is none, or where it could be either of two names
 */
export function appsNamed(inventory: Inventory, wanted: string): App[] {
  const apps = appsNamedIfAny(inventory, wanted);
  if (apps.length === 0) throw appNotFound(inventory, wanted);
  return apps;
}

/** As `appsNamed`, but none where there is none. @throws UserError where it could be either of two names */
export function appsNamedIfAny(inventory: Inventory, wanted: string): App[] {
  const matches = appsMeant(inventory, wanted);
  if (matches.length > 0) return matches;
  const folded = appIdNamed(wanted) === null ? appsAlike(inventory, wanted) : [];
  if (new Set(folded.map(({ name }) => name)).size > 1) throw ambiguous(inventory, wanted, folded);
  return folded;
}

function appsMeant(inventory: Inventory, wanted: string): App[] {
  const { apps } = inventory;
  const id = appIdNamed(wanted);
  if (id !== null) return apps.filter((app) => app.id === id);
  const labels = appLabels(inventory);
  const labelled = apps.filter(({ key }) => labels.get(key) === wanted);
  return labelled.length > 0 ? labelled : apps.filter(({ name }) => name === wanted);
}

function appsAlike({ apps }: Inventory, wanted: string): App[] {
  const folded = foldName(wanted);
  return apps.filter(({ name }) => foldName(name) === folded);
}

/** That no app is called so, with what was most likely meant. */
export function appNotFound(inventory: Inventory, app: string): UserError {
  return planErrors["app-not-found"]({
    app,
    org: inventory.org.name,
    meant: appMeantText(inventory, app),
  });
}

/** Which apps of an org were most likely meant, as `meantText` says it. */
export function appMeantText(inventory: Inventory, app: string): string {
  return meantText(app, [...new Set(inventory.apps.map(({ name }) => name))]);
}

/** That several apps are called as somebody wrote it. */
export function ambiguous(inventory: Inventory, app: string, apps: readonly App[]): UserError {
  const labels = appLabels(inventory);
  const which = apps.map(({ key }) => `"${labels.get(key)}"`).join(", ");
  return planErrors["app-ambiguous"]({ app, org: inventory.org.name, which });
}

/** What is asked for, where that is the id of an app or an identity provider; null where it is a name. @throws UserError for one copied wrongly */
export function appIdNamed(wanted: string): AppId | null {
  return copiedWell(wanted, parseAppId(wanted) ?? parseProviderId(wanted));
}

/** An id that was copied with another letter, or case, is perhaps another's: nothing is decided or revoked by it. */
function copiedWell<Id extends string>(text: string, id: Id | null): Id | null {
  if (isMiscopied(text, id)) throw planErrors["named-id-miscopied"]({ id: text });
  return id;
}

/** The user of an id, which no username can have the form of, or of a username. @throws UserError where there is none */
export function userNamed(inventory: Inventory, wanted: string): User {
  const lower = wanted.toLowerCase();
  const id = copiedWell(wanted, parseUserId(wanted));
  for (const user of inventory.users.values())
    if (id === null ? user.username.toLowerCase() === lower : user.id === id) return user;
  const names = [...inventory.users.values()].map(({ username }) => username);
  const meant = meantText(wanted, names);
  throw planErrors["user-not-found"]({ user: wanted, org: inventory.org.name, meant });
}
