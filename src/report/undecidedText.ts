import type { Inventory } from "../inventory/inventory.ts";
import type { UndecidedApp } from "../plan/undecided.ts";
import { platformKindOf } from "../platformApps.ts";
import { placeText } from "../policy/policy.ts";
import { printable } from "../printable.ts";
import { KIND_WORDS } from "../standing.ts";
import { amount, firstFew } from "../text.ts";
import { dayOf, type Instant, isLongerAgo } from "../time.ts";
import { fieldNotes } from "./field.ts";
import { hanging } from "./render/fold.ts";

/** So many are named. */
const MOST_NAMED = 5;
const YEAR = 365;

/** Permissions of which a decision wants to know who has them. */
export const WEIGHTY = ["ModifyAllData", "ViewAllData"] as const;

/** On a narrower terminal what goes on stands below the titles, so that no name is broken for them. */
const ROOMY = 72;

/** What somebody wants to know who decides on an app, as lines. @param width of the terminal; null for no limit */
export function undecidedLines(
  { app, grants, undecided }: UndecidedApp,
  inventory: Inventory,
  asOf: Instant,
  width: number | null = null,
): string[] {
  const users = [...new Set(grants.map(({ userId }) => userId))];
  const named = (ids: readonly (typeof users)[number][]) =>
    firstFew(ids.map((id) => printable(inventory.users.get(id)?.username ?? id)).sort(), MOST_NAMED);
  const inactive = users.filter((id) => inventory.users.get(id)?.isActive === false).length;
  const created = grants.flatMap(({ createdAt }) => createdAt ?? []).sort((a, b) => a - b);
  const used = grants.flatMap(({ lastUsedAt }) => lastUsedAt ?? []).sort((a, b) => a - b);
  const idle = grants.filter(({ lastUsedAt, createdAt }) => {
    const since = lastUsedAt ?? createdAt;
    return since !== null && isLongerAgo(since, YEAR, asOf);
  }).length;
  const rows: [string, string][] = [
    [
      "who",
      `${amount(users.length, "user")}: ${named(users)}${inactive === 0 ? "" : `; ${inactive} of them not active`}`,
    ],
    [
      "since",
      created.length === 0
        ? "the org does not say"
        : `${spanText(dayOf(created[0]!), dayOf(created.at(-1)!))}`,
    ],
    [
      "last used",
      `${used.length === 0 ? "no use recorded" : dayOf(used.at(-1)!)}${idle === 0 ? "" : `; ${idle} of ${amount(grants.length, "grant")} not for a year`}`,
    ],
    ...privilegeRows(users, inventory, named),
    ["may do", scopesText(inventory, app.key)],
    ["without a grant", standingText(inventory, app.key)],
    ["known by", knownText(app)],
    ...platformRows(app),
    ...fieldRows(app.name),
    ["policy", policyText(undecided)],
  ];
  const titles = Math.max(...rows.map(([title]) => title.length));
  const rest = " ".repeat((width ?? ROOMY) < ROOMY ? 4 : titles + 4);
  return rows.flatMap(([title, text]) => hanging(`${title.padEnd(titles)}  ${text}`, width, "  ", rest));
}

function privilegeRows(
  users: readonly string[],
  { directory }: Inventory,
  named: (ids: readonly never[]) => string,
): [string, string][] {
  const rows = WEIGHTY.flatMap((permission): [string, string][] => {
    const holders = directory.permissionHolders.get(permission);
    if (holders === undefined) return [["privilege", `who holds ${permission} was not read`]];
    const some = users.filter((id) => holders.has(id as never));
    return some.length === 0
      ? []
      : [["privilege", `${amount(some.length, "user")} with ${permission}: ${named(some as never[])}`]];
  });
  return rows.length > 0 ? rows : [["privilege", `nobody with ${WEIGHTY.join(" or ")}`]];
}

function scopesText({ directory }: Inventory, key: string): string {
  const scopes = directory.appSettings.get(key)?.scopes;
  if (scopes === undefined || scopes === null) return "its scopes are not known";
  return scopes.length === 0 ? "no scopes" : scopes.map(printable).join(", ");
}

function standingText({ standingAccess }: Inventory, key: string): string {
  if (standingAccess === undefined) return "not looked for";
  const ways = standingAccess.entries.filter(({ app }) => app?.key === key);
  const kinds = [...new Set(ways.map(({ kind }) => KIND_WORDS[kind].by))];
  if (kinds.length > 0) return `gets in by ${kinds.join(", ")}`;
  const isWhole = standingAccess.readings.every(({ state }) => state === "read");
  return isWhole ? `none seen in ${amount(standingAccess.days, "day")}` : "none seen, of what could be read";
}

function knownText({ id, kind }: UndecidedApp["app"]): string {
  if (id !== null) return `its id ${id}`;
  return `its name alone, which any app can take${kind === "unknown" ? ": it is not installed in the org" : ""}`;
}

function platformRows(app: UndecidedApp["app"]): [string, string][] {
  const kind = platformKindOf(app);
  if (kind === null) return [];
  const text = {
    proven: "one of Salesforce's own, by its id and the package that brought it",
    named: "is called as one of Salesforce's own is; nothing proves that it is that",
  };
  return [["by Salesforce", text[kind]]];
}

function fieldRows(name: string): [string, string][] {
  const notes = fieldNotes(name);
  if (notes.length === 0) return [["in public", "nothing in the list of the tool, which is short"]];
  return notes.map(({ says, source, date }) => [
    "in public",
    `of this name, which any app can take: ${says} (${date}, ${source})`,
  ]);
}

function policyText(undecided: UndecidedApp["undecided"]): string {
  switch (undecided.why) {
    case "not-listed":
      return `says nothing of it (${placeText(undecided.at)})`;
    case "review-overdue":
      return `its review was due on ${undecided.entry.reviewBy!.value} (${placeText(undecided.entry.position)})`;
    case "without-owner":
      return `sanctions it, and nobody answers for it (${placeText(undecided.entry.position)})`;
  }
}

function spanText(first: string, last: string): string {
  return first === last ? first : `${first} to ${last}`;
}
