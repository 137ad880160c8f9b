import type { Row } from "../store/rows.ts";
import type { FieldType } from "../store/schema.ts";
import { type Collation, comparedText } from "./collation.ts";
import { SoqlError } from "./soqlError.ts";

/** Which literals a field of each type is compared with, and how Salesforce names the type. */
const ACCEPTED: Readonly<Record<FieldType, { readonly kinds: readonly string[]; readonly name: string }>> = {
  id: { kinds: ["STRING"], name: "ID" },
  reference: { kinds: ["STRING"], name: "reference" },
  string: { kinds: ["STRING"], name: "string" },
  boolean: { kinds: ["BOOLEAN"], name: "boolean" },
  datetime: { kinds: ["DATETIME"], name: "dateTime" },
  int: { kinds: ["INTEGER", "DECIMAL"], name: "int" },
};

/**
 * The value of a literal, ready to be compared with `comparable` values of a field.
 * @param kind the parser's name of the literal's type
 * @throws SoqlError where a field of this type takes no such literal
 */
export function readLiteral(
  text: string,
  kind: string | undefined,
  field: string,
  type: FieldType,
  collation: Collation,
): Row[string] {
  if (kind === "NULL" || text.toUpperCase() === "NULL") return null;
  if (kind === undefined || !ACCEPTED[type].kinds.includes(kind)) throw wrongType(field, type);
  if (kind === "STRING") return comparable(unquote(text), type, collation);
  if (kind === "BOOLEAN") return text.toUpperCase() === "TRUE";
  const number = kind === "DATETIME" ? Date.parse(text) : Number(text);
  if (Number.isNaN(number)) throw wrongType(field, type);
  return number;
}

/** The refusal of a literal that is none of a field's type. */
export function wrongType(field: string, type: FieldType): SoqlError {
  const { kinds, name } = ACCEPTED[type];
  const quotes = kinds.includes("STRING") ? "should" : "should not";
  return new SoqlError(
    "INVALID_FIELD",
    `value of filter criterion for field '${field}' must be of type ${name} and ${quotes} be enclosed in quotes`,
  );
}

/** SOQL compares text as the org's collation says, and ids by their first 15 characters with regard to case. */
export function comparable(value: Row[string], type: FieldType, collation: Collation): Row[string] {
  if (typeof value !== "string") return value;
  return isId(type) ? value.slice(0, 15) : comparedText(value, collation);
}

export function isId(type: FieldType): boolean {
  return type === "id" || type === "reference";
}

/** The text of a quoted literal. @throws SoqlError where an escape is none of SOQL's */
export function unquote(literal: string): string {
  return characters(literal).reduce((text, { value }) => text + value, "");
}

/** `%` is any text and `_` any character, unless a backslash stands before them. */
export function likePattern(literal: string): RegExp {
  const source = characters(literal).map(({ value, escaped }) => {
    if (!escaped && value === "%") return ".*";
    if (!escaped && value === "_") return ".";
    return value.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${source.join("")}$`, "su");
}

const CONTROL: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

function characters(literal: string): { value: string; escaped: boolean }[] {
  const parts = literal.slice(1, -1).matchAll(/\\(u[0-9a-f]{4}|.)|[^\\]/gisu);
  return Array.from(parts, ([all, code]) => {
    if (code === undefined) return { value: all, escaped: false };
    if (code.length === 5)
      return { value: String.fromCharCode(Number.parseInt(code.slice(1), 16)), escaped: true };
    const value = CONTROL[code.toLowerCase()] ?? code;
    if (value === code && !/["'\\%_]/.test(code))
      throw new SoqlError(
        "MALFORMED_QUERY",
        `Invalid string literal ${literal}. Illegal character sequence '\\${code}' in string literal.`,
      );
    return { value, escaped: true };
  });
}
