import { printable } from "../printable.ts";
import { DAY_MS, type Named, type Policy, type Position, placeText, type UserLists } from "./policy.ts";
import type { Problem } from "./problem.ts";

/** What a policy says twice, or both ways. Names are compared as text; ids of the org come later. */
export function contradictions(policy: Policy): Problem[] {
  const problems: Problem[] = [];
  const at = (position: Position, message: string, remedy: string) =>
    problems.push(policy.problemAt(position, message, remedy));
  const once = (what: string, names: readonly (Named | null)[], form = (value: string) => value) => {
    const seen = new Map<string, Position>();
    for (const name of names) {
      if (name === null) continue;
      const first = seen.get(form(name.value));
      if (first === undefined) seen.set(form(name.value), name.position);
      else
        at(
          name.position,
          `the ${what} "${printable(name.value)}" is listed twice`,
          `keep one of the two (the first is ${relative(first, name.position)})`,
        );
    }
  };
  /** Two lists that must have nothing in common: an error that names both places. */
  const apart = (
    names: readonly Named[],
    others: readonly Named[],
    message: (name: string) => string,
    remedy: string,
  ) => {
    const known = new Map(others.map(({ value, position }) => [lower(value), position]));
    for (const { value, position } of names) {
      const other = known.get(lower(value));
      if (other !== undefined)
        at(position, `${message(printable(value))} (${relative(other, position)})`, remedy);
    }
  };

  once(
    "app id",
    policy.apps.map(({ id }) => id),
  );
  // Two registered apps may share a name; without ids nothing tells them apart.
  once(
    "app name",
    policy.apps.filter(({ id }) => id === null).map(({ name }) => name),
  );
  for (const { users } of policy.apps) {
    if (users === null) continue;
    for (const lists of [users, users.except]) if (lists !== null) onceEach(lists, once);
    if (users.except !== null) {
      for (const key of LISTS)
        apart(
          users.except[key],
          users[key],
          (name) => `"${name}" is both in scope and excepted`,
          "keep one of the two",
        );
    }
  }
  once("offboarded user", policy.offboarded, lower);
  once("protected user", policy.protectedUsers, lower);
  once("protected app", policy.protectedApps);

  apart(
    policy.offboarded,
    policy.protectedUsers,
    (name) => `the user "${name}" is offboarded and protected`,
    "take them out of one of the two",
  );
  const denied = policy.apps.filter((app) => app.denied !== null);
  const called = (apps: readonly (typeof denied)[number][]) =>
    apps.flatMap(({ id, name }) => [id, name].filter((some) => some !== null));
  apart(
    called(denied),
    policy.protectedApps,
    (name) => `the app "${name}" is denied and protected`,
    "take it out of one of the two",
  );
  const sanctioned = policy.apps.filter((app) => app.denied === null);
  apart(
    called(denied),
    called(sanctioned).filter(({ value }) => !value.startsWith("0H4") && !value.startsWith("0xI")),
    (name) => `the app "${name}" is sanctioned and denied`,
    "say which app is meant with `id`, or keep one of the two",
  );
  const exemptUsers = policy.exemptions.flatMap(({ user }) => user ?? []);
  apart(
    exemptUsers,
    policy.protectedUsers,
    (name) => `the user "${name}" is exempt and protected`,
    "an exemption of a protected user does nothing: take out one of the two",
  );
  apart(
    exemptUsers,
    policy.offboarded,
    (name) => `the user "${name}" is exempt and offboarded`,
    "an exemption of an offboarded user does nothing: take out one of the two",
  );
  apart(
    policy.exemptions.flatMap(({ app }) => app ?? []),
    policy.protectedApps,
    (name) => `the app "${name}" is exempt and protected`,
    "an exemption of a protected app does nothing: take out one of the two",
  );
  for (const { app, user, position } of policy.exemptions)
    if (app === null && user === null)
      at(position, "an exemption names neither an app nor a user", "say `app`, `user` or both");
  const { highPrivilege } = policy;
  if (highPrivilege !== null) {
    const { permissions, profiles, permissionSets, position, grantedSince, grantedWithinDays } =
      highPrivilege;
    if (permissions.length + profiles.length + permissionSets.length === 0)
      at(position, "highPrivilege names nobody", "say `permissions`, `profiles` or `permissionSets`");
    if (grantedSince !== null && grantedWithinDays !== null)
      at(position, "highPrivilege looks back in two ways", "keep `grantedSince` or `grantedWithinDays`");
  }
  return problems;
}

/** Exemptions that expire later than the policy allows, held against the time of the run. */
export function tooLongExemptions(policy: Policy, asOf: number): Problem[] {
  const latest = asOf + policy.maxExemptionDays * DAY_MS;
  return policy.exemptions
    .filter(({ expires }) => expires.value - DAY_MS > latest)
    .map(({ expires }) =>
      policy.problemAt(
        expires.position,
        `the exemption lasts longer than ${policy.maxExemptionDays} days from now`,
        `let it expire by ${new Date(latest).toISOString().slice(0, 10)} and renew it then, or raise \`maxExemptionDays\``,
      ),
    );
}

const LISTS = [
  "usernames",
  "usernamesLike",
  "profiles",
  "permissionSets",
  "permissionSetGroups",
  "roles",
  "rolesAndSubordinates",
  "publicGroups",
  "userTypes",
] as const satisfies readonly (keyof UserLists)[];

function onceEach(
  lists: UserLists,
  once: (what: string, names: readonly Named[], form?: (value: string) => string) => void,
): void {
  for (const key of LISTS)
    once(
      key === "usernames" ? "username" : key === "profiles" ? "profile" : `entry of ${key}`,
      lists[key],
      key.startsWith("usernames") ? lower : undefined,
    );
}

function lower(value: string): string {
  return value.toLowerCase();
}

/** Where something else stands, seen from a place in the same file or another. */
function relative(other: Position, here: Position): string {
  return other.line > 0 && other.file === here.file ? `in line ${other.line}` : placeText(other);
}
