import type { Properties } from "./propertyValues.ts";

/** How a property differs, as the engine's `PropertyDiff` says it. */
export type Kind = "add" | "delete" | "update";

/** What differs, by property path. */
export type Differences = ReadonlyMap<string, Kind>;

/**
 * What differs between two values, leaf by leaf; what only one of them has is a difference of its own.
 * @param at the path of both
 */
export function differences(before: unknown, after: unknown, at: string): [string, Kind][] {
  if (isAbsent(before)) return isMap(after) ? each({}, after, at) : isAbsent(after) ? [] : [[at, "add"]];
  if (isAbsent(after)) return [[at, "delete"]];
  if (isMap(before) && isMap(after)) return each(before, after, at);
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [[at, "update"]];
}

function each(before: Properties, after: Properties, at: string): [string, Kind][] {
  const found = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((key) => ({
    key,
    below: differences(before[key], after[key], member(at, key)),
  }));
  // The engine reads no path with such a key: the whole that it is in is shown as changed.
  if (found.some(({ key, below }) => key.endsWith("\\") && below.length > 0)) return [[at, "update"]];
  return found.flatMap(({ below }) => below);
}

/**
 * The path of a member, as the engine reads paths (`ParsePropertyPath` in sdk/go/common/resource, v3.259.0): a key in
 * brackets ends at the next quote with no backslash before it, and holds a quote as `\"`.
 */
function member(at: string, key: string): string {
  return `${at}["${key.replaceAll('"', '\\"')}"]`;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isMap(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
