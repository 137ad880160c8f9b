import { fairShares } from "../collections.ts";
import { meaningOf } from "../decide/codes.ts";
import { appKey, appText } from "../plan/parts.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { placeText } from "../policy/policy.ts";
import { compareText, count } from "../text.ts";

type Revocation = PlanFile["revocations"][number];
type Place = Revocation["policy"];

/** What of a revocation is grouped: it may have more. */
export type Grouped = Pick<Revocation, "user" | "app" | "grants" | "code" | "policy" | "reauthorize">;

/** The first and the last of some instants in ISO 8601; null where none of them is known. */
export interface Span {
  readonly first: string | null;
  readonly last: string | null;
  /** How many are not known. */
  readonly unknown: number;
}

/** What is revoked of one app for one reason. */
export interface Group<One extends Grouped = Revocation> {
  readonly app: One["app"];
  readonly code: One["code"];
  /** The lines of the policy that decided, each once, in the order of file and line: one, but for rules that name each user. */
  readonly places: readonly [Place, ...Place[]];
  /** Of those that differ, the easiest. */
  readonly reauthorize: One["reauthorize"];
  /** How many there are, each counted once. */
  readonly users: number;
  readonly grants: number;
  readonly granted: Span;
  readonly lastUsed: Span;
  /** Usernames, or ids where one is not known, in their order. Untrusted text. */
  readonly names: readonly string[];
  /** In the order in which they came. */
  readonly revocations: readonly One[];
}

/** How much some revocations are of: each app and user is counted once. */
export interface Totals {
  readonly apps: number;
  readonly users: number;
  readonly grants: number;
}

/** Revocations by app and reason: the most grants first, then the most users, and what is alike by name. Pure. */
export function groupsOf<One extends Grouped>(revocations: readonly One[]): Group<One>[] {
  const groups = Map.groupBy(revocations, ({ app, code }) => JSON.stringify([code, appKey(app)]));
  return [...groups]
    .map(([key, members]) => ({ key, group: groupOf(members as [One, ...One[]]) }))
    .sort(
      (a, b) =>
        b.group.grants - a.group.grants ||
        b.group.users - a.group.users ||
        compareText(appText(a.group.app), appText(b.group.app)) ||
        compareText(a.key, b.key),
    )
    .map(({ group }) => group);
}

/** How much is revoked in all. Pure. */
export function totalsOf(revocations: readonly Grouped[]): Totals {
  return {
    apps: new Set(revocations.map(({ app }) => appKey(app))).size,
    users: new Set(revocations.map(({ user }) => user.id)).size,
    grants: revocations.reduce((sum, { grants }) => sum + grants.length, 0),
  };
}

/** Why a group goes, with the line of the policy that decided: `app not listed (policy/acme.yaml:6)`; of several lines the first, and how many more there are. Untrusted text. */
export function reasonText({ code, places: [first, ...more] }: Pick<Group, "code" | "places">): string {
  const others = more.length === 0 ? "" : ` and ${count(more.length)} more`;
  return `${meaningOf(code)} (${placeText(first)}${others})`;
}

/** Why a group goes, without the line that decided. */
export function meaningText({ code }: Pick<Group, "code">): string {
  return meaningOf(code);
}

/** How many groups go for which reason, the most first: `860 × app not listed, 40 × user not active`. */
export function reasonsText(groups: readonly Pick<Group, "code">[]): string {
  return [...Map.groupBy(groups, ({ code }) => code)]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([code, some]) => `${count(some.length)} × ${meaningOf(code)}`)
    .join(", ");
}

/** A span by days or by months, as `2023-05-04 to 2024-01-17`. @param nothing said where no time is known */
export function spanText({ first, last }: Span, by: "day" | "month", nothing: string): string {
  if (first === null || last === null) return nothing;
  const [from, to] = [first, last].map((instant) => instant.slice(0, by === "day" ? 10 : 7));
  return from === to ? from! : `${from} to ${to}`;
}

/** Of a group the way that assures least is said: that one of many is not active keeps nobody else from coming back. */
const EASIEST_FIRST: readonly Revocation["reauthorize"][] = [
  "yes",
  "unknown",
  "if-preauthorized",
  "if-approved",
  "frozen",
  "not-active",
];

function groupOf<One extends Grouped>(members: readonly [One, ...One[]]): Group<One> {
  const [{ app, code }] = members;
  const grants = members.flatMap((one) => one.grants);
  const users = new Map(members.map(({ user }) => [user.id, user.username ?? user.id]));
  return {
    app,
    code,
    places: placesOf(members),
    reauthorize: EASIEST_FIRST.find((one) => members.some(({ reauthorize }) => reauthorize === one))!,
    users: users.size,
    grants: grants.length,
    granted: spanOf(grants.map(({ granted }) => granted)),
    lastUsed: spanOf(grants.map(({ lastUsed }) => lastUsed)),
    names: [...users.values()].sort(compareText),
    revocations: members,
  };
}

function placesOf(members: readonly [Grouped, ...Grouped[]]): [Place, ...Place[]] {
  const [first, ...more] = [
    ...new Map(members.map(({ policy }) => [placeText(policy), policy])).values(),
  ].sort((a, b) => compareText(a.file, b.file) || a.line - b.line);
  return [first!, ...more];
}

function spanOf(instants: readonly (string | null)[]): Span {
  const known = instants.filter((instant) => instant !== null).sort(compareText);
  return { first: known[0] ?? null, last: known.at(-1) ?? null, unknown: instants.length - known.length };
}

/** So many of the revocations, in the order of their groups: each group gets as many as another, until it has no more. Pure. */
export function fairShare<One extends Grouped>(groups: readonly Group<One>[], most: number): One[] {
  const shares = fairShares(
    groups.map(({ revocations }) => revocations.length),
    most,
  );
  return groups.flatMap(({ revocations }, i) => revocations.slice(0, shares[i]));
}
