import type { App, Inventory } from "../inventory/inventory.ts";
import { tooLongExemptions } from "../policy/contradictions.ts";
import { didYouMean, nearest } from "../policy/nearest.ts";
import {
  type AppRule,
  type Exemption,
  type HighPrivilege,
  type Named,
  type Policy,
  type Position,
  placeText,
} from "../policy/policy.ts";
import type { Problem } from "../policy/problem.ts";
import { printable } from "../printable.ts";
import type { UserId } from "../salesforce/id.ts";
import { Lookup } from "./lookup.ts";
import { type Person, type Scope, ScopeResolver } from "./membership.ts";

/** A rule with its names turned into the org's ids. */
export interface ResolvedRule {
  readonly rule: AppRule;
  readonly app: App;
  /** Matched by name alone, which another app could carry too. */
  readonly weak: boolean;
  /** Null for a denied app. */
  readonly scope: Scope | null;
}

/** An exemption of the org's app or user; null for any. One that means nothing in the org is not here. */
export interface ResolvedExemption {
  readonly exemption: Exemption;
  readonly appKey: string | null;
  readonly userId: UserId | null;
}

export interface ResolvedPrivilege {
  readonly rule: HighPrivilege;
  /** What makes each of the users powerful, as `the permission ModifyAllData`, by user id. */
  readonly holders: ReadonlyMap<string, string>;
}

/** A policy held against one org. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  /** By `App.key`. */
  readonly rules: ReadonlyMap<string, ResolvedRule>;
  /** Every user of the org, by id. */
  readonly people: ReadonlyMap<string, Person>;
  /** By `App.key`. */
  readonly protectedApps: ReadonlyMap<string, Position>;
  readonly exemptions: readonly ResolvedExemption[];
  readonly highPrivilege: ResolvedPrivilege | null;
  /** Names that mean nothing in this org and need not: of a shared policy, of denied apps, of exemptions. */
  readonly absent: readonly Named[];
}

/**
 * Turns the policy's names into ids of the org, once. A name that resolves to nothing or to two things
 * is a problem at its line, never an empty set: a typing mistake must not revoke anyone's access. Pure.
 * @param asOf the time of the run, in milliseconds
 */
export function resolvePolicy(
  policy: Policy,
  inventory: Inventory,
  asOf: number,
): { resolved: ResolvedPolicy } | { problems: Problem[] } {
  const problems = [...otherOrg(policy, inventory), ...tooLongExemptions(policy, asOf)];
  if (problems.length > 0) return { problems };
  const lookup = new Lookup(policy, inventory.org.name, problems);
  const scopes = new ScopeResolver(inventory, lookup);
  const apps = new AppFinder(policy, inventory, problems);
  const absent: Named[] = [];
  const isShared = ({ position }: Named) => position.line > 0 && position.file !== policy.file;

  const rules = new Map<string, ResolvedRule>();
  for (const rule of policy.apps) {
    const scope = rule.users === null ? null : scopes.scope(rule.users);
    const named = (rule.id ?? rule.name)!;
    const app = apps.ofRule(rule);
    if (app === "absent") absent.push(named);
    if (app === null || app === "absent") continue;
    const other = rules.get(app.key);
    if (other !== undefined)
      problems.push(
        policy.problemAt(
          rule.position,
          `the app "${printable(app.name)}" is listed twice, by name and by id (${placeText(other.rule.position)})`,
          "keep the entry with the id",
        ),
      );
    rules.set(app.key, { rule, app, weak: rule.id === null, scope });
  }

  /** Users of a list; one of a shared policy need not be in every org. */
  const users = (names: readonly Named[]): Map<string, Position> => {
    const found = new Map<string, Position>();
    for (const named of names) {
      const id = scopes.userId(named.value);
      if (id !== null) found.set(id, named.position);
      else if (isShared(named)) absent.push(named);
      else scopes.userIds([named]); // says what is wrong
    }
    return found;
  };
  const protectedApps = new Map<string, Position>();
  for (const named of policy.protectedApps) {
    const app = apps.named(named, "near");
    if (app === "absent") absent.push(named);
    else if (app !== null) protectedApps.set(app.key, named.position);
  }
  const exemptions = policy.exemptions.flatMap((exemption): ResolvedExemption[] => {
    const { app: appName, user: username } = exemption;
    const app = appName === null ? null : apps.named(appName, "near");
    const userId = username === null ? null : scopes.userId(username.value);
    if (username !== null && userId === null) scopes.userIds([username]);
    if (app === "absent") absent.push(appName!);
    if (app === "absent" || (appName !== null && app === null) || (username !== null && userId === null))
      return [];
    if (app !== null && protectedApps.has(app.key))
      problems.push(
        policy.problemAt(
          exemption.position,
          `the app "${printable(app.name)}" is exempt and protected (${placeText(protectedApps.get(app.key)!)})`,
          "an exemption of a protected app does nothing: take out one of the two",
        ),
      );
    return [{ exemption, appKey: app?.key ?? null, userId }];
  });
  for (const [key, { rule }] of rules) {
    const place = protectedApps.get(key);
    if (rule.denied !== null && place !== undefined)
      problems.push(
        policy.problemAt(
          place,
          `the app "${printable((rule.name ?? rule.id)!.value)}" is denied (${placeText(rule.denied)}) and protected`,
          "take it out of one of the two",
        ),
      );
  }
  scopes.mark("offboarded", users(policy.offboarded));
  scopes.mark("protected", users(policy.protectedUsers));
  const highPrivilege =
    policy.highPrivilege === null ? null : privilege(policy.highPrivilege, inventory, scopes, lookup);
  if (highPrivilege !== null) scopes.mark("privilege", highPrivilege.holders);
  const resolved: ResolvedPolicy = {
    policy,
    rules,
    people: scopes.people,
    protectedApps,
    exemptions,
    highPrivilege,
    absent,
  };
  return problems.length > 0 ? { problems } : { resolved };
}

