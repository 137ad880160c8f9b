import { meaningOf, remedyOf } from "../decide/codes.ts";
import type { Explanation } from "../decide/explain.ts";
import { type Finding, findingText } from "../decide/findings.ts";
import type { Verdict } from "../decide/rule.ts";
import type { App, Inventory, User } from "../inventory/inventory.ts";
import { appLabels } from "../plan/label.ts";
import { standingShown } from "../plan/standingPart.ts";
import { type Position, placeText } from "../policy/policy.ts";
import type { SaidValue } from "../policy/saidValues.ts";
import { pathText } from "../policy/source.ts";
import { printable } from "../printable.ts";
import { safeJson } from "../safeJson.ts";
import { amount, firstFew } from "../text.ts";
import { standingNote } from "./standingTable.ts";
import { accountLinksText, HOLDS } from "./words.ts";

interface ExplanationOptions {
  /** Whether it is about a grant that nobody holds. */
  readonly hypothetical: boolean;
  /** What the policy says of an app, with the file and line of each value. */
  readonly saidOf: (app: App) => readonly SaidValue[];
}

/** Why each grant gets what it gets, as JSON; names are as the org gives them. */
export function explainJson(
  explanations: readonly Explanation[],
  { users }: Inventory,
  { hypothetical, saidOf }: ExplanationOptions,
): string {
  const rows = explanations.map(({ decision: { grant, action, code, at, heldBackBy }, steps }) => ({
    user: { id: grant.userId, username: users.get(grant.userId)?.username ?? null },
    app: { id: grant.app.id, name: grant.app.name },
    hypothetical,
    action,
    code,
    held: heldBackBy,
    policy: at,
    remedy: remedyOf(code),
    said: saidOf(grant.app).map(saidPart),
    steps: steps.map(({ rule, verdict }) => ({ rule, verdict: verdict && verdictPart(verdict) })),
  }));
  return safeJson(rows);
}

/**
 * What of access without a grant the policy does not want, of the user and the app that are asked about; nothing where that is
 * none. @param named null for any
 */
export function standingExplained(
  findings: readonly Finding[],
  named: { readonly user: User | null; readonly apps: readonly App[] | null },
): string {
  const { user, apps } = named;
  const lines = findings
    .filter(({ code }) => code.startsWith("standing-access-") && code !== "standing-access-not-read")
    .filter((found) => user === null || found.user === user.username)
    .filter(({ app }) => apps === null || apps.some(({ key }) => key === app?.key))
    .map((found) => `${printable(findingText(found))} (${place(found.at)})\n`);
  return lines.length === 0 ? "" : `\nWithout a grant:\n${lines.join("")}`;
}

/** What could not be seen, of which an explanation says nothing; nothing where all was. */
export function notSeenText(inventory: Inventory): string {
  const { accountLinks } = inventory;
  const { note, isWhole } = standingNote(standingShown(inventory, appLabels(inventory)));
  const gaps = [
    ...(accountLinks.proof === null ? [accountLinksText(accountLinks).trim()] : []),
    ...(isWhole ? [] : [note]),
  ];
  return gaps.length === 0 ? "" : `\nNot all could be seen. ${gaps.join(" ")}\n`;
}

/** A verdict as other programs know it. */
function verdictPart({ action, code, at, passing }: Verdict): Record<string, unknown> {
  return { action, code, policy: at, ...(passing === undefined ? {} : { passing }) };
}

/** Why each grant gets what it gets; those that get it for the same reasons are one block. */
export function explainText(
  explanations: readonly Explanation[],
  inventory: Inventory,
  options: ExplanationOptions,
): string {
  if (explanations.length === 0) return "No grant was counted.\n";
  const alike = Map.groupBy(explanations, ({ decision: { grant, action, code, at, heldBackBy }, steps }) =>
    JSON.stringify([grant.app.key, action, code, at, heldBackBy, steps]),
  );
  const labels = appLabels(inventory);
  return [...alike.values()].map((some) => block(some, inventory, labels, options)).join("\n");
}

function block(
  alike: readonly Explanation[],
  { users }: Inventory,
  labels: ReadonlyMap<string, string>,
  { hypothetical, saidOf }: ExplanationOptions,
): string {
  const { decision, steps } = alike[0]!;
  const { grant, action, code, at, heldBackBy } = decision;
  const names = alike.map(({ decision: { grant: one } }) =>
    printable(users.get(one.userId)?.username ?? one.userId),
  );
  const who = firstFew([...new Set(names)].sort());
  const grants = hypothetical ? "no grant; if it were given now" : amount(alike.length, "grant");
  const answer =
    heldBackBy === null ? action : `${action} (it would be revoked, but for ${HOLDS[heldBackBy]})`;
  return [
    `${printable(labels.get(grant.app.key) ?? grant.app.name)}, ${who} (${grants}): ${answer}`,
    `  because: ${meaningOf(code)} [${code}], ${place(at)}`,
    ...couldBeText(grant.app, labels),
    ...saidText(saidOf(grant.app)),
    "  looked at, in order of precedence:",
    ...steps.map((step, i) => stepText(step, i === steps.length - 1)),
    `  what would change it: ${heldBackBy === null ? remedyOf(code) : HOLD_REMEDY[heldBackBy]}`,
    "",
  ].join("\n");
}

/** Which apps a grant could be of, where the org does not say. */
function couldBeText({ couldBe = [] }: App, labels: ReadonlyMap<string, string>): string[] {
  if (couldBe.length === 0) return [];
  return [
    `  it could be of: ${couldBe.map((id) => printable(labels.get(id) ?? id)).join(", ")}, or of another app of that name`,
  ];
}

/** A long list of names would hide the rest. */
const MOST_SAID = 20;

/** What the policy says of an app, each value with its place; a great many are cut with their count. */
function saidText(said: readonly SaidValue[]): string[] {
  if (said.length === 0) return [];
  const shown = said
    .slice(0, MOST_SAID)
    .map(({ path, value, at }) => `    ${printable(`${pathText(path)}: ${value}`)}, ${place(at)}`);
  const more = said.length - shown.length;
  return [
    "  what the policy says of the app:",
    ...shown,
    ...(more > 0 ? [`    … and ${more} more: \`npx sanctioned validate --resolved\` shows all`] : []),
  ];
}

/** A value as other programs know it. */
function saidPart({ path, value, at }: SaidValue): Record<string, unknown> {
  return { key: pathText(path), value, policy: at };
}

function stepText({ rule, verdict }: Explanation["steps"][number], isLast: boolean): string {
  const said =
    verdict === null
      ? "passes"
      : `${verdict.action}: ${meaningOf(verdict.code)}, ${place(verdict.at)}${isLast ? "" : " (only reported; the next rules may still decide)"}`;
  return `    ${rule.padEnd(15)} ${said}`;
}

const HOLD_REMEDY = {
  mode: "take `mode: report` out",
  baseline: "take the grant out of the baseline, or let that expire",
  "not-revocable": remedyOf("links-not-revocable"),
};

function place(policy: Position): string {
  return printable(placeText(policy));
}
