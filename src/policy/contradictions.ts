import { printable } from "../printable.ts";
import { type AppRef, refText } from "../salesforce/id.ts";
import { dayOf, days, type Instant, startOf } from "../time.ts";
import {
  type AppEntry,
  type Named,
  type Placed,
  type Policy,
  type Position,
  placeText,
  type UserLists,
} from "./policy.ts";
import type { Problem } from "./problem.ts";

/** What a policy says twice, or both ways. Names are compared as text; ids of the org come later. */
export function contradictions(policy: Policy): Problem[] {
  return [appsTwice, usersTwice, standingTwice, deniedToo, exemptToo, sayingNothing].flatMap((check) =>
    check(policy),
  );
}

/** Exemptions that expire later than the policy allows, held against the time of the run. */
export function tooLongExemptions(policy: Policy, asOf: Instant): Problem[] {
  const latest = asOf + days(policy.maxExemptionDays);
  return policy.exemptions
    .filter(({ expires }) => startOf(expires.value) > latest)
    .map(({ expires }) =>
      policy.problemAt(
        expires.position,
        `the exemption lasts longer than ${policy.maxExemptionDays} days from now`,
        `let it expire by ${dayOf(latest)} and renew it then, or raise \`maxExemptionDays\``,
      ),
    );
}

/** Two registered apps may share a name; without ids nothing tells them apart. */
function appsTwice({ apps, problemAt }: Policy): Problem[] {
  return [
    ...twice(
      "app id",
      apps.flatMap(({ id }) => id ?? []),
      problemAt,
    ),
    ...twice(
      "app name",
      apps.flatMap(({ id, name }) => (id === null ? (name ?? []) : [])),
      problemAt,
    ),
  ];
}

function usersTwice({ apps, problemAt }: Policy): Problem[] {
  return apps.flatMap(({ users }) => {
    if (users === null) return [];
    const { except } = users;
    return [
      ...inLists(users, problemAt),
      ...(except === null
        ? []
        : [
            ...inLists(except, problemAt),
            ...LISTS.flatMap((key) =>
              both(
                except[key],
                users[key],
                (name) => `"${name}" is both in scope and excepted`,
                "keep one of the two",
                problemAt,
              ),
            ),
          ]),
    ];
  });
}

function standingTwice({ offboarded, protectedUsers, protectedApps, problemAt }: Policy): Problem[] {
  return [
    ...twice("offboarded user", offboarded, problemAt, lower),
    ...twice("protected user", protectedUsers, problemAt, lower),
    ...twice("protected app", protectedApps.map(inWords), problemAt),
    ...both(
      offboarded,
      protectedUsers,
      (name) => `the user "${name}" is offboarded and protected`,
      "take them out of one of the two",
      problemAt,
    ),
  ];
}

function deniedToo({ apps, protectedApps, problemAt }: Policy): Problem[] {
  const denied = apps.filter((app) => app.denied !== null);
  const sanctioned = apps.filter((app) => app.denied === null);
  return [
    ...both(
      denied.flatMap(called),
      protectedApps.map(inWords),
      (name) => `the app "${name}" is denied and protected`,
      "take it out of one of the two",
      problemAt,
    ),
    ...both(
      denied.flatMap(({ name }) => name ?? []),
      sanctioned.flatMap(({ name }) => name ?? []),
      (name) => `the app "${name}" is sanctioned and denied`,
      "say which app is meant with `id`, or keep one of the two",
      problemAt,
    ),
  ];
}

function exemptToo({ exemptions, protectedUsers, offboarded, protectedApps, problemAt }: Policy): Problem[] {
  const users = exemptions.flatMap(({ user }) => user ?? []);
  return [
    ...both(
      users,
      protectedUsers,
      (name) => `the user "${name}" is exempt and protected`,
      "an exemption of a protected user does nothing: take out one of the two",
      problemAt,
    ),
    ...both(
      users,
      offboarded,
      (name) => `the user "${name}" is exempt and offboarded`,
      "an exemption of an offboarded user does nothing: take out one of the two",
      problemAt,
    ),
    ...both(
      exemptions.flatMap(({ app }) => (app === null ? [] : inWords(app))),
      protectedApps.map(inWords),
      (name) => `the app "${name}" is exempt and protected`,
      "an exemption of a protected app does nothing: take out one of the two",
      problemAt,
    ),
  ];
}

/** Parts that mean nobody, or look back in two ways. */
function sayingNothing({ exemptions, highPrivilege, problemAt }: Policy): Problem[] {
  const problems = exemptions
    .filter(({ app, user }) => app === null && user === null)
    .map(({ position }) =>
      problemAt(position, "an exemption names neither an app nor a user", "say `app`, `user` or both"),
    );
  if (highPrivilege === null) return problems;
  const { permissions, profiles, permissionSets, position, grantedSince, grantedWithinDays } = highPrivilege;
  if (permissions.length + profiles.length + permissionSets.length === 0)
    problems.push(
      problemAt(position, "highPrivilege names nobody", "say `permissions`, `profiles` or `permissionSets`"),
    );
  if (grantedSince !== null && grantedWithinDays !== null)
    problems.push(
      problemAt(
        position,
        "highPrivilege looks back in two ways",
        "keep `grantedSince` or `grantedWithinDays`",
      ),
    );
  return problems;
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

function inLists(lists: UserLists, problemAt: Policy["problemAt"]): Problem[] {
  return LISTS.flatMap((key) =>
    twice(
      key === "usernames" ? "username" : key === "profiles" ? "profile" : `entry of ${key}`,
      lists[key],
      problemAt,
      key.startsWith("usernames") ? lower : undefined,
    ),
  );
}

/** What a list has a second time. */
function twice(
  what: string,
  names: readonly Named[],
  problemAt: Policy["problemAt"],
  form = (value: string) => value,
): Problem[] {
  const seen = new Map<string, Position>();
  return names.flatMap(({ value, position }) => {
    const first = seen.get(form(value));
    if (first === undefined) {
      seen.set(form(value), position);
      return [];
    }
    return problemAt(
      position,
      `the ${what} "${printable(value)}" is listed twice`,
      `keep one of the two (the first is ${relative(first, position)})`,
    );
  });
}

/** What stands in two lists that must have nothing in common: an error that names both places. */
function both(
  names: readonly Named[],
  others: readonly Named[],
  message: (name: string) => string,
  remedy: string,
  problemAt: Policy["problemAt"],
): Problem[] {
  const known = new Map(others.map(({ value, position }) => [lower(value), position]));
  return names.flatMap(({ value, position }) => {
    const other = known.get(lower(value));
    return other === undefined
      ? []
      : problemAt(position, `${message(printable(value))} (${relative(other, position)})`, remedy);
  });
}

function called({ id, name }: AppEntry): Named[] {
  return [id, name].filter((some) => some !== null);
}

function inWords({ value, position }: Placed<AppRef>): Named {
  return { value: refText(value), position };
}

function lower(value: string): string {
  return value.toLowerCase();
}

/** Where something else stands, seen from a place in the same file or another. */
function relative(other: Position, here: Position): string {
  return other.line > 0 && other.file === here.file ? `in line ${other.line}` : placeText(other);
}
