import { queryFormsOf } from "../inventory/queryForms.ts";
import { soqlDateTime, soqlString } from "../salesforce/soql.ts";

/** Forms that no listing needs, and that tell what an org takes: of public tools, and of the documentation. */
function formsBesides(user: string, time: number): string[] {
  const fields = "SELECT UserId, AppName FROM OauthToken";
  return [
    `${fields} WHERE CreatedDate > ${soqlDateTime(time)} ORDER BY CreatedDate ASC LIMIT 1`,
    `${fields} WHERE UserId = ${soqlString(user)} LIMIT 1`,
    `${fields} WHERE AppName = ${soqlString("Salesforce CLI")} LIMIT 1`,
    `${fields} WHERE LastUsedDate = null LIMIT 1`,
    `${fields} WHERE UserId != ${soqlString(user)} LIMIT 1`,
  ];
}

/** Every form that is asked, those of the listing first. */
export const formsOf = (user: string, time: number): string[] => [
  ...queryFormsOf(user, time).map(({ soql }) => soql),
  ...formsBesides(user, time),
];

/** Each form by what it asks of a user and a time that no org has. */
export const FORM_NAMES: readonly string[] = formsOf("USER", 0);
