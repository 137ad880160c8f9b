import type { App, Inventory } from "../inventory/inventory.ts";
import { printable } from "../printable.ts";
import { didYouMean } from "./nearest.ts";
import type { AppRule, Named, Policy } from "./policy.ts";
import type { Problem } from "./problem.ts";

/** A rule with its names turned into the org's ids. */
export interface ResolvedRule {
  readonly rule: AppRule;
  /** Matched by name alone, which another app could carry too. */
  readonly weak: boolean;
  readonly everyone: boolean;
  readonly userIds: ReadonlySet<string>;
  readonly profileIds: ReadonlySet<string>;
}

/** A policy held against one org. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  /** By `App.key`. */
  readonly rules: ReadonlyMap<string, ResolvedRule>;
}

/**
 * Turns the policy's names into ids of the org, once. A name that resolves to nothing or to two things
 * is a problem at its line, never an empty set: a typing mistake must not revoke anyone's access. Pure.
 */
export function resolvePolicy(
  policy: Policy,
  inventory: Inventory,
): { resolved: ResolvedPolicy } | { problems: Problem[] } {
  const problems = otherOrg(policy, inventory);
  if (problems.length > 0) return { problems };
  const usersByName = new Map(
    [...inventory.users.values()].map(({ id, username }) => [username.toLowerCase(), id]),
  );
  const profilesByName = new Map(inventory.profiles.map(({ id, name }) => [name, id]));

  const ids = (
    what: string,
    names: readonly Named[],
    known: ReadonlyMap<string, string>,
    form = (value: string) => value,
  ) =>
    names.flatMap(({ value, position }) => {
      const id = known.get(form(value));
      if (id !== undefined) return [id];
      problems.push(
        policy.problemAt(
          position,
          `no ${what} "${printable(value)}" in ${printable(inventory.org.name)}`,
          didYouMean(form(value), known.keys(), "correct it or take it out"),
        ),
      );
      return [];
    });

  const rules = new Map<string, ResolvedRule>();
  for (const rule of policy.apps) {
    const { users } = rule;
    const resolved: ResolvedRule = {
      rule,
      weak: rule.id === null,
      everyone: users.everyone,
      userIds: new Set(ids("user", users.usernames, usersByName, (value) => value.toLowerCase())),
      profileIds: new Set(ids("profile", users.profiles, profilesByName)),
    };
    const app = findApp(policy, rule, inventory, problems);
    if (app === null) continue;
    if (rules.has(app.key))
      problems.push(
        policy.problemAt(
          rule.position,
          `the app "${printable(app.name)}" is listed twice, by name and by id`,
          "keep the entry with the id",
        ),
      );
    rules.set(app.key, resolved);
  }
  return problems.length > 0 ? { problems } : { resolved: { policy, rules } };
}

function findApp(
  policy: Policy,
  { id, name }: AppRule,
  { apps, org }: Inventory,
  problems: Problem[],
): App | null {
  const named = id ?? name!;
  const matches = apps.filter((app) => (id === null ? app.name === name!.value : app.id === id.value));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) {
    // A reviewer reads the name; the id decides. They must not be of two apps.
    if (id !== null && name !== null && only.name !== name.value)
      problems.push(
        policy.problemAt(
          name.position,
          `the app ${id.value} is named "${printable(only.name)}" in ${printable(org.name)}, not "${printable(name.value)}"`,
          "correct the name or the id",
        ),
      );
    return only;
  }
  const orgName = printable(org.name);
  if (matches.length > 1) {
    const ids = matches.map((app) => app.id ?? "one without an id").join(", ");
    problems.push(
      policy.problemAt(
        named.position,
        `${matches.length} apps of ${orgName} are named "${printable(named.value)}": ${ids}`,
        "say which with `id`",
      ),
    );
  } else if (id === null) {
    problems.push(
      policy.problemAt(
        named.position,
        `no app named "${printable(named.value)}" in ${orgName}`,
        didYouMean(
          named.value,
          apps.map((app) => app.name),
          "`npx sanctioned list` shows the names; correct it or take it out",
        ),
      ),
    );
  } else {
    problems.push(
      policy.problemAt(
        named.position,
        `no app with the id ${named.value} in ${orgName}`,
        "correct it or take it out",
      ),
    );
  }
  return null;
}

function otherOrg({ org, problemAt }: Policy, inventory: Inventory): Problem[] {
  const connected = `the credentials lead to ${printable(inventory.org.name)} (${inventory.org.id})`;
  const remedy = "use this org's own policy, or the credentials of the org that the policy is for";
  if (org?.id && org.id.value !== inventory.org.id)
    return [
      problemAt(org.id.position, `the policy is for the org ${org.id.value}, but ${connected}`, remedy),
    ];
  if (org?.name && org.name.value !== inventory.org.name)
    return [
      problemAt(
        org.name.position,
        `the policy is for the org "${printable(org.name.value)}", but ${connected}`,
        remedy,
      ),
    ];
  return [];
}
