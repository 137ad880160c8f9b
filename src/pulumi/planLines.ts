import { countGrantsOf, type Plan, type PlannedRevocation, summarizePlan } from "../plan/plan.ts";
import { ruleText } from "../plan/reason.ts";
import { printable } from "../printable.ts";
import { amount, compareText, count } from "../text.ts";
import { dayOf, type Instant } from "../time.ts";
import type { Beside } from "./elsewhere.ts";

/** Lines of a plan that a screen has room for, beside what else is said of it. */
const SCREEN = 15;
/** Users of a group that are named in its line. */
const NAMED = 3;
/** Lines of the log: nobody reads more, and the engine shows them once more or less. */
const MOST = 200;
/** Digits of `2026-01-31` and of `2026-01`. */
const [DAY, MONTH] = [10, 7] as const;

/** How many revocations are planned, and of what: `12 revocations planned: 12 × Bob's Lead Scoring Tool (app-not-listed)`. */
export function headline(plan: Plan): string {
  const planned = `${amount(countGrantsOf(plan.revocations), "revocation")} planned`;
  const parts = summarizePlan(plan);
  if (parts.length <= NAMED) return `${planned}: ${parts.join(", ")}`;
  const apps = new Set(plan.revocations.map(({ app }) => app.key)).size;
  const users = new Set(plan.revocations.map(({ user }) => user.id)).size;
  return `${planned}: ${amount(apps, "app")}, ${amount(users, "user")}`;
}

/**
 * What will be revoked, for whom, since when and why, in at most a screen: each revocation, or what those of an app and a
 * rule have in common. Of a resource that is new, nobody is named whom what follows names.
 */
export function screenOf({ revocations }: Plan, { elsewhere, isNew }: Beside): string[] {
  if (elsewhere === "preview") return [];
  const isDiffNext = isNew && elsewhere === "diff";
  if (!isDiffNext && revocations.length <= SCREEN) return revocations.map(lineOf);
  const groups = [
    ...Map.groupBy(revocations, ({ appLabel, code, at }) =>
      JSON.stringify([appLabel, ruleText({ code, at })]),
    ).values(),
  ]
    .map((some) => ({ some, grants: countGrantsOf(some) }))
    .sort((a, b) => b.grants - a.grants || compareText(a.some[0]!.appLabel, b.some[0]!.appLabel));
  const shown = groups.length <= SCREEN ? groups : groups.slice(0, SCREEN - 1);
  const left = groups.slice(shown.length);
  return [
    ...shown.map(({ some, grants }) => groupLine(some, grants, isNew ? 0 : NAMED)),
    ...(left.length === 0 ? [] : [leftLine(left.flatMap(({ some }) => some))]),
  ];
}

/**
 * Each revocation, where nothing else shows it and the screen did not; cut with a count.
 * @param whole the command that shows the whole
 */
export function restOf({ revocations }: Plan, { elsewhere }: Beside, whole: string): string[] {
  if (elsewhere !== "nowhere" || revocations.length <= SCREEN) return [];
  const left = revocations.slice(MOST);
  return [
    ...revocations.slice(0, MOST).map(lineOf),
    ...(left.length === 0 ? [] : [`${leftLine(left)}: \`${whole}\` shows each`]),
  ];
}

/** The reason as it is compared names no day of what is in use; here nothing is compared. */
function lineOf({ appLabel, userLabel, reason, grants }: PlannedRevocation): string {
  const granted = span(
    grants.map(({ createdAt }) => createdAt),
    DAY,
  );
  const since = reason.endsWith("; in use") && granted !== null ? `, granted ${granted}` : "";
  return `+ ${printable(`${appLabel}, ${userLabel}: ${reason}${since}`)}`;
}

function leftLine(left: readonly PlannedRevocation[]): string {
  const apps = new Set(left.map(({ app }) => app.key)).size;
  return `… and ${count(countGrantsOf(left))} more of ${amount(apps, "app")}`;
}

/** `56 × App 2: app not listed (policy/acme.yaml:2); ann@…, ben@…, cay@… and 40 more; granted 2022-02-12 to 2026-05-31, last used 2022-09 to 2026-08`. */
function groupLine(some: readonly PlannedRevocation[], grants: number, named: number): string {
  const { appLabel, code, at } = some[0]!;
  const names = some.slice(0, named).map(({ userLabel }) => userLabel);
  const more = some.length - names.length;
  const who =
    named === 0
      ? amount(some.length, "user")
      : `${names.join(", ")}${more === 0 ? "" : ` and ${count(more)} more`}`;
  return printable(
    [`${count(grants)} × ${appLabel}: ${ruleText({ code, at })}`, who, ...datesOf(some)].join("; "),
  );
}

/** Since when, and used until when, as far as that is known. */
function datesOf(some: readonly PlannedRevocation[]): string[] {
  const all = some.flatMap(({ grants }) => grants);
  const granted = span(
    all.map(({ createdAt }) => createdAt),
    DAY,
  );
  const used = span(
    all.map(({ lastUsedAt }) => lastUsedAt),
    MONTH,
  );
  const texts = [
    ...(granted === null ? [] : [`granted ${granted}`]),
    ...(used === null ? [] : [`last used ${used}`]),
  ];
  return texts.length === 0 ? [] : [texts.join(", ")];
}

/** `2022-02 to 2026-08`, or one of the two where they are the same; null where no time is known. */
function span(times: readonly (Instant | null)[], digits: number): string | null {
  const known = times.flatMap((time) => time ?? []);
  if (known.length === 0) return null;
  const least = known.reduce((a, b) => Math.min(a, b));
  const most = known.reduce((a, b) => Math.max(a, b));
  const [first, last] = [least, most].map((time) => dayOf(time).slice(0, digits));
  return first === last ? first! : `${first} to ${last}`;
}
