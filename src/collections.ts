/** The values in parts of a size, in their order; the last may be smaller. */
export function chunksOf<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
}

/** Takes a value off a list, once; whether it was there. */
export function takeOne<T>(list: T[], value: T): boolean {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
