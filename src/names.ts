/** Characters that nobody sees or that only move others, as Unicode lists them. */
const INVISIBLE = /[\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;
const BLANKS = /\s+/gu;

/**
 * A name in the form in which names are compared: composed (NFC), without regard to case, every run of blanks
 * and invisible characters as one blank, none at the ends. Equal forms are one name to a reader.
 */
export function foldName(name: string): string {
  // Upper case first: only so are "ß" and "SS", and both forms of a Greek sigma, one.
  const oneCase = name.normalize("NFC").toUpperCase().toLowerCase();
  return oneCase.replace(INVISIBLE, " ").replace(BLANKS, " ").trim().normalize("NFC");
}

/** Things of the org by the names that a policy can call them by, so that many names are looked up in little time. */
export class NameIndex<T> {
  /** Every name, as it is written. */
  readonly names: ReadonlySet<string>;
  readonly #exact: ReadonlyMap<string, Set<T>>;
  /** Made once a name is asked for that nothing is called exactly. */
  #folded: ReadonlyMap<string, Set<T>> | undefined;
  readonly #fold: () => ReadonlyMap<string, Set<T>>;

  constructor(things: readonly T[], namesOf: (thing: T) => readonly string[]) {
    this.#exact = indexed(things, namesOf);
    this.#fold = () => indexed(things, (thing) => namesOf(thing).map(foldName));
    this.names = new Set(this.#exact.keys());
  }

  /**
   * Those that a name means: the ones that are called exactly so, else those of the same folded name. One rule for every
   * name of a policy.
   */
  find(name: string): T[] {
    const exact = this.#exact.get(name);
    if (exact !== undefined) return [...exact];
    this.#folded ??= this.#fold();
    return [...(this.#folded.get(foldName(name)) ?? [])];
  }
}

function indexed<T>(things: readonly T[], namesOf: (thing: T) => readonly string[]): Map<string, Set<T>> {
  const index = new Map<string, Set<T>>();
  for (const thing of things)
    for (const name of namesOf(thing)) {
      const known = index.get(name);
      if (known === undefined) index.set(name, new Set([thing]));
      else known.add(thing);
    }
  return index;
}

/** Those of some things that a name means, as the index finds them: for one name among few. */
export function namedSo<T>(name: string, things: readonly T[], nameOf: (thing: T) => string): T[] {
  return new NameIndex(things, (thing) => [nameOf(thing)]).find(name);
}

/** Whether a name is one of those that are asked for, as names are compared. */
export function namesAsked(asked: readonly string[]): (name: string) => boolean {
  const folded = new Set(asked.map(foldName));
  return (name) => folded.has(foldName(name));
}

/** Whether a reader could take one name for the other: they differ in case, blanks, width or what nobody sees, or not at all. */
export function looksLike(one: string, other: string): boolean {
  return bare(one) === bare(other);
}

/** Names of a platform are shorter; a longer text is no typing mistake. */
export const LONGEST_NAME = 255;

/**
 * Whether a name could be the other with a typing mistake: one letter wrong, missing, added or exchanged with
 * its neighbour in names of 4 to 7 characters, two in longer ones. What differs in digits alone is no mistake
 * ("Zed 2" and "Zed 3" are two apps), and what only looks the same is one.
 */
export function isNear(name: string, other: string): boolean {
  const [one, two] = [foldName(name), foldName(other)];
  if (one === two) return false;
  if (looksLike(one, two)) return true;
  if (withoutDigits(one) === withoutDigits(two)) return false;
  const { length } = one;
  const most = length >= 8 ? 2 : length >= 4 ? 1 : 0;
  if (length > LONGEST_NAME || Math.abs(length - two.length) > most) return false;
  return typingDistance(one, two) <= most;
}

function bare(name: string): string {
  return foldName(name.normalize("NFKC")).replaceAll(" ", "");
}

function withoutDigits(text: string): string {
  return text.replace(/\p{Nd}+/gu, "0");
}

/** How many typing mistakes make one text of the other: Damerau's distance with neighbours exchanged once, three rows at a time. */
export function typingDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change, exchanged ? before[j - 2]! + 1 : change));
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
