import { Document, isMap, parse, type YAMLMap, type YAMLSeq } from "yaml";
import { isAccountLink } from "../../accountLink.ts";
import type { App, Grant, Inventory, User } from "../../inventory/inventory.ts";
import { printable } from "../../printable.ts";
import type { UserId } from "../../salesforce/id.ts";
import { amount } from "../../text.ts";
import { dayOf } from "../../time.ts";
import { isBlank } from "../hidden.ts";
import { yamlText } from "./yamlText.ts";

/** More names than these do not make a scope that anyone reviews. */
const MOST_NAMES = 8;
const MOST_PROTECTED = 10;

const KINDS: readonly [App["kind"], string][] = [
  ["connected-app", "Connected apps"],
  ["external-client-app", "External client apps"],
  ["unknown", "Apps that are not installed: matched by name alone"],
];

/**
 * A first policy for an org, as YAML: every app that holds grants, with what the org shows of it and a
 * proposal of who is in scope. It only reports. Needs an inventory read with all permission sets and the
 * holders of ModifyAllData.
 * @param day of the draft, as 2026-11-23
 * @param shared a policy that it extends, which says what an app gets that is not listed; null for none
 */
export function draftPolicy(inventory: Inventory, day: string, shared: string | null = null): string {
  const { org } = inventory;
  const apps = inventory.apps.filter(({ kind }) => kind !== "identity-provider");
  const grants = inventory.grants.filter((grant) => !isAccountLink(grant));
  const byApp = Map.groupBy(grants, ({ app }) => app.key);
  const named = apps.filter((app) => byApp.has(app.key) && canBeNamed(app, apps));
  const entries = KINDS.flatMap(([kind, title]) =>
    named
      .filter((app) => app.kind === kind)
      .sort((a, b) => byApp.get(b.key)!.length - byApp.get(a.key)!.length || (a.name < b.name ? -1 : 1))
      .map((app, i) => ({ app, heading: i === 0 ? title : null })),
  );
  const document = new Document({
    version: 1,
    ...(shared === null ? {} : { extends: shared }),
    org: { name: org.name, id: org.id },
    mode: "report",
    ...(shared === null ? { unlisted: "report" } : {}),
    apps: entries.map(({ app }) => ({
      ...(app.id !== null && isBlank(app.name) ? {} : { name: app.name }),
      ...(app.id === null ? {} : { id: app.id }),
      users: usersOf(byApp.get(app.key)!, inventory),
    })),
    ...providersPart(inventory),
    ...protectedPart(inventory),
  });
  const top = document.contents as YAMLMap;
  entries.forEach(({ app, heading }, i) => {
    const item = (document.get("apps") as YAMLSeq).items[i] as YAMLMap;
    item.commentBefore = [
      ...(heading === null ? [] : [` ---- ${heading} ----`]),
      ` review: ${summary(byApp.get(app.key)!)}`,
    ].join("\n");
    item.spaceBefore = i > 0;
    const users = item.get("users", true);
    if (isMap(users)) users.commentBefore = " proposed from the grants";
  });
  comment(top, "mode", " Nothing is revoked until this line is taken out.");
  comment(top, "unlistedIdentityProviders", " Providers that accounts are linked to. review: all of them");
  comment(top, "protected", " review: proposed, since they hold Modify All Data");
  const idle = apps
    .filter(({ key, id }) => id !== null && !byApp.has(key))
    .map(({ name }) => printable(name));
  document.commentBefore = [
    " yaml-language-server: $schema=../schema/policy.schema.json",
    ` A draft of ${day} from ${printable(org.name)}: ${amount(grants.length, "grant")} of ${amount(byApp.size, "app")}. Review every entry marked so.`,
    ...(idle.length === 0 ? [] : [` Apps without grants, which need no entry: ${idle.sort().join(", ")}`]),
    ...(named.length === byApp.size
      ? []
      : [` Left out, since the org does not say which app they are: ${byApp.size - named.length}`]),
  ].join("\n");
  return yamlText(document, 120);
}

/** A draft as the policy that it is. @param text of `draftPolicy` */
export function parseDraft(text: string): Record<string, unknown> {
  return parse(text) as Record<string, unknown>;
}

/** The identity providers that accounts are linked to, and of which can be said which they are. */
function providersPart(inventory: Inventory): Record<string, unknown> {
  const providers = inventory.apps.filter(({ kind }) => kind === "identity-provider");
  const links = Map.groupBy(inventory.grants.filter(isAccountLink), ({ app }) => app);
  const known = [...links.keys()].filter((provider) => canBeNamed(provider, providers));
  if (known.length === 0) return {};
  return {
    unlistedIdentityProviders: "report",
    identityProviders: known
      .sort((a, b) => links.get(b)!.length - links.get(a)!.length || (a.name < b.name ? -1 : 1))
      .map((provider) => ({
        ...(isBlank(provider.name) ? {} : { name: provider.name }),
        ...(provider.id === null ? {} : { id: provider.id }),
        users: usersOf(links.get(provider)!, inventory),
      })),
  };
}

