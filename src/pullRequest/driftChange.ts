import { digestOf } from "../plan/digest.ts";
import { appKey, appText } from "../plan/parts.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { type Group, groupsOf, meaningText } from "../report/groups.ts";
import {
  details,
  FOLDED_ROWS,
  firstThatFits,
  headLines,
  markdownText,
  rowLine,
} from "../report/render/markdown.ts";
import { amount, count, firstFew } from "../text.ts";
import { memoryMark, type Remembered, type RememberedGroup } from "./driftMemory.ts";

/** What breaks a policy for one reason. A case is somebody's access to an app, with all grants that the two have, or one finding. */
export interface DriftGroup {
  readonly org: string | null;
  readonly what: string;
  readonly cases: readonly { readonly key: string; readonly name: string }[];
}

/** So many cases that came or went for one reason. */
export interface ChangedGroup {
  readonly org: string | null;
  readonly what: string | null;
  readonly count: number;
  /** As far as they are known. Untrusted text. */
  readonly names: readonly string[];
}

/** What is another since an issue was last written. */
export interface DriftChange {
  /** Null where nothing was written before. */
  readonly since: string | null;
  readonly joined: readonly ChangedGroup[];
  readonly settled: readonly ChangedGroup[];
  /** Grants that the policy only reports: no case, and yet nothing that keeps to it. */
  readonly reported: number;
  /** What is remembered from now on. */
  readonly now: Remembered;
}

/** What breaks the policy by a plan: what would be revoked, and findings that are errors. Pure. @param org as a fleet calls it */
export function driftOf({ revocations, findings }: PlanFile, org: string | null): DriftGroup[] {
  const errors = findings.filter(({ severity }) => severity === "error");
  return [
    ...groupsOf(revocations).map((group) => ({
      org,
      what: `${appText(group.app)}: ${meaningText(group)}`,
      cases: casesOf(group, org),
    })),
    ...[...Map.groupBy(errors, ({ code }) => code)].map(([code, some]) => ({
      org,
      what: meaningText({ code }),
      cases: some.map(({ app, user, params, text }) => ({
        key: keyOf(["finding", org, code, app && appKey(app), user, params]),
        name: text,
      })),
    })),
  ];
}

function casesOf({ revocations }: Group, org: string | null): DriftGroup["cases"] {
  return [...Map.groupBy(revocations, ({ user }) => user.id).values()].map((some) => {
    const { user, app } = some[0]!;
    return { key: keyOf(["access", org, user.id, appKey(app)]), name: user.username ?? user.id };
  });
}

/** One case that is about an org as a whole. */
export function wholeOrg(org: string, what: string): DriftGroup {
  return { org, what, cases: [{ key: keyOf(["org", org, what]), name: "" }] };
}

function keyOf(parts: readonly unknown[]): string {
  return digestOf(parts).slice(0, 10);
}

/**
 * What came and what went since an issue was last written: case by case where it remembers them, else by how many there are. A case
 * whose reason is another now is neither. Pure.
 * @param day of the run, as 2026-11-23
 * @param more `unknown` are orgs of which this run knows nothing: what stands there of them stays; `reported` counts grants
 */
export function changeSince(
  before: Remembered | null,
  groups: readonly DriftGroup[],
  day: string,
  {
    unknown = new Set(),
    reported = 0,
  }: { readonly unknown?: ReadonlySet<string>; readonly reported?: number } = {},
): DriftChange {
  const all = before?.groups ?? [];
  const isUnknown = ({ org }: { readonly org: string | null }) => org !== null && unknown.has(org);
  const known = all.filter((one) => !isUnknown(one));
  const { joined, settled } = all.every(({ keys }) => keys !== null)
    ? byCase(known, all, groups)
    : byNumber(
        known,
        groups.filter((one) => !isUnknown(one)),
      );
  // That an org cannot be judged is said anew by each run.
  const kept = all.filter((one) => isUnknown(one) && one.names?.[0] !== "");
  const isChanged = joined.length + settled.length > 0;
  return {
    since: before?.day ?? null,
    joined,
    settled,
    reported,
    now: {
      number: (before?.number ?? 0) + (isChanged || before === null ? 1 : 0),
      day,
      groups: [...groups.map(remembered), ...kept],
    },
  };
}

function remembered({ org, what, cases }: DriftGroup): RememberedGroup {
  return {
    org,
    what,
    count: cases.length,
    keys: cases.map(({ key }) => key),
    names: cases.map(({ name }) => name),
  };
}

type Came = Pick<DriftChange, "joined" | "settled">;

function byCase(
  known: readonly RememberedGroup[],
  all: readonly RememberedGroup[],
  groups: readonly DriftGroup[],
): Came {
  const before = new Set(all.flatMap(({ keys }) => keys ?? []));
  const after = new Set(groups.flatMap(({ cases }) => cases.map(({ key }) => key)));
  return {
    joined: groups.flatMap(({ org, what, cases }) => {
      const came = cases.filter(({ key }) => !before.has(key));
      return came.length === 0 ? [] : { org, what, count: came.length, names: came.map(({ name }) => name) };
    }),
    settled: known.flatMap(({ org, what, keys, names }) => {
      const went = keys!.flatMap((key, i) => (after.has(key) ? [] : i));
      const known = names === null ? [] : went.map((i) => names[i]!);
      return went.length === 0 ? [] : { org, what, count: went.length, names: known };
    }),
  };
}

