import type { App, Inventory } from "../inventory/inventory.ts";
import { foldName } from "../names.ts";
import { type PlatformKind, platformKindOf } from "../platformApps.ts";
import { tooLongExemptions, unboundBaseline } from "../policy/contradictions.ts";
import { policyProblems } from "../policy/errors.ts";
import {
  type AppEntry,
  type AppsLike,
  type Exemption,
  type Named,
  type Placed,
  type Policy,
  type Position,
  placeText,
  type UserSelector,
} from "../policy/policy.ts";
import type { Problem } from "../policy/problem.ts";
import type { AppRef, UserId } from "../salesforce/id.ts";
import { type Instant, isOver } from "../time.ts";
import { resolveBaseline } from "./baselineGrants.ts";
import { doubtsOf } from "./doubts.ts";
import { resolveProblems } from "./errors.ts";
import { type Listed, Lookup, listedAs } from "./lookup.ts";
import { People } from "./people.ts";
import { resolvePrivilege } from "./privilegeHolders.ts";
import {
  isMember,
  type ListedApp,
  type Membership,
  type ResolvedExemption,
  type ResolvedPolicy,
} from "./resolved.ts";
import { Selectors } from "./selectors.ts";
import { wildcards } from "./wildcards.ts";

/**
 * Turns the policy's names into ids of the org, once. A name that resolves to nothing or to two things
 * is a problem at its line, never an empty set: a typing mistake must not revoke anyone's access. Pure.
 * @param asOf the time of the run
 */
export function resolvePolicy(
  policy: Policy,
  inventory: Inventory,
  asOf: Instant,
): { resolved: ResolvedPolicy } | { problems: Problem[] } {
  const refused = [
    ...otherOrg(policy, inventory),
    ...tooLongExemptions(policy, asOf),
    ...unboundBaseline(policy, asOf),
  ];
  if (refused.length > 0) return { problems: refused };
  const lookup = new Lookup(policy, inventory);
  const people = new People(inventory.users.values());
  const selectors = new Selectors(inventory, lookup, people);

  const { apps, identityProviders } = policy;
  const org = { inventory, selectors, people, lookup };
  const listedApps = resolveEntries(apps, lostUnlisted(policy), "app", org);
  if (identityProviders !== null) {
    const { entries, unlisted } = identityProviders;
    const providers = resolveEntries(entries, () => unlisted.value === "revoke", "identity provider", org);
    for (const [key, listed] of providers) listedApps.set(key, listed);
  }
  const protectedApps = resolveProtectedApps(policy, lookup);
  const exemptions = resolveExemptions(policy, protectedApps, lookup, asOf);
  refuseDeniedAndProtected(listedApps, protectedApps, lookup);
  const known = resolveBaseline(policy, asOf, lookup);
  people.mark("offboarded", resolveUsers(policy.offboarded, lookup));
  people.mark("protected", resolveUsers(policy.protectedUsers, lookup));
  const highPrivilege = resolvePrivilege(policy, inventory, selectors, lookup);
  if (highPrivilege !== null) people.mark("privilege", highPrivilege.holders);

  const deniedLike = resolveAppsLike(policy, [listedApps, protectedApps], inventory);
  const { problems, absent } = lookup;
  if (problems.length > 0) return { problems };
  return {
    resolved: {
      policy,
      listedApps,
      people: people.byId,
      protectedApps,
      exemptions,
      doubts: doubtsOf({ listedApps, deniedLike, protectedApps, exemptions }, inventory),
      deniedLike,
      platformApps: platformAppsOf(inventory, [listedApps, protectedApps, deniedLike]),
      known,
      highPrivilege,
      absent,
    },
  };
}

/** The org that names are looked up in. */
interface OrgAtHand {
  readonly inventory: Inventory;
  readonly selectors: Selectors;
  readonly people: People;
  readonly lookup: Lookup;
}

