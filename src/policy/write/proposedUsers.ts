import type { App, Grant, Inventory, User } from "../../inventory/inventory.ts";
import { foldName } from "../../names.ts";
import type { UserId } from "../../salesforce/id.ts";
import { amount } from "../../text.ts";

/** More names than these do not make a scope that anyone reviews. */
const MOST_NAMES = 8;
/** Up to so many connected users are named one by one. */
const FEW = 3;

export type ProposedUsers = "everyone" | Record<string, string[]>;

/** Who an app could be for, by who is connected to it. */
export interface Proposal {
  readonly users: ProposedUsers;
  /** From what that follows, for people. */
  readonly why: string;
}

/**
 * The fewest profiles and permission sets that cover the connected users, found greedily: the one that covers most of those left, and
 * of equal ones the one with the fewest others. Leavers need no scope. A permission set that is called as another app is is
 * that one's, whoever has it.
 */
export function proposedUsers(app: App, grants: readonly Grant[], inventory: Inventory): Proposal {
  const connected = [...new Set(grants.map(({ userId }) => userId))].flatMap(
    (id) => inventory.users.get(id) ?? [],
  );
  const staying = connected.filter(({ isActive, isFrozen }) => isActive && !isFrozen);
  const count = amount(staying.length, "user");
  if (connected.length === 0) return { users: "everyone", why: "who holds the grants is not known" };
  if (staying.length === 0) return ofLeavers(connected);
  if (staying.length <= FEW) return { users: { usernames: names(staying) }, why: `the ${count} connected` };
  const chosen = fewest(new Set(staying.map(({ id }) => id)), candidateSets(app, inventory));
  if (chosen === null)
    return {
      users: "everyone",
      why: `no ${MOST_NAMES} profiles and permission sets cover the ${count} connected`,
    };
  const of = (kind: Candidate["kind"]) =>
    chosen.flatMap((candidate) => (candidate.kind === kind ? [candidate.name] : [])).sort();
  const lists = (["profiles", "permissionSets"] as const).map((kind) => [kind, of(kind)] as const);
  const inAll = new Set(chosen.flatMap(({ userIds }) => [...userIds]));
  const active = [...inAll].filter((id) => inventory.users.get(id)?.isActive === true).length;
  return {
    users: Object.fromEntries(lists.filter(([, some]) => some.length > 0)),
    why: `fewest that cover the ${count} connected; ${amount(active, "active user")} in all`,
  };
}

function ofLeavers(connected: readonly User[]): Proposal {
  return connected.length > MOST_NAMES
    ? { users: "everyone", why: `none of the ${amount(connected.length, "user")} connected is active` }
    : { users: { usernames: names(connected) }, why: "those connected, none of whom is active" };
}

/** Null where no few of them have all. */
function fewest(left: Set<UserId>, candidates: readonly Candidate[]): Candidate[] | null {
  const chosen: Candidate[] = [];
  while (left.size > 0 && chosen.length < MOST_NAMES) {
    const best = candidates
      .map((candidate) => ({ candidate, covers: overlap(candidate.userIds, left) }))
      .filter(({ covers }) => covers > 0)
      .sort(
        (a, b) =>
          b.covers - a.covers ||
          a.candidate.userIds.size - b.candidate.userIds.size ||
          (a.candidate.name < b.candidate.name ? -1 : 1),
      )[0];
    if (best === undefined) return null;
    chosen.push(best.candidate);
    for (const id of best.candidate.userIds) left.delete(id);
  }
  return left.size > 0 ? null : chosen;
}

interface Candidate {
  readonly kind: "profiles" | "permissionSets";
  readonly name: string;
  readonly userIds: ReadonlySet<UserId>;
}

function candidateSets(app: App, { users, profiles, directory, apps }: Inventory): Candidate[] {
  const byProfile = Map.groupBy(users.values(), ({ profileId }) => profileId);
  const others = new Set(apps.filter(({ name }) => name !== app.name).flatMap(({ name }) => wordsOf(name)));
  const own = new Set(wordsOf(app.name));
  const isOfAnother = (...texts: readonly string[]) => {
    const words = texts.flatMap(wordsOf);
    return words.some((word) => others.has(word)) && !words.some((word) => own.has(word));
  };
  return [
    ...profiles.map(
      ({ id, name }): Candidate => ({
        kind: "profiles",
        name,
        userIds: new Set((byProfile.get(id) ?? []).map((user) => user.id)),
      }),
    ),
    ...directory.permissionSets
      .filter(({ name, label }) => !isOfAnother(name, label))
      .map(
        ({ name, userIds }): Candidate => ({
          kind: "permissionSets",
          name,
          userIds: userIds ?? new Set(),
        }),
      ),
  ];
}

/** Words that are in names of every kind, and tell no app. */
const COMMON = new Set([
  "access",
  "admin",
  "api",
  "app",
  "data",
  "force",
  "permission",
  "permissions",
  "plugin",
  "read",
  "sales",
  "salesforce",
  "service",
  "standard",
  "system",
  "tool",
  "user",
  "users",
]);

function wordsOf(name: string): string[] {
  // API names join words by underscores, or by capitals alone.
  const apart = foldName(name.replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2"));
  return apart.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2 && !COMMON.has(word));
}

function names(users: readonly User[]): string[] {
  return users.map(({ username }) => username).sort();
}

function overlap(ids: ReadonlySet<UserId>, left: ReadonlySet<UserId>): number {
  let both = 0;
  for (const id of left) if (ids.has(id)) both++;
  return both;
}
