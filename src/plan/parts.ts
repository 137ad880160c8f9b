import type { App, Grant } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import { compareText } from "../text.ts";
import type { PlanFile } from "./planSchema.ts";

export function appPart({ id, name, kind }: App): PlanFile["revocations"][number]["app"] {
  return { id, name, kind };
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