function resolveEntries(
  entries: readonly AppEntry[],
  isLost: (app: App) => boolean,
  what: Listed,
  { inventory, selectors, people, lookup }: OrgAtHand,
): Map<string, ListedApp> {
  const rules = new Map<string, ListedApp>();
  const absent: AppEntry[] = [];
  for (const rule of entries) {
    const before = lookup.problems.length;
    const users = rule.users === null ? null : selectors.membership(rule.users);
    const isWhole = lookup.problems.length === before;
    const app = lookup.appIfAny(refOf(rule), what);
    if (app === undefined) absent.push(rule);
    if (!app) continue;
    if (users !== null && isWhole) refuseNobody(rule.users!, users, people, lookup);
    refuseOtherName(rule, app, lookup);
    list({ entry: rule, app, weak: rule.id === null, users }, rules, lookup);
  }
  if (absent.length > 0) keepAbsent(absent, unlistedWithGrants(inventory, rules, what), isLost, what, lookup);
  return rules;
}

/** A denial, or a sanction where an app that is not listed loses its grants, of what is nearly that app's name is a mistake. */
function keepAbsent(
  entries: readonly AppEntry[],
  unlisted: readonly App[],
  isLost: (app: App) => boolean,
  what: Listed,
  lookup: Lookup,
): void {
  for (const entry of entries) {
    const mistakable = entry.denied === null ? unlisted.filter(isLost) : unlisted;
    lookup.listedAppAbsent(entry, refOf(entry), mistakable, what);
  }
}

/** Which apps lose their grants where no entry lists them. */
function lostUnlisted({ unlisted, platformApps }: Policy): (app: App) => boolean {
  if (unlisted.value === "revoke") return () => true;
  return (app) => platformApps?.value === "revoke" && platformKindOf(app) === "proven";
}

/** The apps with grants, or the providers with links, that no entry lists. */
function unlistedWithGrants(
  { grants }: Inventory,
  rules: ReadonlyMap<string, ListedApp>,
  what: Listed,
): App[] {
  const apps = new Map(grants.map(({ app }) => [app.key, app]));
  return [...apps.values()].filter((app) => listedAs(app) === what && !rules.has(app.key));
}

/** A reviewer reads the name; the id decides. They must not be of two apps. */
function refuseOtherName({ id, name }: AppEntry, app: App, lookup: Lookup): void {
  if (app.kind === "identity-provider" && app.name === "") return; // its links do not say
  if (id !== null && name !== null && foldName(app.name) !== foldName(name.value))
    lookup.problem(
      name.position,
      resolveProblems["app-name-and-id-differ"]({
        what: listedAs(app),
        id: id.value,
        actual: app.name,
        org: lookup.org,
        name: name.value,
      }),
    );
}

/** An app is listed once; the policy's own entries, which come first, may turn around one of the extended policy. */
function list(listed: ListedApp, rules: Map<string, ListedApp>, lookup: Lookup): void {
  const { app, entry } = listed;
  const other = rules.get(app.key);
  if (other !== undefined && turnsAround(other.entry, entry)) return;
  if (other !== undefined)
    lookup.problem(
      entry.position,
      resolveProblems["app-listed-by-name-and-id"]({
        what: listedAs(app),
        app: app.name,
        other: placeText(other.entry.position),
      }),
    );
  rules.set(app.key, listed);
}

/** Whether an entry denies what the extended policy sanctions, or says in so many words that it sanctions what that denies. */
function turnsAround(own: AppEntry, other: AppEntry): boolean {
  if (own.shared || !other.shared) return false;
  return other.denied === null ? own.denied !== null : own.saidSanctioned;
}

/** That a whole app goes since a group is empty, or a name is known in other orgs alone, takes words of its own. */
function refuseNobody(
  { nobody, position }: UserSelector,
  users: Membership,
  people: People,
  lookup: Lookup,
): void {
  if (nobody || (users.everyone && users.except === null)) return;
  if (people.byId.values().some((person) => isMember(users, person))) return;
  lookup.problem(position, resolveProblems["users-are-nobody"]({ org: lookup.org }));
}

