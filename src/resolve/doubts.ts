import type { Inventory } from "../inventory/inventory.ts";
import type { AppId } from "../salesforce/id.ts";
import type { Doubt, ResolvedPolicy } from "./resolved.ts";

type Said = Pick<ResolvedPolicy, "listedApps" | "deniedLike" | "protectedApps" | "exemptions">;

/** What a policy says of apps of which it cannot be told which they are, by `App.key`. Pure. */
export function doubtsOf(
  { listedApps, deniedLike, protectedApps, exemptions }: Said,
  { apps, ownApps }: Pick<Inventory, "apps" | "ownApps">,
): Map<string, Doubt> {
  const exempt = new Set(exemptions.map(({ appKey }) => appKey));
  const isDenied = (one: AppId) => {
    if (exempt.has(one)) return false;
    const listed = listedApps.get(one);
    return listed === undefined ? deniedLike.has(one) : listed.entry.denied !== null;
  };
  const doubts = new Map<string, Doubt>();
  for (const { key, id, name, couldBe = [] } of apps) {
    if (id !== null || (couldBe.length === 0 && name !== "")) continue;
    const untouchable = couldBe.some((one) => ownApps.includes(one) || protectedApps.has(one));
    const all = !untouchable && couldBe.length > 0 && couldBe.every(isDenied);
    const listed = all ? couldBe.flatMap((one) => listedApps.get(one) ?? []) : [];
    // One that is only reported holds the others back: it may be that one.
    const mildest = listed.find(({ entry }) => entry.mode?.value === "report") ?? listed[0] ?? null;
    const like = all && mildest === null ? (deniedLike.get(couldBe[0]!) ?? null) : null;
    doubts.set(key, { untouchable, denied: mildest, deniedLike: like });
  }
  return doubts;
}
