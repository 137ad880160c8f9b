import { decider } from "../decide/decide.ts";
import type { App, Grant } from "../inventory/inventory.ts";
import type { Membership, Person, ResolvedPolicy } from "../resolve/resolved.ts";
import type { AppId, UserId } from "../salesforce/id.ts";
import { compareText } from "../text.ts";
import type { Allows } from "./allowsSchema.ts";
import type { Evaluation } from "./evaluate.ts";

type AccessPart = Allows["access"];

const anyOther = (kind: App["kind"], id: string | null): App => ({
  key: `any other: ${kind}`, // no app has a key that begins so
  id: id as AppId | null,
  name: "",
  kind,
  adminApprovedOnly: null,
});
/** An app, and an identity provider, of which nothing in particular is said. It is known which provider it is. */
const ANY_OTHER: readonly App[] = [anyOther("unknown", null), anyOther("identity-provider", "any other")];

/**
 * Who may connect to what: whether a grant that a user made and used at the time of the evaluation would be left alone, by the very rules
 * that decide grants. Users who cannot log in have none to make. Users of whom the policy can say nothing different are asked about once, and so
 * are apps.
 */
export function accessPart(evaluation: Evaluation, labels: ReadonlyMap<string, string>): AccessPart {
  const { inventory } = evaluation;
  const may = asker(evaluation);
  const isTold = toldApart(evaluation.resolved, evaluation);
  const told = inventory.apps.filter(isTold).sort((a, b) => compareText(a.key, b.key));
  const asked = [...ANY_OTHER, ...told];
  const alike = alikeUsers(evaluation);
  const rows = alike.map(({ ids, person }) => ({ ids, row: asked.map((app) => may(person, app)) }));
  const differs = (i: number) =>
    rows.some(({ row }) => row[i] !== row[asked[i]!.kind === "identity-provider" ? 1 : 0]);
  const columns = [...asked.keys()].filter((i) => i < ANY_OTHER.length || differs(i));
  const groups = Map.groupBy(rows, ({ row }) => bits(columns.map((i) => row[i]!)));
  return {
    apps: columns.slice(ANY_OTHER.length).map((i) => {
      const { key, name, kind } = asked[i]!;
      return { key, label: labels.get(key) ?? name, isProvider: kind === "identity-provider" };
    }),
    groups: [...groups]
      .map(([row, of]) => ({ users: packed(of.flatMap(({ ids }) => ids)), may: row }))
      .sort((a, b) => compareText(a.users, b.users)),
  };
}

/** Whether a grant that is made now would be left alone. */
function asker({ resolved, inventory, asOf }: Evaluation): (person: Person, app: App) => boolean {
  const decide = decider({
    // What a baseline knows was there before, and that an org has no way to revoke a link is nothing that a policy allows.
    resolved: { ...resolved, known: new Map() },
    inventory: { ...inventory, accountLinks: { ...inventory.accountLinks, deletable: true } },
    asOf,
  });
  return ({ id }, app) => {
    const grant: Grant = { userId: id, app, createdAt: asOf, lastUsedAt: asOf, useCount: 1 };
    const made: Grant = app.kind === "identity-provider" ? { ...grant, source: "account-link" } : grant;
    return decide(made).action !== "revoke";
  };
}

/** Apps of which anything in particular is said, or known. */
function toldApart(
  { listedApps, platformApps, deniedLike, protectedApps, doubts, exemptions, highPrivilege }: ResolvedPolicy,
  { inventory }: Evaluation,
): (app: App) => boolean {
  const keys = new Set<string | null>([
    ...listedApps.keys(),
    ...platformApps.keys(),
    ...deniedLike.keys(),
    ...protectedApps.keys(),
    ...doubts.keys(),
    ...exemptions.map(({ appKey }) => appKey),
    ...(highPrivilege?.exceptions ?? []).map(({ appKey }) => appKey),
    ...inventory.ownApps,
    ...inventory.directory.appSettings.keys(),
  ]);
  // Of a link that does not say which provider it is of, nothing is said of any other.
  return ({ key, id, kind }) => keys.has(key) || (kind === "identity-provider" && id === null);
}

/** Users who can log in, by all that a policy can tell them apart by. */
function alikeUsers({
  resolved,
  inventory,
}: Evaluation): { readonly ids: UserId[]; readonly person: Person }[] {
  const named = namedUsers(resolved).add(inventory.caller.userId);
  const groups = new Map<string, { readonly ids: UserId[]; readonly person: Person }>();
  for (const person of resolved.people.values()) {
    if (!person.isActive || person.isFrozen) continue;
    const key = named.has(person.id) ? person.id : likeness(person);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ids: [person.id], person });
    else group.ids.push(person.id);
  }
  return [...groups.values()];
}

function likeness({
  profileId,
  roleId,
  userType,
  memberOf,
  offboarded,
  protected: spared,
  privilege,
}: Person): string {
  const marks = [offboarded, spared, privilege].map((mark) => mark !== null);
  return JSON.stringify([profileId, roleId, userType, [...memberOf].sort((a, b) => a - b), marks]);
}

