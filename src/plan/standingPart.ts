import { standingAccessIn, standingJudge } from "../decide/standing.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Evaluation } from "./evaluate.ts";
import { appPart, canonicalOrder, iso, placePart } from "./parts.ts";
import type { PlanFile } from "./planSchema.ts";

type StandingFile = NonNullable<PlanFile["standingAccess"]>;
/** What an inventory shows without a policy. */
export type StandingShown = Omit<StandingFile, "entries"> & {
  entries: Omit<StandingFile["entries"][number], "code" | "policy">[];
};

/** Access without a grant as a plan file has it, each entry with what the policy makes of it. */
export function standingPart(evaluation: Evaluation, labels: ReadonlyMap<string, string>): StandingFile {
  const { inventory } = evaluation;
  const judge = standingJudge(evaluation);
  const { entries, ...shown } = standingShown(inventory, labels);
  const judged = standingAccessIn(inventory).entries.map((entry, i) => {
    const { code, at } = judge(entry);
    return { ...entries[i]!, code, policy: placePart(at) };
  });
  return { ...shown, entries: canonicalOrder(judged) };
}

/** The same of an inventory alone, in its order. @param labels of every app of the inventory */
export function standingShown(
  inventory: Pick<Inventory, "standingAccess" | "users">,
  labels: ReadonlyMap<string, string>,
): StandingShown {
  const { days, readings, entries } = standingAccessIn(inventory);
  return {
    days,
    sources: readings.map(({ since, ...reading }) => ({ ...reading, since: iso(since) })),
    entries: entries.map(({ kind, app, name, couldBe, userId, through, lastSeen, knownBy }) => ({
      kind,
      app: app === null ? null : appPart(app, labels),
      name,
      couldBe: [...couldBe],
      user: userId === null ? null : { id: userId, username: inventory.users.get(userId)?.username ?? null },
      through: [...through],
      lastSeen: iso(lastSeen),
      knownBy: [...knownBy],
    })),
  };
}
