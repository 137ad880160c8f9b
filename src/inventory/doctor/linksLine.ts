import { ApiError } from "../../salesforce/failure.ts";
import type { OrgReader } from "../../salesforce/reader.ts";
import { amount } from "../../text.ts";
import { readDeletable } from "../accountLinks.ts";
import { linkCountQuery } from "../linkRows.ts";
import { type DoctorLine, line } from "./line.ts";

/** Whether links of accounts to identity providers can be read, and whether the API may delete them. */
export async function linksLine(reader: OrgReader): Promise<DoctorLine> {
  try {
    const links = amount(await reader.count(linkCountQuery()), "link");
    const deletable = await readDeletable(reader);
    const how =
      deletable === true
        ? "the API may delete them"
        : "the API may not delete them, so that what a policy would revoke is reported";
    return line("identity-providers", "ok", `${links} of accounts to identity providers; ${how}.`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return line(
      "identity-providers",
      "warning",
      `Links of accounts to identity providers are not shown (${error.salesforceCode}): a policy that judges them gets no answer.`,
      "Leave `identityProviders` out of the policy, or grant the user Manage Users.",
    );
  }
}
