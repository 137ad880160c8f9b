import { UserError } from "../errors.ts";
import type { Session } from "./session.ts";

/** The highest API version that this release was written for. */
const HIGHEST = 67;
/** The first version in which OauthToken is handed out in pages, and so can be listed completely (salesforce-facts 1.3). */
const LOWEST = 34;

/**
 * The pinned version where the org has it, else the highest that both sides know, as in `67.0`.
 * @throws UserError where there is none, or the host has no Salesforce API
 */
export async function chooseApiVersion(session: Session, pinned: string | null): Promise<string> {
  const answer = await session.get<{ version?: unknown }[]>("/services/data/");
  const { host } = session;
  const versions = Array.isArray(answer) ? answer.map((entry) => String(entry?.version)) : [];
  if (versions.length === 0 || !versions.every((version) => /^\d+\.\d+$/.test(version)))
    throw new UserError(`${host} has no Salesforce API: check the address.`);
  versions.sort((a, b) => Number(a) - Number(b));
  if (pinned !== null) {
    if (Number(pinned) < LOWEST)
      throw new UserError(`API version ${pinned} cannot list grants: pin ${LOWEST}.0 or later.`);
    if (versions.includes(pinned)) return pinned;
    throw new UserError(
      `${host} has no API version ${pinned}: it knows ${versions.at(0)} to ${versions.at(-1)}.`,
    );
  }
  const known = versions.filter((version) => Number(version) >= LOWEST && Number(version) <= HIGHEST);
  const highest = known.at(-1);
  if (highest === undefined)
    throw new UserError(
      `${host} knows the API versions ${versions.at(0)} to ${versions.at(-1)}, this release ${LOWEST}.0 to ${HIGHEST}.0: get a newer one.`,
    );
  return highest;
}
