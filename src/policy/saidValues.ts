import type { Policy, Position } from "./policy.ts";
import type { Path } from "./source.ts";

/** One value of a policy and the extended one, taken as one. */
export interface SaidValue {
  readonly path: Path;
  /** Untrusted text; an empty list where one says so. */
  readonly value: string | number | boolean | readonly [];
  readonly at: Position;
}

/** Every value that a policy and the extended one say, with its place, from a path downwards. */
export function saidValues({ asWritten }: Pick<Policy, "asWritten">, from: Path = []): SaidValue[] {
  const found: SaidValue[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
      const isList = Array.isArray(value);
      for (const [key, inner] of Object.entries(value)) walk(inner, [...path, isList ? Number(key) : key]);
    } else if (value !== undefined)
      found.push({ path, value: value as SaidValue["value"], at: asWritten.position(path) });
  };
  walk(
    from.reduce(
      (value: unknown, step) => (value as Record<string | number, unknown>)?.[step],
      asWritten.data,
    ),
    from,
  );
  return found;
}
