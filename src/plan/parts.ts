import type { App, Grant } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import { compareText } from "../text.ts";
import type { PlanFile } from "./planSchema.ts";

type AppPart = PlanFile["revocations"][number]["app"];

/** @param labels of every app of the inventory: what lists show, where that is not the name */
export function appPart({ key, id, name, kind }: App, labels: ReadonlyMap<string, string>): AppPart {
  const label = labels.get(key) ?? name;
  return { id, name, kind, ...(label === name ? {} : { label }) };
}

/** What people read for an app of a plan: no other app of it has the same. Untrusted text. */
export function appText({ name, label }: Pick<AppPart, "name" | "label">): string {
  return label ?? name;
}

/** Tells an app of a plan from every other; a name can have the form of an id. */
export function appKey({ id, name, kind }: Pick<AppPart, "id" | "name" | "kind">): string {
  return id ?? `${kind === "identity-provider" ? "provider" : "name"}:${name}`;
}

export function grantPart({ createdAt, lastUsedAt, useCount }: Grant) {
  return { granted: iso(createdAt), lastUsed: iso(lastUsedAt), useCount };
}

export function placePart({ file, line }: Position): { file: string; line: number } {
  return { file, line };
}

/** In an order that does not depend on the org's. */
export function canonicalOrder<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([a], [b]) => compareText(a, b))
    .map(([, item]) => item);
}

export function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
