import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { planFile } from "../../src/plan/planFile.ts";
import { readPolicy } from "../../src/policy/read.ts";
import type { FullPlan, OrgReport } from "../../src/report/org/orgReport.ts";
import { needsOf } from "../../src/resolve/policyNeeds.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

const AS_OF = "2026-11-23T12:00:00.000Z";
const ROOT = path.resolve(import.meta.dirname, "../..");

/** The report of Dieppe Trading, read from a local org over HTTP; the same each time. */
export async function dieppeReport(): Promise<OrgReport> {
  const org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  try {
    const policy = readPolicy("policy/dieppe-trading.yaml", ROOT);
    const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
    const inventory = await listInventory(reader, { needs: needsOf(policy) });
    const settled = {
      ...inventory,
      org: { ...inventory.org, instanceUrl: "https://dieppe.example" },
      proof: { ...inventory.proof, at: AS_OF },
    };
    return {
      version: 1,
      kind: "sanctioned-report",
      plan: planFile(evaluate(policy, settled, Date.parse(AS_OF)), { all: true }) as FullPlan,
      since: null,
      changes: null,
      recorded: null,
      redacted: false,
    };
  } finally {
    await org.close();
  }
}
