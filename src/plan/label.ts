import type { App, Inventory } from "../inventory/inventory.ts";
import { printable } from "../printable.ts";
import { compareText } from "../text.ts";

/**
 * A name that is safe as a key of a Pulumi property map: printable, and not starting with `__`,
 * which the engine keeps for itself and does not show.
 */
function propertyKey(kind: "app" | "user", name: string): string {
  if (name === "") return `${kind} without a name`;
  // A blank at an end, two in a row or one of another kind would not be seen.
  const text = printable(name).replace(/[^\S ]/g, (blank) => `\\u{${blank.codePointAt(0)!.toString(16)}}`);
  const seen = /^ | $| {2}/.test(text) ? `"${text}"` : text;
  return seen.startsWith("__") ? `${kind} ${seen}` : seen;
}

/** The key under which a user's revocations stand: the username, which is unique across Salesforce. */
export function userLabel(username: string): string {
  return propertyKey("user", username);
}

/**
 * One distinct label for each app of an inventory, by `App.key`: its name, with the id added to each
 * of several apps that share one name. An identity provider's says that it is one.
 */
export function appLabels(inventory: Pick<Inventory, "apps">): ReadonlyMap<string, string> {
  const byName = new Map<string, App[]>();
  for (const app of inventory.apps) {
    const name = nameOf(app);
    byName.set(name, [...(byName.get(name) ?? []), app]);
  }
  const labels = new Map<string, string>();
  for (const [name, apps] of byName) {
    for (const app of apps)
      labels.set(app.key, apps.length === 1 ? name : `${name} (${printable(app.id ?? "no id")})`);
  }
  return distinct(labels);
}

function nameOf({ kind, name }: App): string {
  return kind === "identity-provider"
    ? propertyKey("app", `${name === "" ? "one without a name" : name} (identity provider)`)
    : propertyKey("app", name);
}

/** Numbers labels that are still equal, in the order of the apps' keys, so that the order of apps changes nothing. */
function distinct(labels: Map<string, string>): Map<string, string> {
  const seen = new Map<string, number>();
  const result = new Map<string, string>();
  for (const [key, label] of [...labels].sort(([a], [b]) => compareText(a, b))) {
    const n = (seen.get(label) ?? 0) + 1;
    seen.set(label, n);
    result.set(key, n === 1 ? label : `${label} #${n}`);
  }
  return result;
}
