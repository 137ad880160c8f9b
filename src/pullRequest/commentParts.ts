import { countGrantsOf } from "../plan/plan.ts";
import type { Finding, Revocation } from "../plan/planDifference.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { findingTable, revocationTable } from "../report/org/sections.ts";
import { details, markdownText, tableMarkdown } from "../report/render/markdown.ts";
import type { Table } from "../report/render/table.ts";
import { proofText } from "../report/words.ts";
import { count } from "../text.ts";

/** Rows of a table that are shown where there is room. */
export const MOST_ROWS = 200;

/** Revocations as a titled table; nothing where there is none. */
export function revocationPart(title: string, revocations: readonly Revocation[], most: number): string[] {
  return titled(`${title}: ${count(countGrantsOf(revocations))}`, revocationTable(revocations), most);
}

/** Findings as a titled table; nothing where there are none. */
export function findingPart(title: string, findings: readonly Finding[], most: number): string[] {
  return titled(`${title}: ${count(findings.length)}`, findingTable(findings), most);
}

function titled(title: string, table: Table, most: number): string[] {
  return table.size === 0
    ? []
    : [`### ${title}`, tableMarkdown(table, most, "`npx sanctioned plan` shows all")];
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
