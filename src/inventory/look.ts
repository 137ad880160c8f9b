import type { UserId } from "../salesforce/id.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { AppRegister } from "./appRegister.ts";
import { byUser } from "./byUser.ts";
import { readChangedUsers, readFrozenIds } from "./directory.ts";
import { grantMaker } from "./grantRow.ts";
import type { Grant, Inventory, User } from "./inventory.ts";
import { conditionsOf, countQuery, type GrantRow } from "./partition.ts";
import { isRefusedForm } from "./queryForms.ts";
import { grantQuery } from "./readRange.ts";

/** Users changed up to this long before the last look are read again: a change can be seen later than its time says. */
const OVERLAP_MS = 2 * 60 * 1000;

/** More recent grants than this are not looked at one by one. */
const MOST_ROWS = 2_000;

/** What a look at an org found new. */
export interface Look {
  /** The inventory with what is new in it. It is not proven complete: good for alerts, never for revoking. */
  readonly inventory: Inventory;
  readonly isChanged: boolean;
  /** Whether there is more than a look can tell: grants are gone, or came without a date. */
  readonly isPartial: boolean;
}

/**
 * When something began by the org's clock, in milliseconds since the epoch; by ours where the org does not tell the time.
 * @param begun as `performance.now()` had it: our own clock may be set meanwhile
 */
export function orgTimeOf({ clockSkewMs }: OrgReader, begun: number): number {
  return Date.now() + (clockSkewMs ?? 0) - (performance.now() - begun);
}

/**
 * Looks at what changed since an inventory, but for links to identity providers, with four queries whatever the size of the org: the count, the
 * grants made since the newest one, the users changed since the last look, and who is frozen.
 * @param since when the last look began, by the org's clock
 * @throws as the queries of `reader`
 */
export async function look(reader: OrgReader, known: Inventory, since: number): Promise<Look> {
  const [count, recent, users, frozen] = await Promise.all([
    reader.count(countQuery()),
    recentGrants(reader, known),
    readChangedUsers(reader, since - OVERLAP_MS, known.users),
    readFrozenIds(reader),
  ]);
  const added = unknownGrants(known, recent ?? []);
  const changed = changedUsers(known, users, frozen);
  const fromTable = known.grants.filter(({ source }) => source === undefined).length;
  const inventory: Inventory = {
    ...known,
    users:
      changed.length === 0
        ? known.users
        : new Map([...known.users, ...changed.map((user) => [user.id, user] as const)]),
    apps: [...new Map([...known.apps, ...added.map(({ app }) => app)].map((app) => [app.key, app])).values()],
    grants: added.length === 0 ? known.grants : byUser([...known.grants, ...added]),
  };
  return {
    inventory,
    isChanged: added.length + changed.length > 0,
    isPartial: count !== fromTable + added.length,
  };
}

/** Null where the org refuses the date, or there are more than one query can be trusted with. */
async function recentGrants(reader: OrgReader, known: Inventory): Promise<Grant[] | null> {
  const newest = known.grants.reduce((latest, { createdAt }) => Math.max(latest, createdAt ?? 0), 0);
  const register = new AppRegister(known.apps, known.grants);
  const toGrant = grantMaker(register);
  const since = conditionsOf({ from: newest, to: null });
  const soql = grantQuery({ dated: true, ids: false }, since, " ORDER BY CreatedDate DESC NULLS LAST");
  try {
    const { rows, totalSize } = await reader.query<GrantRow>(soql, { enough: MOST_ROWS });
    if (rows.length < totalSize) return null;
    const grants = rows.map(toGrant);
    register.settle(grants, new Set(known.ownApps));
    return grants;
  } catch (error) {
    if (isRefusedForm(error)) return null;
    throw error;
  }
}

/** Of rows that were read again, those that are new: two that nothing tells apart are two. */
function unknownGrants({ grants }: Inventory, recent: readonly Grant[]): Grant[] {
  const keyOf = ({ userId, app, createdAt }: Grant) => JSON.stringify([userId, app.key, createdAt]);
  const times = new Set(recent.map(({ createdAt }) => createdAt));
  const known = new Map<string, number>();
  for (const grant of grants)
    if (times.has(grant.createdAt)) known.set(keyOf(grant), (known.get(keyOf(grant)) ?? 0) + 1);
  return recent.filter((grant) => {
    const left = known.get(keyOf(grant)) ?? 0;
    known.set(keyOf(grant), left - 1);
    return left <= 0;
  });
}

function changedUsers(
  { users }: Inventory,
  read: ReadonlyMap<UserId, User>,
  frozen: ReadonlySet<UserId>,
): User[] {
  const changed = new Map<UserId, User>();
  for (const [id, user] of read) changed.set(id, { ...user, isFrozen: frozen.has(id) });
  for (const user of users.values())
    if (!changed.has(user.id) && user.isFrozen !== frozen.has(user.id))
      changed.set(user.id, { ...user, isFrozen: frozen.has(user.id) });
  return [...changed.values()].filter((user) => JSON.stringify(user) !== JSON.stringify(users.get(user.id)));
}
