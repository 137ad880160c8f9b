import type { Inventory } from "../inventory/inventory.ts";
import { appLabels } from "../plan/label.ts";
import { appPart, appText } from "../plan/parts.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { type PlatformKind, platformKindOf } from "../platformApps.ts";
import { printable } from "../printable.ts";
import { amount, compareText, count, firstFew } from "../text.ts";

type PlatformPart = NonNullable<PlanFile["platformApps"]>;
type Held = PlatformPart["apps"][number];

/**
 * What happens to Salesforce's own apps that a policy does not list, in a line, and to what is only called so in another; none
 * where there are none. @param shown makes a name safe where the line is written
 */
export function platformLines(part: PlatformPart | undefined, shown = printable): string[] {
  if (part === undefined) return [];
  const { said, apps } = part;
  const proven = apps.filter((one) => one.proven);
  const named = apps.filter((one) => !one.proven);
  const rule = said === null ? "the policy has no `platformApps`" : `\`platformApps: ${said}\``;
  const isOpen = named.some(({ keep, report }) => keep + report > 0) && said !== null && said !== "revoke";
  return [
    ...(proven.length === 0
      ? []
      : [
          `Salesforce's own apps that the policy does not list (${rule}): ${namesOf(proven, shown)}: ${outcomes(proven)}.`,
        ]),
    ...(named.length === 0
      ? []
      : [
          `Called as Salesforce's own, and nothing proves that they are: ${namesOf(named, shown)}: ${outcomes(named)}${isOpen ? ". Find out whose they are, then list or deny them by id" : ""}.`,
        ]),
  ];
}

/** What a draft makes of Salesforce's own apps, and of what is only called so, a line for each; none where they hold no grant. */
export function draftPlatformLines(inventory: Inventory): string[] {
  const labels = appLabels(inventory);
  const byApp = Map.groupBy(inventory.grants, ({ app }) => app);
  const of = (kind: PlatformKind) => {
    const held = [...byApp].flatMap(([app, grants]) => {
      const users = new Set(grants.map(({ userId }) => userId)).size;
      return platformKindOf(app) === kind ? { ...appPart(app, labels), users } : [];
    });
    return held.length === 0 ? null : namesOf(held, printable);
  };
  const [proven, named] = [of("proven"), of("named")];
  return [
    ...(proven === null
      ? []
      : [
          `Salesforce's own apps: ${proven}. The draft keeps them by \`platformApps: keep\` and lists none; under \`unlisted: revoke\` everyone would lose them without that line.`,
        ]),
    ...(named === null
      ? []
      : [
          `Called as Salesforce's own, and nothing proves that they are: ${named}. The draft takes each as any other app: find out whose it is.`,
        ]),
  ];
}

/** The apps with most users first, a few by name. */
export function namesOf(
  apps: readonly Pick<Held, "name" | "label" | "users">[],
  shown = (text: string) => text,
): string {
  const sorted = [...apps].sort((a, b) => b.users - a.users || compareText(appText(a), appText(b)));
  return firstFew(sorted.map((one) => `${shown(appText(one))} (${amount(one.users, "user")})`));
}

/** What their grants get: `12 grants kept, 1 revoked`. */
function outcomes(apps: readonly Held[]): string {
  const sum = (key: "keep" | "report" | "revoke") => apps.reduce((all, one) => all + one[key], 0);
  const parts = (
    [
      [sum("revoke"), "revoked"],
      [sum("report"), "only reported"],
      [sum("keep"), "kept"],
    ] as const
  ).filter(([grants]) => grants > 0);
  return parts
    .map(([grants, what], i) => `${i === 0 ? amount(grants, "grant") : count(grants)} ${what}`)
    .join(", ");
}
