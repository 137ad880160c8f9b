import { RemoteError } from "../../errors.ts";
import type { OrgReader } from "../../salesforce/reader.ts";
import { type DoctorLine, line } from "./line.ts";

const KEEP_IT =
  "Let it be a fixed address of your own. Salesforce freezes a user whose API calls come from an anonymizing VPN, a proxy or another high-risk address, and revokes all of that user's refresh tokens (help 005318944): a hosted CI runner can be such. See docs/connecting.md.";

/** From where the org sees this machine: what comes from an address that it distrusts freezes the tool's own user. */
export async function addressLine(reader: OrgReader): Promise<DoctorLine> {
  const addresses = await readAddresses(reader);
  return addresses.length === 0
    ? line("address", "warning", "The org does not say from which address it sees this machine.", KEEP_IT)
    : line("address", "ok", `The org sees this machine at ${addresses.join(" and ")}.`, KEEP_IT);
}

/** Of the sessions of the family that the current one is of: a proxy with several addresses shows as several. */
async function readAddresses(reader: OrgReader): Promise<string[]> {
  try {
    const { rows } = await reader.query<{ SourceIp: string | null }>(
      "SELECT SourceIp FROM AuthSession WHERE IsCurrent = true",
    );
    return [...new Set(rows.flatMap(({ SourceIp }) => SourceIp || []))].toSorted();
  } catch (error) {
    if (error instanceof RemoteError) return [];
    throw error;
  }
}
