import { PARTITIONS, queryFormsOf } from "../inventory/queryForms.ts";
import type { OrgReader } from "../salesforce/reader.ts";
import { ask } from "./answers.ts";
import { FORM_NAMES, formsOf } from "./forms.ts";
import type { Answer } from "./known.ts";
import type { OrgProfile } from "./profileSchema.ts";

/** Asks each form for one row, and says by what a long list would be divided. */
export async function askQueryForms(
  reader: OrgReader,
  now: number,
): Promise<Pick<OrgProfile, "queryForms" | "partition">> {
  const user = reader.caller.userId;
  const answers: Answer[] = [];
  for (const soql of formsOf(user, now))
    answers.push((await ask(() => reader.query(soql, { enough: 1 }))).answer);
  const answered = (wanted: string) =>
    queryFormsOf(user, now).every(({ partition }, i) => partition !== wanted || answers[i] === "answered");
  return {
    queryForms: Object.fromEntries(FORM_NAMES.map((name, i) => [name, answers[i]!])),
    partition: PARTITIONS.find(answered) ?? null,
  };
}
