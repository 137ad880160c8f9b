import { RemoteError } from "../../errors.ts";
import { ApiError } from "../../salesforce/failure.ts";
import type { OrgReader } from "../../salesforce/reader.ts";
import { soqlIn } from "../../salesforce/soql.ts";
import { countQuery } from "../partition.ts";
import { isAssignedAll } from "../sight.ts";
import { type DoctorLine, line } from "./line.ts";

/**
 * Whether grants of others are in sight: the org answers permissions from a cache, so that one that was just taken away may
 * still read as granted, and who lacks it sees their own grants alone, without a word.
 */
export async function sightLine(reader: OrgReader): Promise<DoctorLine> {
  try {
    const cached = await cacheWords(reader);
    const own = await reader.count(countQuery([`UserId IN ${soqlIn([reader.caller.userId])}`]));
    const all = await reader.count(countQuery());
    if (all > own)
      return line("sight", "ok", `Grants of other users are in sight: ${all - own} of ${all}. ${cached}`);
    if (await isAssignedAll(reader))
      return line(
        "sight",
        "warning",
        `No grant of another user is in sight. ${cached} What is assigned to the user as of now shows the grants of others, so that nobody else has one.`,
        "Compare with Setup, Connected Apps OAuth Usage.",
      );
    return line(
      "sight",
      "failed",
      `No grant of another user is in sight. ${cached}`,
      "Compare with Setup, Connected Apps OAuth Usage: if that shows users, grant Customize Application and Manage Users anew, by a permission set, and wait until the org answers by it.",
    );
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return line("sight", "failed", error.message, error.remedy);
  }
}

async function cacheWords(reader: OrgReader): Promise<string> {
  const time = await cachedAt(reader);
  return time === null
    ? "What the org says of permissions comes from a cache, and may be old."
    : `What the org says of permissions comes from a cache, as of ${time}.`;
}

/** When the org last looked the permissions up, as it writes it; null where it does not say. */
async function cachedAt(reader: OrgReader): Promise<string | null> {
  try {
    const { rows } = await reader.query<{ LastCacheUpdate: string | null }>(
      "SELECT LastCacheUpdate FROM UserPermissionAccess",
    );
    return rows[0]?.LastCacheUpdate ?? null;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
