/** A string as a SOQL literal, quotes included; nothing in it can end the literal. */
export function soqlString(value: string): string {
  const escaped = value.replace(/[\\'"\n\r\t\b\f]/g, (character) => ESCAPES[character]!);
  return `'${escaped}'`;
}

/** A list for `IN`: `('a','b')`. SOQL knows no empty list. */
export function soqlIn(values: readonly string[]): string {
  if (values.length === 0) throw new Error("an IN list must not be empty");
  return `(${values.map(soqlString).join(",")})`;
}

/** A point in time (milliseconds since the epoch) as a SOQL literal, in UTC. */
export function soqlDateTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const ESCAPES: Record<string, string> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};
