import { partitionOf, queryFormsOf } from "../inventory/queryForms.ts";
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
  const refusalOf = (answer: Answer) => (answer === "answered" ? null : answer);
  const ofListing = queryFormsOf(user, now).map(({ partition }, i) => ({
    partition,
    refusal: refusalOf(answers[i]!),
  }));
  return {
    queryForms: Object.fromEntries(FORM_NAMES.map((name, i) => [name, answers[i]!])),
    partition: partitionOf(ofListing),
  };
}
