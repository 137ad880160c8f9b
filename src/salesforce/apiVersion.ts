import { salesforceErrors } from "./errors.ts";
import type { OrgSession } from "./session.ts";

/** The highest API version that this release was written for. */
const HIGHEST = 67;
/**
 * The first version that knows external client apps whole: their object, their usage and their metadata. In an older one
 * they are not there, as if the org had none (docs/salesforce.md#external-client-apps).
 */
const LOWEST = 60;

/**
 * The pinned version where the org has it, else the highest that both sides know, as in `67.0`.
 * @throws UserError where there is none, or the host has no Salesforce API
 */
export async function chooseApiVersion(session: OrgSession, pinned: string | null): Promise<string> {
  const answer = await session.get<{ version?: unknown }[]>("/services/data/");
  const { host } = session;
  const versions = Array.isArray(answer) ? answer.map((entry) => String(entry?.version)) : [];
  if (versions.length === 0 || !versions.every((version) => /^\d+\.\d+$/.test(version)))
    throw salesforceErrors["api-not-found"]({ host });
  versions.sort((a, b) => Number(a) - Number(b));
  const first = versions.at(0)!;
  const last = versions.at(-1)!;
  if (pinned !== null) {
    if (Number(pinned) < LOWEST) throw salesforceErrors["api-version-too-old"]({ pinned, lowest: LOWEST });
    if (versions.includes(pinned)) return pinned;
    throw salesforceErrors["api-version-not-available"]({ host, pinned, first, last });
  }
  const known = versions.filter((version) => Number(version) >= LOWEST && Number(version) <= HIGHEST);
  const highest = known.at(-1);
  if (highest === undefined)
    throw salesforceErrors["api-versions-not-shared"]({
      host,
      first,
      last,
      lowest: LOWEST,
      highest: HIGHEST,
    });
  return highest;
}
