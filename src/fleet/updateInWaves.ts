import pLimit from "p-limit";
import type { Wave, WaveOrg } from "./waves.ts";

/** What came of one org. */
export interface OrgUpdate {
  readonly org: string;
  readonly wave: number;
  readonly status: "revoked" | "nothing" | "failed" | "not-begun";
  /** Grants that its plan lists. */
  readonly planned: number;
  /** Grants by what became of them, as its record says. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Why it failed or was not begun, as untrusted text; null where it is whole. */
  readonly why: string | null;
}

/**
 * Updates orgs wave by wave, a few at once. The first that fails, and whoever asks for it, ends it: what is under way goes on to its end, and no
 * other org is begun. What comes of each is the update's to say. Pure but for what it is handed.
 * @param update never rejects
 * @param whyStop why nothing more is to begin; null while it is to go on
 */
export async function updateInWaves(
  waves: readonly Wave[],
  {
    atOnce,
    update,
    whyStop,
  }: {
    readonly atOnce: number;
    readonly update: (one: WaveOrg) => Promise<OrgUpdate>;
    readonly whyStop: () => string | null;
  },
): Promise<readonly OrgUpdate[]> {
  const results: OrgUpdate[] = [];
  let stopped: string | null = null;
  const begin = async (one: WaveOrg): Promise<OrgUpdate> => {
    stopped ??= whyStop();
    if (stopped !== null) return notBegun(one, stopped);
    const result = await update(one);
    if (result.status === "failed") stopped ??= whyStop() ?? `${result.org} failed`;
    return result;
  };
  for (const { orgs } of waves) {
    const limit = pLimit(atOnce);
    results.push(...(await Promise.all(orgs.map((one) => limit(begin, one)))));
  }
  return results;
}

function notBegun({ org, revocations }: WaveOrg, why: string): OrgUpdate {
  return { org: org.name, wave: org.wave, status: "not-begun", planned: revocations, outcomes: {}, why };
}
