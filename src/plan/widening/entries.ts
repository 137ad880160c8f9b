import { isSameData } from "../../collections.ts";
import { foldName } from "../../names.ts";
import type { Allows } from "../allowsSchema.ts";
import type { Found, Said, Severity } from "./found.ts";
import { isSameId, judgeKey, judgeMap } from "./keys.ts";
import { isEveryone, moreUsers, usersText } from "./users.ts";

/** What an entry says of an app, or of an identity provider, in plain data. */
type Entry = Readonly<Record<string, Said>> & {
  readonly name?: string;
  readonly id?: string;
  readonly sanctioned?: boolean;
  readonly users?: Said;
  readonly owner?: string;
  readonly reason?: string;
};

/** An entry with what it lists in the org. */
interface Listed {
  readonly entry: Entry;
  /** The key of the app in the org, and what people read for it; null for none. */
  readonly key: string | null;
  readonly label: string | null;
  /** As `apps[3]`. */
  readonly place: string;
}

/** What holds for apps that no entry lists. */
export interface Otherwise {
  /** What a grant gets of an app of which nothing is said; by the app's key, null for one that the org does not have. */
  readonly outcome: (key: string | null) => "revoke" | "report" | "keep";
  /** The pattern that denies an app of one of these names; null for none. */
  readonly deniedLike: (names: readonly string[]) => string | null;
  readonly times: Readonly<Record<string, Said>>;
  readonly scopes: Said;
  /** Whether a baseline holds back grants that are revoked for that alone: of what is denied it holds back none. */
  readonly hasKnown: boolean;
}

/** What the entries of one policy allow more than those of another. They are told apart by what they list, in whatever order. */
export function judgeEntries(
  list: "apps" | "identityProviders",
  [base, head]: readonly [Allows, Allows],
  [before, now]: readonly [Otherwise, Otherwise],
): Found[] {
  const [old, entries] = [listedIn(base, list), listedIn(head, list)];
  const pairs = paired(old, entries);
  const kept = new Set(pairs.values());
  const prefix = `${list}[].`;
  return [
    ...entries.flatMap((one) => {
      const other = pairs.get(one);
      // An entry that another one overrules, as a denial of one's own does a shared sanction, lists nothing and is no new one.
      if (other === undefined && old.some(({ entry }) => isSameData(entry, one.entry))) return [];
      const found =
        other === undefined ? added(one, prefix, before) : changed(other, one, prefix, [before, now]);
      return found.map((each) => about(each, one));
    }),
    // A pattern denies as an entry does.
    ...old
      .filter((one) => !kept.has(one) && now.deniedLike(namesOf(one)) === null)
      .flatMap((one) => dropped(one, prefix, now).map((each) => about(each, one))),
  ];
}

function about(found: Found, { entry, key, label }: Listed): Found {
  const { owner, reason } = entry;
  return { owner, reason, ...found, app: { key, name: label ?? entry.name ?? entry.id ?? "" } };
}

function listedIn({ says, listed }: Allows, list: "apps" | "identityProviders"): Listed[] {
  return ((says[list] ?? []) as Entry[]).map((entry, i) => ({
    entry,
    key: listed[list][i]?.key ?? null,
    label: listed[list][i]?.label ?? null,
    place: `${list}[${i}]`,
  }));
}

/** Which entry of before lists what one lists now: the same app of the org, else the same id, else the same name. */
function paired(old: readonly Listed[], now: readonly Listed[]): Map<Listed, Listed> {
  const pairs = new Map<Listed, Listed>();
  const free = new Set(old);
  const same: ((one: Listed, other: Listed) => boolean)[] = [
    ({ key }, other) => key !== null && key === other.key,
    ({ entry: { id } }, { entry }) => id !== undefined && isSameId(id, entry.id),
    ({ entry, key }, other) =>
      isSameName(entry, other.entry) &&
      // One name can be several apps'; of what a denial is, `narrowerDenial` tells.
      (key === other.key || (isDenied(entry) && isDenied(other.entry))),
  ];
  for (const isSameApp of same)
    for (const one of now) {
      if (pairs.has(one)) continue;
      const other = free.values().find((each) => isSameApp(one, each));
      if (other === undefined) continue;
      free.delete(other);
      pairs.set(one, other);
    }
  return pairs;
}

function isSameName({ id, name }: Entry, other: Entry): boolean {
  if (name === undefined || other.name === undefined) return false;
  return foldName(name) === foldName(other.name) && (id === undefined || other.id === undefined);
}

function isDenied({ sanctioned }: Entry): boolean {
  return sanctioned === false;
}

function added(one: Listed, prefix: string, before: Otherwise): Found[] {
  const { entry, place } = one;
  const like = before.deniedLike(namesOf(one));
  const outcome = like === null ? before.outcome(one.key) : "revoke";
  const isReported = entry.mode === "report";
  if (isDenied(entry) && isReported)
    return [
      {
        key: `${prefix}mode`,
        severity: outcome === "revoke" ? "high" : "medium",
        what: `denied, and only reported${wasText(like, outcome)}`,
        place,
      },
    ];
  // Whoever is denied by a pattern loses the app as whoever is in no scope does.
  if (isDenied(entry) || (entry.users === "nobody" && !isReported && (like === null || !before.hasKnown)))
    return [];
  const only = isReported ? ", and everybody else's grants are only reported" : "";
  const isWide = isEveryone(entry.users) || isReported;
  const severity: Severity = like !== null || (outcome === "revoke" && isWide) ? "high" : "medium";
  return [
    {
      key: `${prefix}sanctioned`,
      severity,
      what: `sanctioned for ${usersText(entry.users)}${only}${wasText(like, outcome)}`,
      place,
    },
  ];
}

