import { UserError } from "../../errors.ts";
import type { OrgReader } from "../../salesforce/reader.ts";
import { type Partition, probeQueryForms, type QueryForm } from "../queryForms.ts";
import { type DoctorLine, line } from "./line.ts";

const WAYS: Readonly<Record<Partition, string>> = {
  CreatedDate: "by the dates of the grants",
  UserId: "by ranges of user ids",
  "UserId IN": "by lists of user ids",
};

/** Which forms of query the org takes, and so how a list that is too large for one answer will be read. */
export async function formsLine(reader: OrgReader): Promise<DoctorLine> {
  try {
    const { forms, partition } = await probeQueryForms(reader);
    const refused = forms.filter(({ refusal }) => refusal !== null);
    if (partition === null)
      return line(
        "query-forms",
        "failed",
        `The org refuses every way of dividing a long list of grants: ${named(refused)}.`,
        "Report this with the org's API version: a list that is too large for one answer cannot be read.",
      );
    const way = `A list that is too large for one answer will be read ${WAYS[partition]} (${partition})`;
    return refused.length === 0
      ? line("query-forms", "ok", `${way}: the org takes each of the ${forms.length} forms of query.`)
      : line(
          "query-forms",
          "warning",
          `${way}: the org refuses ${refused.length} of the ${forms.length} forms of query, ${named(refused)}.`,
          "Nothing is missing from such a list; it can take more API calls.",
        );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return line("query-forms", "failed", error.message);
  }
}

/** The first of them, which tells the others. */
function named(refused: readonly QueryForm[]): string {
  const [first] = refused;
  return first === undefined ? "" : `such as "${first.soql}" (${first.refusal})`;
}
