import { deflateRawSync, inflateRawSync } from "node:zlib";

/** What breaks a policy for one reason, as it was when an issue was last written. */
export interface RememberedGroup {
  /** As a fleet calls it; null where there is but one, or none is told apart any more. */
  readonly org: string | null;
  /** As in "Slack: app not listed"; null where groups are not told apart any more. Untrusted text. */
  readonly what: string | null;
  readonly count: number;
  /** Tells the cases from each other; null where they were too many to keep. */
  readonly keys: readonly string[] | null;
  /** Whose the cases are, in the same order; null where they were too many to keep. Untrusted text. */
  readonly names: readonly string[] | null;
}

/** What an issue remembers of what it said, in itself and in its comments: of several, the one with the highest number counts. */
export interface Remembered {
  readonly number: number;
  /** The day that it was judged, as 2026-11-23. */
  readonly day: string;
  readonly groups: readonly RememberedGroup[];
}

/** A line of its own: an app can be called so, and names stand within lines. */
const MARK = /^<!-- sanctioned:memory ([A-Za-z0-9+/=]{1,30000}) -->\r?$/gm;
/** What is left for it in a text. */
const MOST_CHARACTERS = 20_000;
/** Of such a text there is never more than this, whatever somebody has made of it. */
const MOST_BYTES = 1_000_000;

/** Hidden in a text: all where there is room, else without names, without cases, by org, or the number alone. Pure. */
export function memoryMark(state: Remembered): string {
  const withGroups = (groups: readonly RememberedGroup[]) => encoded({ ...state, groups });
  const { groups } = state;
  const bare = groups.map((one): RememberedGroup => ({ ...one, keys: null, names: null }));
  const texts = [
    () => withGroups(groups),
    () => withGroups(groups.map((one) => ({ ...one, names: null }))),
    () => withGroups(bare),
    () => withGroups(mergedBy(bare, ({ org }) => org)),
    () => withGroups(mergedBy(bare, () => null)),
  ];
  for (const make of texts) {
    const text = make();
    if (text.length <= MOST_CHARACTERS) return text;
  }
  return "";
}

/** What the texts of an issue remember together; null where none of them remembers anything that can be read. Pure. */
export function rememberedIn(texts: readonly string[]): Remembered | null {
  return texts
    .flatMap((text) => [...text.matchAll(MARK)].flatMap(([, code]) => decoded(code!) ?? []))
    .reduce<Remembered | null>((a, b) => (a === null || b.number > a.number ? b : a), null);
}

/** A text without what it remembers. */
export function withoutMemory(text: string): string {
  return text.replace(MARK, "");
}

function mergedBy(
  groups: readonly RememberedGroup[],
  orgOf: (group: RememberedGroup) => string | null,
): RememberedGroup[] {
  return [...Map.groupBy(groups, orgOf)].map(([org, some]) => ({
    org,
    what: null,
    count: some.reduce((sum, { count }) => sum + count, 0),
    keys: null,
    names: null,
  }));
}

function encoded({ number, day, groups }: Remembered): string {
  const rows = groups.map(({ org, what, count, keys, names }) => [org, what, count, keys, names]);
  return `<!-- sanctioned:memory ${deflateRawSync(JSON.stringify([number, day, rows])).toString("base64")} -->`;
}

/** Everybody who may write there could have changed it: it says what is not told again, and decides nothing. */
function decoded(code: string): Remembered | null {
  const value = jsonIn(code);
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [number, day, rows] = value as unknown[];
  if (!Number.isSafeInteger(number) || (number as number) < 0 || !Array.isArray(rows)) return null;
  if (typeof day !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const groups = rows.flatMap((row) => groupIn(row) ?? []);
  return groups.length === rows.length ? { number: number as number, day, groups } : null;
}

function groupIn(row: unknown): RememberedGroup | null {
  if (!Array.isArray(row)) return null;
  const [org, what, count, keys, names] = row as unknown[];
  const isText = (value: unknown): value is string | null => value === null || typeof value === "string";
  const isList = (value: unknown): value is string[] | null =>
    value === null ||
    (Array.isArray(value) && value.length === count && value.every((one) => typeof one === "string"));
  return isText(org) && isText(what) && Number.isSafeInteger(count) && isList(keys) && isList(names)
    ? { org, what, count: count as number, keys, names }
    : null;
}

function jsonIn(code: string): unknown {
  try {
    return JSON.parse(
      inflateRawSync(Buffer.from(code, "base64"), { maxOutputLength: MOST_BYTES }).toString("utf8"),
    );
  } catch (error) {
    // What is no such text, whatever is wrong with it: zlib's errors have codes of their own.
    if (error instanceof SyntaxError || typeof (error as NodeJS.ErrnoException).code === "string")
      return null;
    throw error;
  }
}
