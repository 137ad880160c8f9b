import { SEVERITIES, type Severity, type Widened, type Widening } from "../plan/widening.ts";
import { details, FOLDED_ROWS, headLines, markdownText, rowLine } from "../report/render/markdown.ts";
import { cutNote } from "../report/words.ts";
import { amount, compareText, count } from "../text.ts";
import { firstOf } from "./commentParts.ts";

/** What a change allows more, in one org or in several of a fleet. */
interface AllowedMore {
  /** Null for one org. */
  readonly orgs: readonly string[] | null;
  readonly widening: Widening;
}

/** So many rows are there whatever there is room for: the worst of them. */
const LEAST_ROWS = 5;
/** Characters of a text of the policy in a cell. */
const MOST_TEXT = 300;
const MARKS: Readonly<Record<Severity, string>> = { high: "🔴 high", medium: "🟠 medium", low: "🟡 low" };

/**
 * What a change of the policy allows more, as a titled table, the worst first; nothing where that is nothing.
 * @param widened null where it is not known
 * @param most rows that are shown
 */
export function wideningPart(widened: Widened | null, most: number): string[] {
  if (widened === null) return [NOT_KNOWN];
  const { widenings, users, of, kept } = widened;
  if (widenings.length === 0) return [];
  const may =
    users === 0
      ? `Nobody of the ${amount(of, "user")} who can log in may connect to anything that they could not connect to before`
      : `${amount(users, "user")} of the ${count(of)} who can log in may connect to something that they could not connect to before`;
  const stay =
    kept === 0
      ? ""
      : `; ${amount(kept, "grant")} would have been revoked, and ${kept === 1 ? "is" : "are"} not`;
  return [
    `### This change allows more: ${countsText(widenings)}`,
    `${may}${stay}.`,
    ...table(
      widenings.map((widening) => ({ orgs: null, widening })),
      most,
    ),
  ];
}

/** What a change allows more in one org; null where that is not known. */
type OrgWidened = readonly [org: string, widened: Widened | null];

/** As `wideningPart`, of several orgs: what the same line of a policy allows more in several is one row. */
export function fleetWideningPart(all: readonly OrgWidened[], most: number): string[] {
  const rows = together(all);
  if (rows.length === 0) return [];
  return [
    `### This change allows more: ${countsText(rows.map(({ widening }) => widening))}`,
    ...table(rows, most),
  ];
}

/** What one line of a policy says, in all orgs that share it. */
function together(all: readonly OrgWidened[]): AllowedMore[] {
  const each = all.flatMap(([org, widened]) =>
    (widened?.widenings ?? []).map((widening) => ({ org, widening })),
  );
  const alike = Map.groupBy(each, ({ widening: { key, app, what, place } }) =>
    JSON.stringify([key, app, what, place]),
  );
  return [...alike.values()]
    .map((some): AllowedMore => {
      const worst = some.map(({ widening }) => widening).sort(byWeight)[0]!;
      const users = some.flatMap(({ widening }) => widening.users ?? []);
      return {
        orgs: some.map(({ org }) => org),
        widening: { ...worst, users: users.length === 0 ? null : users.reduce((sum, one) => sum + one, 0) },
      };
    })
    .sort(
      (a, b) =>
        byWeight(a.widening, b.widening) ||
        b.orgs!.length - a.orgs!.length ||
        compareText(a.widening.what, b.widening.what),
    );
}

function byWeight(a: Widening, b: Widening): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (b.users ?? 0) - (a.users ?? 0);
}

function table(rows: readonly AllowedMore[], most: number): string[] {
  const shown = Math.max(most, LEAST_ROWS);
  const isFleet = rows.some(({ orgs }) => orgs !== null);
  const lines = rows.slice(0, shown).map(({ orgs, widening }) => {
    const { severity, app, what, users, owner, reason, place } = widening;
    const cells = [
      app === null ? "" : textOf(app),
      textOf(what),
      ...(isFleet ? [orgsText(orgs ?? [])] : []),
      users === null || users === 0 ? "" : count(users),
      owner === null ? "" : textOf(owner),
      reason === null ? "" : textOf(reason),
      place === null ? "" : textOf(place),
    ];
    return rowLine([MARKS[severity], ...cells]);
  });
  const titles = [
    "Severity",
    "App",
    "What",
    ...(isFleet ? ["Orgs"] : []),
    "More users",
    "Owner",
    "Reason",
    "Where",
  ];
  const note = cutNote(
    rows.length - shown,
    "`npx sanctioned comment --plan FILE --base FILE --all` shows all",
  );
  const whole = [[...headLines(titles), ...lines].join("\n"), ...[note ?? []].flat()];
  const isLong = lines.length > FOLDED_ROWS;
  // The worst is never folded.
  return isLong
    ? [
        [...headLines(titles), ...lines.slice(0, FOLDED_ROWS)].join("\n"),
        details(`${count(rows.length - FOLDED_ROWS)} more that this change allows`, [
          [...headLines(titles), ...lines.slice(FOLDED_ROWS)].join("\n"),
          ...[note ?? []].flat(),
        ]),
      ]
    : whole;
}

function orgsText(orgs: readonly string[]): string {
  const MOST = 3;
  const names = orgs.slice(0, MOST).map(markdownText).join(", ");
  return orgs.length <= MOST ? names : `${count(orgs.length)}: ${names} …`;
}

function textOf(text: string): string {
  return markdownText(firstOf(text, MOST_TEXT));
}

/** As in "2 high, 1 low". */
function countsText(widenings: readonly Widening[]): string {
  return SEVERITIES.flatMap((severity) => {
    const those = widenings.filter((one) => one.severity === severity).length;
    return those === 0 ? [] : [`${count(those)} ${severity}`];
  }).join(", ");
}

/** Whom to ask of what a change allows more: ", with the owner who is named"; empty where nobody is. */
export function askingOwners(widenings: readonly Widening[]): string {
  const owners = new Set(widenings.flatMap(({ owner }) => owner ?? []));
  if (owners.size === 0) return "";
  return owners.size === 1 ? ", with the owner who is named" : ", with the owners who are named";
}

/** How bad what a change allows more is at worst: null for nothing. */
export type Widens = Severity | "unknown" | null;

/** The worst of what a change allows more. @param widened null where it is not known */
export function widensOf(widened: Widened | null): Widens {
  if (widened === null) return "unknown";
  return SEVERITIES.find((severity) => widened.widenings.some((one) => one.severity === severity)) ?? null;
}

const NOT_KNOWN =
  "❓ **What this change allows more is not known:** there is no plan by the policy before it, made by this version, to compare with.";

/** The verdict on a change, in bold. @param what it revokes, as in "revokes nothing"; empty where that is said elsewhere */
export function changeText(what: string, revokes: boolean, widens: Widens): string {
  const and = what === "" ? "" : `, and ${what}`;
  if (widens === "unknown")
    return `${revokes ? "⚠️" : "❓"} **This change ${what === "" ? "" : `${what}; `}${what === "" ? "may allow more: that" : "what it allows more"} is not known.**`;
  if (widens !== null) return `⚠️ **This change allows more${and}.**`;
  return revokes
    ? `⚠️ **This change ${what}.**`
    : `✅ **This change ${what}, and allows no more than before.**`;
}