/** What an app got of which nothing was said, where that was not simply to be revoked. */
function wasText(like: string | null, outcome: ReturnType<Otherwise["outcome"]>): string {
  if (like !== null) return ` (before: denied as one that is called like "${like}")`;
  if (outcome === "revoke") return "";
  return ` (before: not listed, and ${outcome === "keep" ? "kept as one of Salesforce's own" : "only reported"})`;
}

/** What the app of an entry is called, by the policy and by the org. */
function namesOf({ entry, label }: Listed): string[] {
  return [entry.name, label].flatMap((name) => name ?? []);
}

function changed(
  old: Listed,
  now: Listed,
  prefix: string,
  [before, after]: readonly [Otherwise, Otherwise],
): Found[] {
  const places = { place: now.place, before: old.place };
  const [was, is] = [old.entry, now.entry];
  if (isDenied(was) && !isDenied(is))
    return [
      {
        key: `${prefix}sanctioned`,
        severity: "high",
        what: `sanctioned for ${usersText(is.users)} (before: denied${because(was)})`,
        ...places,
      },
    ];
  const mode = judgeKey(`${prefix}mode`, was.mode, is.mode, now.place);
  if (isDenied(is))
    return [...narrowerDenial(old, now, prefix, after), ...[mode ?? []].flat()].map((found) => ({
      ...found,
      ...places,
    }));
  const more = moreUsers(prefix, was.users, is.users);
  const apart = [
    "users",
    "settings",
    "mode",
    // Of an app that is there nothing is waited for: what is left of it says so until it is taken out.
    ...(now.key === null ? [] : ["expectedBy"]),
    ...Object.keys(before.times),
    ...Object.keys(after.times),
    ...TIMES,
  ];
  return [
    ...(more.length === 0
      ? []
      : [
          {
            key: `${prefix}users`,
            severity: isEveryone(is.users) ? ("high" as const) : ("medium" as const),
            what: more.join("; "),
            ...places,
          },
        ]),
    ...(mode === null ? [] : [mode]),
    ...TIMES.flatMap((key) => longerTime(key, prefix, [was, is], [before, after], now.place)),
    ...judgeMap(`${prefix}settings.`, was.settings, is.settings, now.place),
    ...judgeMap(prefix, was, is, now.place, apart),
  ].map((found) => ({ ...found, ...places }));
}

/** A denial that is of fewer apps: by a name alone, which an app can lose, or by an id, which other apps of the name do not have. */
function narrowerDenial(
  { entry: was, key: before }: Listed,
  { entry: is, key, place }: Listed,
  prefix: string,
  after: Otherwise,
): Found[] {
  const isByName = was.id !== undefined && is.id === undefined;
  // Of an app that is there, an id says no more than which it is.
  const isPinned = was.id === undefined && is.id !== undefined && (key === null || key !== before);
  if (!isByName && !isPinned) return [];
  const what = isByName
    ? "denied by its name alone, which it can change (the policy no longer gives its id)"
    : "denied by its id alone: another app of its name no longer is";
  return [{ key: `${prefix}id`, severity: after.outcome(null) === "revoke" ? "low" : "medium", what, place }];
}

function because({ reason }: Entry): string {
  return reason === undefined ? "" : `: ${reason}`;
}

const TIMES = ["maxIdleDays", "maxAgeDays", "neverUsedAfterDays"] as const;

/** An entry's own limit, or that of all apps; what is changed for all apps is told of them. */
function longerTime(
  key: (typeof TIMES)[number],
  prefix: string,
  [was, is]: readonly [Entry, Entry],
  [before, after]: readonly [Otherwise, Otherwise],
  place: string,
): Found[] {
  if (was[key] === undefined && is[key] === undefined) return [];
  return [judgeKey(`${prefix}${key}`, was[key] ?? before.times[key], is[key] ?? after.times[key], place)]
    .flatMap((found) => found ?? [])
    .map((found) => ({ ...found, place }));
}

/** An entry that is not there any more: what held for its app holds no longer, and what holds for apps that are not listed does. */
function dropped(one: Listed, prefix: string, now: Otherwise): Found[] {
  const { entry, key, place } = one;
  const outcome = now.outcome(key);
  const places = { place: null, before: place };
  const then =
    outcome === "revoke"
      ? "as an app that is not listed its grants are still revoked"
      : outcome === "keep"
        ? "kept as one of Salesforce's own"
        : "its grants are only reported";
  const isHeldBack = outcome === "revoke" && now.hasKnown;
  if (isDenied(entry))
    return [
      {
        key: `${prefix}sanctioned`,
        severity: outcome !== "revoke" ? "high" : isHeldBack ? "medium" : "low",
        what: `no longer denied${because(entry)}; ${then}${isHeldBack ? ", but for those that the baseline knows" : ""}`,
        ...places,
      },
    ];
  const { times, scopes } = now;
  // What is kept is not held to the scopes of what is not listed.
  const wider = { times, scopes: outcome === "keep" ? undefined : scopes };
  if (outcome === "revoke" || isNoTighter(entry, wider)) return [];
  return [
    {
      key: `${prefix}users`,
      severity: "medium",
      what: `no longer listed, with the limits that it had; ${then}`,
      ...places,
    },
  ];
}

/** Whether an entry held its app to nothing that does not hold for every app. */
function isNoTighter(entry: Entry, { times, scopes }: Pick<Otherwise, "times" | "scopes">): boolean {
  const isLonger = (key: string) => judgeKey(`apps[].${key}`, times[key], entry[key], "") !== null;
  return (
    isEveryone(entry.users) &&
    entry.settings === undefined &&
    (entry.scopes === undefined || isSameData(entry.scopes, scopes)) &&
    TIMES.every((key) => entry[key] === undefined || isSameData(entry[key], times[key]) || isLonger(key))
  );
}
