import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { countGrants } from "../../src/plan/plan.ts";
import { openRevoker } from "../../src/run/open.ts";
import { onTask } from "./child.ts";

export interface RevokeTask {
  readonly url: string;
  readonly accessToken: string;
  readonly concurrency: number;
  /** Far more than the default, which would measure the pace alone. */
  readonly perSecond: number;
}

/** What a run took: from the first read of a token to the end of the verification. */
export interface Revoking {
  readonly revocations: number;
  readonly seconds: number;
  /** Grants whose revocation was verified. */
  readonly revoked: number;
}

onTask(async ({ url, accessToken, concurrency, perSecond }: RevokeTask): Promise<Revoking> => {
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-bench-"));
  try {
    const run = openRevoker({
      folder,
      env: {
        SF_ORG_INSTANCE_URL: url,
        SF_ACCESS_TOKEN: accessToken,
        SANCTIONED_REVOKE_CONCURRENCY: String(concurrency),
        SANCTIONED_REVOKES_PER_SECOND: String(perSecond),
      },
    });
    const evaluation = await run.observe(
      run.want({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] }),
    );
    const { plan } = evaluation;
    const start = performance.now();
    const { outcomes } = await run.revoke(plan, evaluation, { purpose: "update" });
    const seconds = (performance.now() - start) / 1000;
    const revoked = outcomes
      .filter(({ status }) => status === "revoked")
      .reduce((sum, { revocation }) => sum + revocation.grants.length, 0);
    return { revocations: countGrants(plan), seconds, revoked };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