/** Whether an entry can say that it means this one of the apps, or of the providers: by its id, or by a name that no other has. */
function canBeNamed({ id, name, couldBe }: App, among: readonly App[]): boolean {
  if (id !== null) return true;
  const isDistinct = !isBlank(name) && among.filter((other) => other.name === name).length === 1;
  return couldBe === undefined && isDistinct;
}

function comment(map: YAMLMap, key: string, text: string): void {
  const pair = map.items.find((item) => String(item.key) === key);
  if (pair === undefined) return;
  (pair.key as { commentBefore?: string; spaceBefore?: boolean }).commentBefore = text;
  (pair.key as { spaceBefore?: boolean }).spaceBefore = true;
}

/** `12 grants of 12 users, granted 2023-05-02 to 2023-06-30, last used 2024-02-01`. */
function summary(grants: readonly Grant[]): string {
  const users = new Set(grants.map(({ userId }) => userId)).size;
  const created = grants.flatMap(({ createdAt }) => createdAt ?? []);
  const used = grants.flatMap(({ lastUsedAt }) => lastUsedAt ?? []);
  const [first, last] = [least(created), greatest(created)];
  return [
    `${amount(grants.length, "grant")} of ${amount(users, "user")}`,
    first === null ? "granted on unknown days" : `granted ${dayOf(first)} to ${dayOf(last!)}`,
    used.length === 0 ? "no use recorded" : `last used ${dayOf(greatest(used)!)}`,
  ].join(", ");
}

type Users = "everyone" | Record<string, string[]>;

/**
 * The fewest profiles and permission sets that cover the connected users, found greedily: the one that
 * covers most of those left, and of equal ones the one with the fewest others. Leavers need no scope.
 */
function usersOf(grants: readonly Grant[], inventory: Inventory): Users {
  const connected = [...new Set(grants.map(({ userId }) => userId))].flatMap(
    (id) => inventory.users.get(id) ?? [],
  );
  const staying = connected.filter(({ isActive, isFrozen }) => isActive && !isFrozen);
  if (staying.length === 0) return connected.length === 0 ? "everyone" : usernames(connected);
  if (staying.length <= 3) return usernames(staying);
  const candidates = candidateSets(inventory);
  const left = new Set(staying.map(({ id }) => id));
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
    if (best === undefined) break;
    chosen.push(best.candidate);
    for (const id of best.candidate.userIds) left.delete(id);
  }
  if (left.size > 0) return "everyone";
  const of = (kind: Candidate["kind"]) =>
    chosen.flatMap((candidate) => (candidate.kind === kind ? [candidate.name] : [])).sort();
  return Object.fromEntries(
    (["profiles", "permissionSets"] as const)
      .map((kind) => [kind, of(kind)])
      .filter(([, names]) => names!.length > 0),
  );
}

interface Candidate {
  readonly kind: "profiles" | "permissionSets";
  readonly name: string;
  readonly userIds: ReadonlySet<UserId>;
}

function candidateSets({ users, profiles, directory }: Inventory): Candidate[] {
  const byProfile = Map.groupBy(users.values(), ({ profileId }) => profileId);
  return [
    ...profiles.map(
      ({ id, name }): Candidate => ({
        kind: "profiles",
        name,
        userIds: new Set((byProfile.get(id) ?? []).map((user) => user.id)),
      }),
    ),
    ...directory.permissionSets.map(
      ({ name, userIds }): Candidate => ({ kind: "permissionSets", name, userIds: userIds ?? new Set() }),
    ),
  ];
}

function protectedPart({ users, directory, caller }: Inventory): { protected?: { users: string[] } } {
  const holders = [...(directory.permissionHolders.get("ModifyAllData") ?? [])]
    .flatMap((id) => users.get(id) ?? [])
    .filter(({ id, isActive, isFrozen }) => id !== caller.userId && isActive && !isFrozen);
  return holders.length === 0 || holders.length > MOST_PROTECTED
    ? {}
    : { protected: { users: names(holders) } };
}

function usernames(users: readonly User[]): Users {
  return users.length > MOST_NAMES ? "everyone" : { usernames: names(users) };
}

function names(users: readonly User[]): string[] {
  return users.map(({ username }) => username).sort();
}

function overlap(ids: ReadonlySet<UserId>, left: ReadonlySet<UserId>): number {
  let both = 0;
  for (const id of left) if (ids.has(id)) both++;
  return both;
}

function least(times: readonly number[]): number | null {
  return times.reduce<number | null>((min, time) => (min === null || time < min ? time : min), null);
}

function greatest(times: readonly number[]): number | null {
  return times.reduce<number | null>((max, time) => (max === null || time > max ? time : max), null);
}
