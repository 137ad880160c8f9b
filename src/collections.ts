/** The values in parts of a size, in their order; the last may be smaller. */
export function chunksOf<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    values.slice(i * size, (i + 1) * size),
  );
}

/** Whether two values of plain data are the same, whatever the order of their keys. */
export function isSameData(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameData(one[key as never], other[key as never]))
  );
}

/**
 * How many of a room each gets: as many as another, until it has all that it wants; what cannot be shared goes to the first.
 * @param wanted by each
 */
export function fairShares(wanted: readonly number[], room: number): number[] {
  const shares = wanted.map(() => 0);
  let left = room;
  let open = wanted.map((_, i) => i);
  while (left > 0 && open.length > 0) {
    const each = Math.max(1, Math.floor(left / open.length));
    for (const i of open) {
      const more = Math.min(each, left, wanted[i]! - shares[i]!);
      shares[i]! += more;
      left -= more;
    }
    open = open.filter((i) => shares[i]! < wanted[i]!);
  }
  return shares;
}

/** Takes a value off a list, once; whether it was there. */
export function takeOne<T>(list: T[], value: T): boolean {
  const at = list.indexOf(value);
  if (at >= 0) list.splice(at, 1);
  return at >= 0;
}