/** By group, or by what of it is still told apart. */
function byNumber(known: readonly RememberedGroup[], groups: readonly DriftGroup[]): Came {
  const isByWhat = known.every(({ what }) => what !== null);
  const isByOrg = known.every(({ org }) => org !== null);
  const keyOf = ({ org, what }: { readonly org: string | null; readonly what: string | null }) =>
    JSON.stringify([isByOrg || isByWhat ? org : null, isByWhat ? what : null]);
  const numbers = new Map<string, { readonly of: Omit<ChangedGroup, "count">; more: number }>();
  const add = (of: { readonly org: string | null; readonly what: string | null }, more: number) => {
    const key = keyOf(of);
    const [org, what] = JSON.parse(key) as [string | null, string | null];
    const one = numbers.get(key) ?? { of: { org, what, names: [] }, more: 0 };
    numbers.set(key, { ...one, more: one.more + more });
  };
  for (const group of groups) add(group, group.cases.length);
  for (const group of known) add(group, -group.count);
  const those = (sign: 1 | -1) =>
    [...numbers.values()].flatMap(({ of, more }) => (more * sign > 0 ? { ...of, count: more * sign } : []));
  return { joined: those(1), settled: those(-1) };
}

/** How many cases there are. */
export function sizeOf(groups: readonly { readonly count: number }[]): number {
  return groups.reduce((sum, one) => sum + one.count, 0);
}

/**
 * What a comment says of a change, since forges tell nobody of a text that is another; null where there is none. Short enough for both
 * forges. Pure.
 */
export function changeComment(change: DriftChange): string | null {
  const { since, joined, settled, now } = change;
  if (joined.length + settled.length === 0) return null;
  const all = sizeOf(now.groups);
  const from = since === null ? "" : ` since ${since}`;
  return firstThatFits(LEVELS, ({ names, rows }) =>
    [
      ...(joined.length === 0
        ? []
        : [
            `⚠️ **${amount(sizeOf(joined), "new case")}${from}.** ${amount(all, "case")} ${all === 1 ? "breaks" : "break"} the policy now.`,
            changeTable("New", joined, names, rows),
          ]),
      ...(settled.length === 0
        ? []
        : [
            all === 0
              ? `${allSettledText(change)} ${amount(sizeOf(settled), "case")} settled${from}.`
              : `✅ **${amount(sizeOf(settled), "case")} settled${from}.** ${amount(all, "case")} ${all === 1 ? "breaks" : "break"} the policy now.`,
            changeTable("Settled", settled, names, rows),
          ]),
      memoryMark(now),
    ].join("\n\n"),
  );
}

function allSettledText({ reported }: DriftChange): string {
  return reported === 0
    ? "✅ **Nothing breaks the policy any more.**"
    : `⚠️ **Nothing is to be revoked any more, but ${onlyReportedText(reported)}.**`;
}

/** As in "2 grants are only reported". */
export function onlyReportedText(grants: number): string {
  return `${amount(grants, "grant")} ${grants === 1 ? "is" : "are"} only reported`;
}

const LEVELS = [
  { names: 50, rows: 200 },
  { names: 10, rows: 100 },
  { names: 3, rows: 50 },
  { names: 0, rows: 20 },
] as const;

function changeTable(title: string, groups: readonly ChangedGroup[], names: number, rows: number): string {
  const ofOrgs = groups.some(({ org }) => org !== null);
  const lines = groups.slice(0, rows).map(({ org, what, count: cases, names: all }) => {
    const named = all.filter((name) => name !== "");
    const more = cases - Math.min(named.length, names);
    return rowLine([
      ...(ofOrgs ? [org === null ? "" : markdownText(org)] : []),
      what === null ? "" : markdownText(what),
      count(cases),
      [
        ...named.slice(0, names).map(markdownText),
        ...(more > 0 && all.length > 0 && named.length > 0 ? [`${count(more)} more`] : []),
      ].join(", "),
    ]);
  });
  const left = groups.slice(rows);
  const rest =
    left.length === 0
      ? []
      : [rowLine([...(ofOrgs ? [""] : []), `… ${amount(left.length, "more row")}`, count(sizeOf(left)), ""])];
  const table = [
    ...headLines([...(ofOrgs ? ["Org"] : []), "App and reason", title, "Who"]),
    ...lines,
    ...rest,
  ].join("\n");
  return groups.length > FOLDED_ROWS ? details(amount(groups.length, "row"), [table]) : table;
}

/** The same in one line, for a chat; null where nothing is worth a word there: what is new, or that all is settled. Untrusted text. */
export function changeLine({ since, joined, settled, reported, now }: DriftChange): string | null {
  const all = sizeOf(now.groups);
  const from = since === null ? "" : ` since ${since}`;
  if (joined.length > 0)
    return `${amount(sizeOf(joined), "new case")}${from}, ${count(all)} in all: ${partsText(joined)}`;
  if (settled.length === 0 || all > 0) return null;
  const end =
    reported === 0
      ? "nothing breaks the policy any more"
      : `nothing is to be revoked any more, but ${onlyReportedText(reported)}`;
  return `${end}; settled${from}: ${partsText(settled)}`;
}

function partsText(groups: readonly ChangedGroup[]): string {
  const parts = groups.slice(0, 5).map(({ org, what, count: cases, names }) => {
    const named = names.filter((name) => name !== "");
    const who = named.length === 0 ? "" : ` (${firstFew(named)})`;
    return `${[org, what].filter((text) => text !== null).join(", ")}: ${count(cases)}${who}`;
  });
  const left = groups.slice(5);
  return [...parts, ...(left.length === 0 ? [] : [`${count(sizeOf(left))} more`])].join("; ");
}