/** Which pattern denies each app that is like one and that nothing else is said of. Nothing of grants that do not say whose they are. */
function resolveAppsLike(
  { appsLike }: Policy,
  spared: readonly ReadonlyMap<string, unknown>[],
  { apps }: Inventory,
): Map<string, AppsLike> {
  const patterns = appsLike.map((like) => [wildcards(foldName(like.pattern.value)), like] as const);
  return new Map(
    apps.flatMap(({ key, name, kind, couldBe }): [string, AppsLike][] => {
      if (kind === "identity-provider" || couldBe !== undefined || spared.some((said) => said.has(key)))
        return [];
      const folded = foldName(name);
      const found = patterns.find(([isLike]) => isLike(folded));
      return found === undefined ? [] : [[key, found[1]]];
    }),
  );
}

/** Salesforce's own apps, and what is called so, of which the policy says nothing else. */
function platformAppsOf(
  { apps }: Inventory,
  said: readonly ReadonlyMap<string, unknown>[],
): Map<string, PlatformKind> {
  return new Map(
    apps.flatMap((app): [string, PlatformKind][] => {
      const kind = platformKindOf(app);
      return kind === null || said.some((one) => one.has(app.key)) ? [] : [[app.key, kind]];
    }),
  );
}

/** The key says which of the two it is. */
function refOf({ id, name }: AppEntry): Placed<AppRef> {
  return id === null
    ? { value: { name: name!.value }, position: name!.position }
    : { value: { id: id.value }, position: id.position };
}

/** Where each protected app is first called so, by `App.key`: the file's own place stands before that of the one it extends. */
function resolveProtectedApps({ protectedApps }: Policy, lookup: Lookup): Map<string, Position> {
  const places = new Map<string, Position>();
  for (const ref of protectedApps) {
    const app = lookup.app(ref);
    if (app !== null && !places.has(app.key)) places.set(app.key, ref.position);
  }
  return places;
}

function resolveExemptions(
  { exemptions }: Policy,
  protectedApps: ReadonlyMap<string, Position>,
  lookup: Lookup,
  asOf: Instant,
): ResolvedExemption[] {
  // Once it has expired, the app's last grant may have been revoked for that: the policy must not become invalid by it.
  const appOf = (ref: Placed<AppRef>, { expires }: Exemption) =>
    isOver(expires.value, asOf) ? lookup.appUnlessNear(ref) : lookup.app(ref);
  return exemptions.flatMap((exemption): ResolvedExemption[] => {
    const meant = lookup.grantsMeant(exemption, (ref) => appOf(ref, exemption));
    if (meant === null) return [];
    const { app, appKey, userId } = meant;
    if (app !== null) refuseExemptAndProtected(exemption, app, protectedApps, lookup);
    return [{ exemption, appKey, userId }];
  });
}

function refuseExemptAndProtected(
  { position }: Exemption,
  { key, name }: App,
  protectedApps: ReadonlyMap<string, Position>,
  lookup: Lookup,
): void {
  const place = protectedApps.get(key);
  if (place === undefined) return;
  const other = placeText(place);
  lookup.problem(position, policyProblems["app-exempt-and-protected"]({ name, other }));
}

function refuseDeniedAndProtected(
  rules: ReadonlyMap<string, ListedApp>,
  protectedApps: ReadonlyMap<string, Position>,
  lookup: Lookup,
): void {
  for (const [key, { entry: rule }] of rules) {
    const place = protectedApps.get(key);
    if (rule.denied !== null && place !== undefined)
      lookup.problem(
        place,
        policyProblems["app-denied-and-protected"]({
          name: (rule.name ?? rule.id)!.value,
          other: placeText(rule.denied),
        }),
      );
  }
}

/** Where each user of a list is named. */
function resolveUsers(names: readonly Named[], lookup: Lookup): Map<UserId, Position> {
  return new Map(
    names.flatMap((named): [UserId, Position][] => {
      const id = lookup.user(named);
      return id === null ? [] : [[id, named.position]];
    }),
  );
}

function otherOrg({ org, problemAt }: Policy, inventory: Inventory): Problem[] {
  const { id, name } = inventory.org;
  const refused = (expected: string, position: Position) => [
    problemAt(position, resolveProblems["policy-of-another-org"]({ expected, org: name, id })),
  ];
  if (org?.id && org.id.value !== id) return refused(org.id.value, org.id.position);
  if (org?.name && org.name.value !== name) return refused(`"${org.name.value}"`, org.name.position);
  return [];
}
