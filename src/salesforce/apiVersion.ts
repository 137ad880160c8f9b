import { salesforceErrors } from "./errors.ts";
import { ApiError } from "./failure.ts";
import type { OrgSession } from "./session.ts";

/** The highest API version that this release was written for. */
const HIGHEST = 67;
/**
 * The first version that knows external client apps whole: their object, their usage and their metadata. In an older one
 * they are not there, as if the org had none (docs/salesforce.md#external-client-apps).
 */
const LOWEST = 60;

/**
 * The pinned version, else the highest that both sides know, as in `67.0`. Whether the org has a pinned one its first answers show:
 * it is not asked for its versions.
 * @throws UserError where there is none, or the host has no Salesforce API
 */
export async function chooseApiVersion(session: OrgSession, pinned: string | null): Promise<string> {
  if (pinned !== null) {
    if (Number(pinned) < LOWEST) throw salesforceErrors["api-version-too-old"]({ pinned, lowest: LOWEST });
    return pinned;
  }
  const versions = await versionsOf(session);
  const known = versions.filter((version) => Number(version) >= LOWEST && Number(version) <= HIGHEST);
  const highest = known.at(-1);
  if (highest === undefined)
    throw salesforceErrors["api-versions-not-shared"]({
      host: session.host,
      first: versions.at(0)!,
      last: versions.at(-1)!,
      lowest: LOWEST,
      highest: HIGHEST,
    });
  return highest;
}

/**
 * Says so where the org does not have the pinned version.
 * @param error what its first answers led to
 * @throws UserError saying which versions it has, or the error itself
 */
export async function throwOfVersion(
  session: OrgSession,
  pinned: string | null,
  error: unknown,
): Promise<never> {
  if (pinned !== null && error instanceof ApiError && error.status === 404) {
    const { host } = session;
    const versions = await versionsOf(session);
    const [first, last] = [versions.at(0)!, versions.at(-1)!];
    if (!versions.includes(pinned))
      throw salesforceErrors["api-version-not-available"]({ host, pinned, first, last });
  }
  throw error;
}

/** The versions that an org has, from the lowest. */
async function versionsOf(session: OrgSession): Promise<string[]> {
  const answer = await session.get<{ version?: unknown }[]>("/services/data/");
  const versions = Array.isArray(answer) ? answer.map((entry) => String(entry?.version)) : [];
  if (versions.length === 0 || !versions.every((version) => /^\d+\.\d+$/.test(version)))
    throw salesforceErrors["api-not-found"]({ host: session.host });
  return versions.sort((a, b) => Number(a) - Number(b));
}