/** Users of whom the policy speaks one by one. */
function namedUsers({ listedApps, exemptions, highPrivilege }: ResolvedPolicy): Set<UserId> {
  const inList = ({ userIds, except }: Membership) => [...userIds, ...(except?.userIds ?? [])];
  const covered = [...exemptions, ...(highPrivilege?.exceptions ?? [])];
  return new Set([
    ...[...listedApps.values()].flatMap(({ users }) => (users === null ? [] : inList(users))),
    ...covered.flatMap(({ userId }) => userId ?? []),
  ]);
}

function bits(row: readonly boolean[]): string {
  const bytes = Buffer.alloc(Math.ceil(row.length / 8));
  for (const [i, is] of row.entries()) if (is) bytes[i >> 3]! |= 0x80 >> (i & 7);
  return bytes.toString("base64url");
}

/** An id without the characters that follow from the others. */
const ID_LENGTH = 15;

/** Ids in order, each as what it does not share with the one before: those of one org are alike. */
function packed(ids: readonly string[]): string {
  let before = "";
  return ids
    .map((id) => id.slice(0, ID_LENGTH))
    .sort(compareText)
    .map((id) => {
      let shared = 0;
      while (shared < ID_LENGTH - 1 && id[shared] === before[shared]) shared++;
      before = id;
      return shared.toString(16) + id.slice(shared);
    })
    .join("");
}

function unpacked(text: string): string[] {
  const ids: string[] = [];
  for (let at = 0; at < text.length; ) {
    const shared = Number.parseInt(text[at]!, 16);
    const rest = text.slice(at + 1, at + 1 + ID_LENGTH - shared);
    ids.push((ids.at(-1) ?? "").slice(0, shared) + rest);
    at += 1 + ID_LENGTH - shared;
  }
  return ids;
}

/** What some users may connect to who could not before. */
interface Gain {
  readonly users: number;
  readonly apps: ReadonlySet<string>;
}

/** Who may connect to what of which they could not connect before. */
export interface Gained {
  /** How many users can log in. */
  readonly of: number;
  /** What people read for each app that anybody gains, by its key; some stand for all those that are not told apart. */
  readonly apps: ReadonlyMap<string, { readonly label: string; readonly isProvider: boolean }>;
  /** How many users gain one of the apps that are meant. */
  readonly users: (isMeant: (key: string) => boolean) => number;
}

/** What stands for the apps, and for the identity providers, that are not told apart. */
const [ANY_OTHER_APP, ANY_OTHER_PROVIDER] = ANY_OTHER.map(({ key }) => key) as [string, string];

/** Who gains access to what. Users whom only one of the two plans knows came or went: no policy did that. Pure. */
export function gainedAccess(base: AccessPart, head: AccessPart): Gained {
  const [before, after] = [tableOf(base), tableOf(head)];
  const keys = new Map([...before.labels, ...after.labels]);
  const counts = new Map<string, { users: number; readonly groups: readonly [number, number] }>();
  let of = 0;
  for (const [id, group] of after.groupOf) {
    of++;
    const old = before.groupOf.get(id);
    if (old === undefined) continue;
    const key = `${old} ${group}`;
    const count = counts.get(key);
    if (count === undefined) counts.set(key, { users: 1, groups: [old, group] });
    else count.users++;
  }
  const gains: Gain[] = [...counts.values()].map(({ users, groups: [old, group] }) => ({
    users,
    apps: new Set(
      [...keys].flatMap(([key, { isProvider }]) =>
        after.may(group, key, isProvider) && !before.may(old, key, isProvider) ? [key] : [],
      ),
    ),
  }));
  return {
    of,
    apps: new Map([...keys].filter(([key]) => gains.some(({ apps }) => apps.has(key)))),
    users: (isMeant) =>
      gains.reduce((sum, { users, apps }) => (apps.values().some(isMeant) ? sum + users : sum), 0),
  };
}

interface AccessTable {
  readonly groupOf: ReadonlyMap<string, number>;
  readonly labels: ReadonlyMap<string, { readonly label: string; readonly isProvider: boolean }>;
  readonly may: (group: number, key: string, isProvider: boolean) => boolean;
}

function tableOf({ apps, groups }: AccessPart): AccessTable {
  const rows = groups.map(({ may }) => Buffer.from(may, "base64url"));
  const columns = new Map(apps.map(({ key }, i) => [key, ANY_OTHER.length + i]));
  return {
    groupOf: new Map(groups.flatMap(({ users }, i) => unpacked(users).map((id) => [id, i] as const))),
    labels: new Map([
      [ANY_OTHER_APP, { label: "any app that is not listed", isProvider: false }],
      [ANY_OTHER_PROVIDER, { label: "any identity provider that is not listed", isProvider: true }],
      ...apps.map(({ key, label, isProvider }) => [key, { label, isProvider }] as const),
    ]),
    may: (group, key, isProvider) => {
      const other = isProvider ? 1 : 0;
      const i = key === ANY_OTHER_APP || key === ANY_OTHER_PROVIDER ? other : (columns.get(key) ?? other);
      return (rows[group]![i >> 3]! & (0x80 >> (i & 7))) !== 0;
    },
  };
}
