import type { App, Grant, Inventory } from "../../inventory/inventory.ts";
import { appLabels } from "../../plan/label.ts";
import { appsNamed, userNamed } from "../../plan/named.ts";
import { appKey } from "../../plan/parts.ts";
import { type StandingShown, standingShown } from "../../plan/standingPart.ts";
import { compareText } from "../../text.ts";
import { dayOf } from "../../time.ts";

/** One app and what it holds, or one identity provider and the links to it. Dates are ISO days, UTC; null where the org gives none. */
export interface AppRow {
  readonly app: string;
  readonly appId: string | null;
  readonly kind: App["kind"];
  readonly users: number;
  readonly grants: number;
  readonly firstGranted: string | null;
  /** When a token was last issued, which is not the last API call (docs/salesforce.md#last-used). */
  readonly lastUsed: string | null;
}

/** One connected user and what they hold. A user whom the org does not list has the id as username. */
export interface UserRow {
  readonly username: string;
  readonly name: string | null;
  readonly active: boolean | null;
  readonly apps: number;
  readonly grants: number;
  readonly firstGranted: string | null;
  readonly lastUsed: string | null;
}

export type ConnectedUsers = (
  | { readonly by: "app"; readonly rows: readonly AppRow[] }
  | { readonly by: "user"; readonly rows: readonly UserRow[] }
) & {
  /** What gets in without a grant, of the app and the user that are asked for. */
  readonly standingAccess: StandingShown;
};

/** What to list. `app` is a name or id, `user` a username or id. */
export interface ListFilter {
  readonly by?: "app" | "user" | undefined;
  readonly app?: string | undefined;
  readonly user?: string | undefined;
}

/**
 * The connected users of an inventory, by app or by user. Without `by`, the users of a named app, and
 * the apps otherwise; most grants first. Pure.
 * @throws UserError for an app or user that the org does not have
 */
export function connectedUsers(inventory: Inventory, filter: ListFilter): ConnectedUsers {
  const grants = inventory.grants
    .filter(appFilter(inventory, filter.app))
    .filter(userFilter(inventory, filter.user));
  const by = filter.by ?? (filter.app !== undefined && filter.user === undefined ? "user" : "app");
  const standingAccess = standingOf(inventory, filter);
  return by === "app"
    ? { by, rows: appRows(inventory, grants), standingAccess }
    : { by, rows: userRows(inventory, grants), standingAccess };
}

/** Of an app that is asked for, also what may be of it. */
function standingOf(inventory: Inventory, { app, user }: ListFilter): StandingShown {
  const labels = appLabels(inventory);
  const apps = app === undefined ? null : appsNamed(inventory, app);
  const userId = user === undefined ? null : userNamed(inventory, user).id;
  const { entries, ...rest } = standingShown(inventory, labels);
  const keys = new Set(apps?.map(appKey));
  const fits = ({ app: of, couldBe, user: who }: (typeof entries)[number]) =>
    (apps === null || (of === null ? couldBe.some((id) => keys.has(id)) : keys.has(appKey(of)))) &&
    (userId === null || who?.id === userId);
  return { ...rest, entries: entries.filter(fits) };
}

function appRows(inventory: Inventory, grants: readonly Grant[]): AppRow[] {
  const labels = appLabels(inventory);
  const rows = [...Map.groupBy(grants, ({ app }) => app)].map(([app, own]) => ({
    app: labels.get(app.key) ?? app.name,
    appId: app.id,
    kind: app.kind,
    users: new Set(own.map(({ userId }) => userId)).size,
    grants: own.length,
    ...period(own),
  }));
  return rows.sort((a, b) => b.grants - a.grants || compareText(a.app, b.app));
}

function userRows(inventory: Inventory, grants: readonly Grant[]): UserRow[] {
  const rows = [...Map.groupBy(grants, ({ userId }) => userId)].map(([userId, own]) => {
    const user = inventory.users.get(userId);
    return {
      username: user?.username ?? userId,
      name: user?.name ?? null,
      active: user?.isActive ?? null,
      apps: new Set(own.map(({ app }) => app.key)).size,
      grants: own.length,
      ...period(own),
    };
  });
  return rows.sort((a, b) => b.grants - a.grants || compareText(a.username, b.username));
}

function period(grants: readonly Grant[]): { firstGranted: string | null; lastUsed: string | null } {
  let first: number | null = null;
  let last: number | null = null;
  for (const { createdAt, lastUsedAt } of grants) {
    if (createdAt !== null && (first === null || createdAt < first)) first = createdAt;
    if (lastUsedAt !== null && (last === null || lastUsedAt > last)) last = lastUsedAt;
  }
  return { firstGranted: dayOrNull(first), lastUsed: dayOrNull(last) };
}

function appFilter(inventory: Inventory, wanted: string | undefined): (grant: Grant) => boolean {
  if (wanted === undefined) return () => true;
  const matches = appsNamed(inventory, wanted);
  return ({ app }) => matches.includes(app);
}

function userFilter(inventory: Inventory, wanted: string | undefined): (grant: Grant) => boolean {
  if (wanted === undefined) return () => true;
  const { id } = userNamed(inventory, wanted);
  return ({ userId }) => userId === id;
}

function dayOrNull(time: number | null): string | null {
  return time === null ? null : dayOf(time);
}
