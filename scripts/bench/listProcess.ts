import { performance } from "node:perf_hooks";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { onTask } from "./child.ts";
import { digestOf, type Fact } from "./digest.ts";

/** The org to list; the lister's own default where no concurrency is given. */
export interface ListTask {
  readonly url: string;
  readonly accessToken: string;
  readonly concurrency?: number;
}

/** What a listing took and found. */
export interface Listing {
  readonly seconds: number;
  /** The most memory that the process had from its start to the end of the listing. */
  readonly peakRssMb: number;
  /** API calls spent on the grants, as the proof of completeness states them. */
  readonly calls: number;
  readonly grants: number;
  readonly digest: string;
}

onTask(async ({ url, accessToken, concurrency }: ListTask): Promise<Listing> => {
  const settings = {
    instanceUrl: url,
    accessToken,
    ...(concurrency === undefined ? {} : { concurrency: String(concurrency) }),
  };
  const start = performance.now();
  const inventory = await listInventory(await connect(readCredentials(settings, {})));
  const seconds = (performance.now() - start) / 1000;
  const peakRssMb = process.resourceUsage().maxRSS / 1024;
  return { seconds, peakRssMb, calls: inventory.proof.calls, ...digestOf(facts(inventory)) };
});

function* facts({ grants }: Inventory): Generator<Fact> {
  for (const { userId, app, createdAt, lastUsedAt, useCount } of grants)
    yield { userId, app: app.key, createdAt, lastUsedAt, useCount };
}
