import { fairShares } from "../collections.ts";
import { countGrantsOf, type Plan, type PlannedRevocation, summarizePlan } from "../plan/plan.ts";
import { ruleText, whyText } from "../plan/reason.ts";
import { placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { amount, compareText, count } from "../text.ts";
import { dayOf, type Instant } from "../time.ts";

/** Apps and rules that have a line of their own. */
const APPS = 15;
/** Users who are named where not all of them can be: nobody reads more before a prompt. */
const NAMED = 30;
/** Lines up to which everybody is named. */
const EVERYBODY = 60;
/** Apps and rules that a headline has room for. */
const PARTS = 3;
/** Digits of `2026-01-31` and of `2026-01`. */
const [DAY, MONTH] = [10, 7] as const;

/** What goes, in short: `12 × Bob's Lead Scoring Tool (app-not-listed)`, or `12,000 grants of 40 apps, 3,000 users`. Safe to print. */
export function whatGoes(plan: Plan): string {
  return partsOf(plan) ?? `${amount(countGrantsOf(plan.revocations), "grant")} of ${whose(plan)}`;
}

/** How many revocations are planned, and of what: `12 revocations planned: 12 × Bob's Lead Scoring Tool (app-not-listed)`. */
export function headline(plan: Plan): string {
  return `${amount(countGrantsOf(plan.revocations), "revocation")} planned: ${partsOf(plan) ?? whose(plan)}`;
}

/**
 * Who loses what, since when and why, each line with the sign of a removal: first what those of an app and a rule have in
 * common, the most first, then the users. Where they are more than fit, each app has its share of those who are named.
 * @param whole the command that names each; null where none does
 */
export function removalLines({ revocations }: Plan, whole: string | null): string[] {
  const groups = groupsOf(revocations);
  const isAll = groups.length + revocations.length <= EVERYBODY;
  const shown = isAll || groups.length <= APPS ? groups : groups.slice(0, APPS - 1);
  const named = isAll ? shown : namedOf(shown);
  const users = named.flatMap((some, i) => (shown[i]!.length === 1 ? [] : some.map(userLine)));
  const left = countGrantsOf(revocations) - countGrantsOf(named.flat());
  const others = groups.slice(shown.length);
  return [
    ...shown.map((some) => (some.length === 1 ? onlyLine(some[0]!) : groupLine(some))),
    ...(others.length === 0 ? [] : [`- … and ${othersText(others)}`]),
    ...users,
    ...(left === 0 ? [] : [`… and ${count(left)} more${whole === null ? "" : `: \`${whole}\` names each`}`]),
  ];
}

/** Lines as the engine prints them in red, by marks of its own, where it prints colours (sdk/go/common/diag/colors/colors.go, v3.259.0). */
export function inRed(lines: readonly string[]): string[] {
  return lines.map((line) => (line.startsWith("- ") ? `<{%fg 1%}>${line}<{%reset%}>` : line));
}

/** Those of an app and a rule, the most first. */
function groupsOf(revocations: readonly PlannedRevocation[]): PlannedRevocation[][] {
  const groups = Map.groupBy(revocations, ({ appLabel, code, at }) =>
    JSON.stringify([appLabel, ruleText({ code, at })]),
  );
  return [...groups.values()]
    .map((some) => ({ some, grants: countGrantsOf(some) }))
    .sort((a, b) => b.grants - a.grants || compareText(a.some[0]!.appLabel, b.some[0]!.appLabel))
    .map(({ some }) => some);
}

/** The first of each, as many of one as of another where there are that many. */
function namedOf(groups: readonly PlannedRevocation[][]): PlannedRevocation[][] {
  const counts = fairShares(
    groups.map(({ length }) => length),
    NAMED,
  );
  return groups.map((some, i) => some.slice(0, some.length === 1 ? 1 : counts[i]));
}

/** `- Shiny AI Notetaker: amir@… (app not listed, policy/acme.yaml:2); in use, granted 2026-11-22`. */
function onlyLine(one: PlannedRevocation): string {
  return lineOf(one, `${whyText(one)}, ${placeText(one.at)}`);
}

/** As `onlyLine`, without the place, which the line of the app has. */
function userLine(one: PlannedRevocation): string {
  return lineOf(one, whyText(one));
}

/** The reason as it is compared names no day of what is in use; here nothing is compared. */
function lineOf(one: PlannedRevocation, why: string): string {
  const { appLabel, userLabel, reason, grants } = one;
  const when = reason.slice(ruleText(one).length); // `; in use`
  const granted = spanOf(grants, ({ createdAt }) => createdAt, DAY);
  const since = when.endsWith("; in use") && granted !== null ? `, granted ${granted}` : "";
  return `- ${printable(`${appLabel}: ${userLabel} (${why})${when}${since}`)}`;
}

/** `- 56 × App 2: app not listed (policy/acme.yaml:2); 43 users; granted 2022-02-12 to 2026-05-31, last used 2022-09 to 2026-08`. */
function groupLine(some: readonly PlannedRevocation[]): string {
  const { appLabel, code, at } = some[0]!;
  const grants = some.flatMap((one) => one.grants);
  const granted = spanOf(grants, ({ createdAt }) => createdAt, DAY);
  const used = spanOf(grants, ({ lastUsedAt }) => lastUsedAt, MONTH);
  const dates = [
    ...(granted === null ? [] : [`granted ${granted}`]),
    ...(used === null ? [] : [`last used ${used}`]),
  ].join(", ");
  const texts = [
    `${count(grants.length)} × ${appLabel}: ${ruleText({ code, at })}`,
    amount(some.length, "user"),
    ...(dates === "" ? [] : [dates]),
  ];
  return `- ${printable(texts.join("; "))}`;
}

/** `40 apps, 3,000 users`. */
function whose({ revocations }: Plan): string {
  const apps = new Set(revocations.map(({ app }) => app.key)).size;
  const users = new Set(revocations.map(({ user }) => user.id)).size;
  return `${amount(apps, "app")}, ${amount(users, "user")}`;
}

/** By app and rule, where those are few. */
function partsOf(plan: Plan): string | null {
  const parts = summarizePlan(plan);
  return parts.length <= PARTS ? parts.join(", ") : null;
}

/** `7,726 more of 40 apps`: of those that have a line some have more by another rule. */
function othersText(groups: readonly PlannedRevocation[][]): string {
  const all = groups.flat();
  return `${count(countGrantsOf(all))} more of ${amount(new Set(all.map(({ app }) => app.key)).size, "app")}`;
}

/** `2022-02 to 2026-08`, or one of the two where they are the same; null where no time is known. */
function spanOf(
  grants: PlannedRevocation["grants"],
  timeOf: (grant: PlannedRevocation["grants"][number]) => Instant | null,
  digits: number,
): string | null {
  const known = grants.flatMap((grant) => timeOf(grant) ?? []);
  if (known.length === 0) return null;
  const least = known.reduce((a, b) => Math.min(a, b));
  const most = known.reduce((a, b) => Math.max(a, b));
  const [first, last] = [least, most].map((time) => dayOf(time).slice(0, digits));
  return first === last ? first! : `${first} to ${last}`;
}
