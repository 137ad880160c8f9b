import { isAccountLink } from "../accountLink.ts";
import { coverFinder } from "../decide/covered.ts";
import { holdingExemptions } from "../decide/exempt.ts";
import type { App, Grant, Inventory } from "../inventory/inventory.ts";
import { canBeNamed } from "../policy/canBeNamed.ts";
import type { AppEntry, Position } from "../policy/policy.ts";
import type { ResolvedPolicy } from "../resolve/resolved.ts";
import { isOver } from "../time.ts";
import type { Evaluation } from "./evaluate.ts";
import { appLabels } from "./label.ts";

/** Why somebody has to look at an app. */
export type Undecided =
  /** The policy says nothing of it. */
  | { readonly why: "not-listed"; readonly at: Position }
  /** Its entry is due for review. */
  | { readonly why: "review-overdue"; readonly entry: AppEntry }
  /** Nobody answers for it. */
  | { readonly why: "without-owner"; readonly entry: AppEntry };

export interface UndecidedApp {
  readonly app: App;
  /** One of its own among those of the org. Untrusted text. */
  readonly label: string;
  readonly grants: readonly Grant[];
  readonly undecided: Undecided;
}

/**
 * The apps with grants that somebody has to decide on, those of which the policy says nothing first, and of each kind those with most
 * grants first. What is exempt, protected or denied by its name is decided, and so is the tool's own app. Pure.
 * @returns besides, how many are left out since the org does not say which apps they are
 */
export function undecidedApps({
  resolved,
  inventory,
  asOf,
}: Pick<Evaluation, "resolved" | "inventory" | "asOf">): {
  readonly apps: readonly UndecidedApp[];
  readonly unknown: number;
} {
  const labels = appLabels(inventory);
  const byApp = Map.groupBy(
    inventory.grants.filter((grant) => !isAccountLink(grant)),
    ({ app }) => app,
  );
  const exemption = coverFinder(holdingExemptions(resolved.exemptions, asOf));
  const areExempt = (grants: readonly Grant[]) =>
    grants.every(({ userId, app }) => exemption(userId, app.key) !== undefined);
  const open = [...byApp].flatMap(([app, grants]) => {
    const undecided = undecidedOf(app, resolved, inventory, asOf);
    const isOpen = undecided !== null && !(undecided.why === "not-listed" && areExempt(grants));
    return isOpen ? [{ app, label: labels.get(app.key)!, grants, undecided }] : [];
  });
  const apps = open.filter(({ app }) => canBeNamed(app, inventory.apps));
  apps.sort(
    (a, b) =>
      ORDER.indexOf(a.undecided.why) - ORDER.indexOf(b.undecided.why) ||
      b.grants.length - a.grants.length ||
      (a.label < b.label ? -1 : 1),
  );
  return { apps, unknown: open.length - apps.length };
}

const ORDER: readonly Undecided["why"][] = ["not-listed", "review-overdue", "without-owner"];

function undecidedOf(
  app: App,
  resolved: ResolvedPolicy,
  { ownApps }: Inventory,
  asOf: number,
): Undecided | null {
  if (app.id !== null && ownApps.includes(app.id)) return null;
  const listed = resolved.listedApps.get(app.key);
  if (listed !== undefined) return unsettled(listed.entry, asOf);
  if (isSettled(app, resolved)) return null;
  return { why: "not-listed", at: resolved.policy.unlisted.position };
}

function unsettled(entry: AppEntry, asOf: number): Undecided | null {
  if (entry.reviewBy !== null && isOver(entry.reviewBy.value, asOf)) return { why: "review-overdue", entry };
  return entry.owner === null && entry.denied === null ? { why: "without-owner", entry } : null;
}

/** Whether something else than an entry decides on it. */
function isSettled(
  { key }: App,
  { policy, protectedApps, deniedLike, doubts, platformApps }: ResolvedPolicy,
): boolean {
  // One line of the policy decides on Salesforce's own apps, as far as it is certain that they are.
  if (policy.platformApps !== null && platformApps.get(key) === "proven") return true;
  if (protectedApps.has(key) || deniedLike.has(key)) return true;
  const doubt = doubts.get(key);
  return doubt !== undefined && (doubt.untouchable || doubt.denied !== null || doubt.deniedLike !== null);
}
