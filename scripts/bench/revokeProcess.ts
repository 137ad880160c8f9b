import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { performance } from "node:perf_hooks";
import { listInventory } from "../../src/inventory/list.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { countGrants } from "../../src/plan/plan.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { revokeOnRecord } from "../../src/run/revokeOnRecord.ts";
import { connectToRevoke } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { onTask } from "./child.ts";

export interface RevokeTask {
  readonly url: string;
  readonly accessToken: string;
  readonly concurrency: number;
}

/** What a run took: from the first read of a token to the end of the verification. */
export interface Revoking {
  readonly revocations: number;
  readonly seconds: number;
  /** Grants whose revocation was verified. */
  readonly revoked: number;
}

onTask(async ({ url, accessToken, concurrency }: RevokeTask): Promise<Revoking> => {
  const parsed = policyFromObject({ version: 1, unlisted: "revoke", apps: [] }, "benchmark");
  if ("problems" in parsed) throw new PolicyError(parsed.problems);
  const connection = await connectToRevoke(readCredentials({ instanceUrl: url, accessToken }, {}));
  const inventory = await listInventory(connection);
  const { plan } = evaluate(parsed.policy, inventory, Date.now());
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-bench-"));
  try {
    const start = performance.now();
    const { outcomes } = await revokeOnRecord(connection, plan.revocations, {
      apps: inventory.apps,
      policy: null,
      reason: null,
      raisedLimits: null,
      auditFile: path.join(folder, "audit.jsonl"),
      concurrency,
      perSecond: 250,
      sessions: "report",
      env: {},
      onProgress: () => {},
    });
    const seconds = (performance.now() - start) / 1000;
    const revoked = outcomes
      .filter(({ status }) => status === "revoked")
      .reduce((sum, { revocation }) => sum + revocation.grants.length, 0);
    return { revocations: countGrants(plan), seconds, revoked };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
