import type { Inventory } from "../inventory/inventory.ts";
import type { Doubt, ResolvedPolicy } from "./resolved.ts";

/** What a policy says of apps of which it cannot be told which they are, by `App.key`. Pure. */
export function doubtsOf(
  {
    listedApps,
    protectedApps,
    exemptions,
  }: Pick<ResolvedPolicy, "listedApps" | "protectedApps" | "exemptions">,
  { apps, ownApps }: Pick<Inventory, "apps" | "ownApps">,
): Map<string, Doubt> {
  const exempt = new Set(exemptions.map(({ appKey }) => appKey));
  const doubts = new Map<string, Doubt>();
  for (const { key, id, name, couldBe = [] } of apps) {
    if (id !== null || (couldBe.length === 0 && name !== "")) continue;
    const untouchable = couldBe.some((one) => ownApps.includes(one) || protectedApps.has(one));
    const denied = couldBe.flatMap((one) => {
      const listed = listedApps.get(one);
      return listed === undefined || listed.entry.denied === null || exempt.has(one) ? [] : listed;
    });
    const all = denied.length > 0 && denied.length === couldBe.length;
    // One that is only reported holds the others back: it may be that one.
    const mildest = denied.find(({ entry }) => entry.mode?.value === "report") ?? denied[0];
    doubts.set(key, { untouchable, denied: all ? mildest! : null });
  }
  return doubts;
}
