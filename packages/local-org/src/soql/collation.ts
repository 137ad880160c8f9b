import type { Platform } from "../fixture/platform.ts";

/**
 * How an org compares text: `folded` without regard to case, `binary` by code unit, `accents` without regard
 * to case, accents and blanks at the end. They sort as they compare; `mixed` compares as `folded` and sorts
 * text by code unit and ids without regard to case, so that neither says anything of the other.
 */
export type Collation = Platform["collation"];

const TO_KEY: Readonly<Record<Collation, (text: string) => string>> = {
  folded: (text) => text.toLowerCase(),
  mixed: (text) => text.toLowerCase(),
  binary: (text) => text,
  accents: (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+$/u, ""),
};

/** Two texts for which this is the same are equal for WHERE, and its order is that of `<`. */
export function comparedText(text: string, collation: Collation): string {
  return TO_KEY[collation](text);
}

/** Its order is that of ORDER BY. */
export function sortedText(text: string, collation: Collation): string {
  return collation === "mixed" ? text : TO_KEY[collation](text);
}

/** As `sortedText`, for ids, which are compared with regard to case in every org. */
export function sortedId(id: string, collation: Collation): string {
  return collation === "mixed" ? id.toLowerCase() : id;
}
