import type { Finding, Revocation } from "../plan/planDifference.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { printable } from "../printable.ts";
import { fairShare, groupsOf, totalsOf } from "../report/groups.ts";
import { findingTable, revocationTable } from "../report/org/sections.ts";
import { details, FOLDED_ROWS, markdownText, openTable, tableMarkdown } from "../report/render/markdown.ts";
import { cutNote, proofText } from "../report/words.ts";
import { amount, count } from "../text.ts";

const ALL_ROWS = "`npx sanctioned plan --all` shows all";

/**
 * How many grants merging revokes, or would, and by what: numbers that add up.
 * @param drift null where there is nothing of before to tell it from the change
 */
export function sumText(change: number, drift: number | null): string {
  const sum = change + (drift ?? 0);
  if (sum === 0) return "nothing";
  return drift === null
    ? amount(sum, "grant")
    : `${amount(sum, "grant")}: ${count(change)} by this change + ${count(drift)} that broke the policy before it (drift)`;
}

/** Why nothing is revoked, as far as there is room; nothing where something is. */
export function refusalPart(refusal: string | null): string[] {
  return refusal === null ? [] : [`**Refused:** ${markdownText(firstOf(refusal, 1_500))}`];
}

/**
 * Who loses what, as a titled table: the biggest group first, and of each group as many rows as of another where not all are shown;
 * nothing where there is none.
 * @param most rows that are shown @param folded also where they are few
 */
export function namesPart(
  title: string,
  revocations: readonly Revocation[],
  most: number,
  { folded = false }: { readonly folded?: boolean } = {},
): string[] {
  const groups = groupsOf(revocations);
  const { users, grants } = totalsOf(revocations);
  const shown = revocationTable(fairShare(groups, most));
  const table = [
    ...(shown.size === 0 ? [] : [openTable(shown, most, ALL_ROWS)]),
    ...[cutNote(revocations.length - shown.size, ALL_ROWS) ?? []].flat(),
  ];
  const what = `${title}: ${amount(grants, "grant")} of ${amount(users, "user")}`;
  if (revocations.length === 0) return [];
  return folded || revocations.length > FOLDED_ROWS ? [details(what, table)] : [`### ${what}`, ...table];
}

/** Findings as a titled table; nothing where there are none. */
export function findingPart(title: string, findings: readonly Finding[], most: number): string[] {
  const table = findingTable(findings);
  return table.size === 0 ? [] : [`### ${title}: ${count(table.size)}`, tableMarkdown(table, most, ALL_ROWS)];
}

/** The first characters of a text, as many as take so much room once they are shown, and a mark where there are more. */
export function firstOf(text: string, most: number): string {
  const characters = [...text];
  const first = (some: number) => characters.slice(0, some).join("");
  const fits = (some: number) => printable(first(some)).length <= most;
  if (characters.length <= most && fits(characters.length)) return text;
  let [some, tooMany] = [0, Math.min(characters.length, most) + 1];
  while (tooMany - some > 1) {
    const middle = (some + tooMany) >> 1;
    if (fits(middle)) some = middle;
    else tooMany = middle;
  }
  return `${first(some)}…`;
}

/** The audit record that was at hand, and the hash that it ends with. */
export interface RecordAtHand {
  readonly file: string;
  readonly head: string;
  readonly isWhole: boolean;
}

/** The hash that the record ends with, where later verifications find it; nothing where there is no record, or a broken one. */
export function recordPart(record: RecordAtHand | null): string[] {
  return record?.isWhole ? [`The audit record ends with \`${record.head}\`.`] : [];
}

/** That the record is not whole, for nobody to overlook. */
export function brokenRecordPart(record: RecordAtHand | null): string[] {
  return record === null || record.isWhole
    ? []
    : [
        `⛔ **The audit record ${markdownText(record.file)} is not whole:** \`npx sanctioned audit verify\` says where it was changed or cut.`,
      ];
}

/** What a text was made from, folded. @param more paragraphs below it */
export function howItWasRead({ policy, org, inventory, asOf }: PlanFile, more: readonly string[]): string {
  return details("How it was read", [
    `${markdownText(policy.file)} against ${markdownText(org.id)} at ${asOf}. ${proofText(inventory.proof)}`,
    ...more,
  ]);
}
