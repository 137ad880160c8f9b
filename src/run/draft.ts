import type { Inventory } from "../inventory/inventory.ts";
import { NO_NEEDS } from "../inventory/needs.ts";
import { draftPolicy } from "../policy/write/draft.ts";
import { dayOf } from "../time.ts";
import type { Observer } from "./observer.ts";

/**
 * A first policy for the connected org, which only reports.
 * @param now milliseconds since the epoch
 * @param shared a policy that it extends; null for none
 * @throws as `Observer.have`
 */
export async function draftOf(
  observer: Observer,
  now: number,
  shared: string | null = null,
): Promise<{ readonly inventory: Inventory; readonly text: string }> {
  const inventory = await observer.have({ ...NO_NEEDS, permissionSets: "all" });
  return { inventory, text: draftPolicy(inventory, dayOf(now), shared) };
}
