import type { OrgReader } from "../salesforce/reader.ts";
import { ask } from "./answers.ts";
import { askGrants } from "./grants.ts";
import { HEADERS, OAUTH_CODES } from "./known.ts";
import { askLogins, askSessions } from "./logins.ts";
import { askMetadata } from "./metadata.ts";
import { askObjects } from "./objects.ts";
import { askPermissions } from "./permissions.ts";
import type { OrgProfile } from "./profileSchema.ts";
import { askQueryForms } from "./queryForms.ts";
import { askExternalClientApps, askUsage } from "./usage.ts";

/** What the revoke endpoint said to a token that cannot exist. */
export interface RevokeCallReply {
  readonly kind: OrgProfile["revokeCall"]["kind"];
  readonly status: number;
  readonly code: string | null;
}

/**
 * Asks a connected org what nobody outside Salesforce knows, and reads only: about 80 calls, one after the other.
 * @param revokeCall asks at an instance URL how the revoke call is answered, with a token that cannot exist
 * @param now milliseconds since the epoch
 * @throws UserError where the org can no longer be asked
 */
export async function probe(
  reader: OrgReader,
  revokeCall: (instanceUrl: string) => Promise<RevokeCallReply>,
  now: number,
): Promise<OrgProfile> {
  const { apiVersion, isSandbox, instanceUrl } = reader.org;
  const permissions = await askPermissions(reader);
  const objects = await askObjects(reader);
  const grants = await askGrants(reader);
  const forms = await askQueryForms(reader, now);
  const externalClientApps = await askExternalClientApps(reader);
  const usage = await askUsage(reader);
  const logins = await askLogins(reader, now);
  const sessions = await askSessions(reader);
  const metadata = await askMetadata(reader);
  const { answer, status } = await ask(() => reader.get("/limits"));
  const { kind, status: replied, code } = await revokeCall(instanceUrl);
  const names = HEADERS.filter((name) => reader.headerNames.includes(name));
  return {
    version: 1,
    kind: "sanctioned-org-profile",
    apiVersion,
    isSandbox,
    permissions,
    objects,
    grants,
    ...forms,
    externalClientApps,
    usage,
    logins,
    sessions,
    metadata,
    limits: { answer, status, header: reader.apiUsage !== null },
    headers: { names, others: reader.headerNames.length - names.length },
    revokeCall: { kind, status: replied, code: OAUTH_CODES.find((known) => known === code) ?? null },
    revocation: null,
  };
}