function privilege(
  rule: HighPrivilege,
  inventory: Inventory,
  scopes: ScopeResolver,
  lookup: Lookup,
): ResolvedPrivilege {
  const holders = new Map<string, string>();
  const add = (id: string, why: string) => {
    if (!holders.has(id)) holders.set(id, why);
  };
  const { permissionHolders } = inventory.directory;
  for (const permission of rule.permissions) {
    const ids = permissionHolders.get(permission.value);
    if (ids === undefined)
      lookup.missing(
        "permission",
        permission,
        permissionHolders.keys(),
        "use its API name, as in ModifyAllData",
      );
    for (const id of ids ?? []) add(id, `the permission ${permission.value}`);
  }
  for (const profile of rule.profiles) {
    const ids = scopes.profileIds([profile]);
    for (const { id, profileId } of inventory.users.values())
      if (profileId !== null && ids.has(profileId)) add(id, `the profile ${profile.value}`);
  }
  for (const set of rule.permissionSets)
    for (const ids of scopes.permissionSetMembers([set]))
      for (const id of ids) add(id, `the permission set ${set.value}`);
  return { rule, holders };
}

/** Finds the apps that a policy names; null where that is a problem, which is noted. */
class AppFinder {
  readonly #policy: Policy;
  readonly #inventory: Inventory;
  readonly #problems: Problem[];

  constructor(policy: Policy, inventory: Inventory, problems: Problem[]) {
    this.#policy = policy;
    this.#inventory = inventory;
    this.#problems = problems;
  }

  ofRule({ id, name, denied, shared }: AppRule): App | "absent" | null {
    const app = this.named((id ?? name)!, denied !== null ? "absent" : shared ? "near" : "problem");
    // A reviewer reads the name; the id decides. They must not be of two apps.
    if (app !== null && app !== "absent" && id !== null && name !== null && app.name !== name.value)
      this.#problem(
        name,
        `the app ${id.value} is named "${printable(app.name)}" in ${this.#org}, not "${printable(name.value)}"`,
        "correct the name or the id",
      );
    return app;
  }

  /**
   * The app of a name or id.
   * @param otherwise what it is where the org has none: a problem; nothing; or a problem only where an
   * app of the org is called nearly the same, which makes a typing mistake likely
   */
  named(named: Named, otherwise: "problem" | "absent" | "near"): App | "absent" | null {
    const { value } = named;
    const { apps } = this.#inventory;
    const isId = /^0(H4|xI)[A-Za-z0-9]{12,15}$/.test(value);
    const matches = apps.filter((app) =>
      isId ? app.id?.startsWith(value.slice(0, 15)) : app.name === value,
    );
    const [only, ...others] = matches;
    if (only !== undefined && others.length === 0) return only;
    const names = apps.map(({ name }) => name);
    if (others.length > 0)
      this.#problem(
        named,
        `${matches.length} apps of ${this.#org} are named "${printable(value)}": ${matches.map(({ id }) => id ?? "one without an id").join(", ")}`,
        "say which with `id`",
      );
    else if (otherwise === "absent" || (otherwise === "near" && nearest(value, names) === null))
      return "absent";
    else if (isId)
      this.#problem(named, `no app with the id ${value} in ${this.#org}`, "correct it or take it out");
    else
      this.#problem(
        named,
        `no app named "${printable(value)}" in ${this.#org}`,
        didYouMean(value, names, "`npx sanctioned list` shows the names; correct it or take it out"),
      );
    return null;
  }

  get #org(): string {
    return printable(this.#inventory.org.name);
  }

  #problem({ position }: Named, message: string, remedy: string): void {
    this.#problems.push(this.#policy.problemAt(position, message, remedy));
  }
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
