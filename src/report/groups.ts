import { appKey, appText } from "../plan/parts.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { placeText } from "../policy/policy.ts";
import { compareText } from "../text.ts";

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

/** The lines of the policy as people read them, as `policy/acme.yaml:6`; of several the first, and how many more there are. Untrusted text. */
export function placesText([first, ...more]: Group["places"]): string {
  return more.length === 0 ? placeText(first) : `${placeText(first)} and ${more.length} more`;
}

/** A span by days or by months, as `2023-05-04 to 2024-01-17`. @param nothing said where no time is known */
export function spanText({ first, last }: Span, by: "day" | "month", nothing: string): string {
  if (first === null || last === null) return nothing;
  const [from, to] = [first, last].map((instant) => instant.slice(0, by === "day" ? 10 : 7));
  return from === to ? from! : `${from} to ${to}`;
}

function groupOf<One extends Grouped>(members: readonly [One, ...One[]]): Group<One> {
  const [{ app, code, reauthorize }] = members;
  const grants = members.flatMap((one) => one.grants);
  const users = new Map(members.map(({ user }) => [user.id, user.username ?? user.id]));
  return {
    app,
    code,
    places: placesOf(members),
    reauthorize,
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
