import type { Condition, WhereClause } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store.ts";
import type { Resolve } from "./evaluate.ts";
import { SoqlError } from "./soqlError.ts";

type Test = (row: Row) => boolean;
type Token = "(" | ")" | "AND" | "OR" | "NOT" | Test;

/** Compiles a WHERE clause, which the parser hands out as a list with bracket counts, to a test of one record. */
export function compileWhere(where: WhereClause | undefined, resolve: Resolve): Test {
  if (where === undefined) return () => true;
  const tokens = flatten(where, resolve);
  let at = 0;
  const expression = (): Test => {
    let left = conjunction();
    while (tokens[at] === "OR") {
      at++;
      const a = left;
      const b = conjunction();
      left = (row) => a(row) || b(row);
    }
    return left;
  };
  const conjunction = (): Test => {
    let left = negation();
    while (tokens[at] === "AND") {
      at++;
      const a = left;
      const b = negation();
      left = (row) => a(row) && b(row);
    }
    return left;
  };
  const negation = (): Test => {
    const token = tokens[at++];
    if (token === "NOT") {
      const inner = negation();
      return (row) => !inner(row);
    }
    if (token === "(") {
      const inner = expression();
      if (tokens[at++] !== ")") throw new SoqlError("MALFORMED_QUERY", "unbalanced brackets");
      return inner;
    }
    if (typeof token !== "function") throw new SoqlError("MALFORMED_QUERY", "unexpected token in WHERE");
    return token;
  };
  const test = expression();
  if (at !== tokens.length) throw new SoqlError("MALFORMED_QUERY", "unexpected token in WHERE");
  return test;
}

function flatten(where: WhereClause, resolve: Resolve): Token[] {
  const tokens: Token[] = [];
  for (let clause: WhereClause | undefined = where; clause !== undefined; ) {
    const { left, operator, right } = clause as {
      left: Condition | null;
      operator?: string;
      right?: WhereClause;
    };
    if (left !== null) {
      const { openParen = 0, closeParen = 0 } = left as { openParen?: number; closeParen?: number };
      for (let i = 0; i < openParen; i++) tokens.push("(");
      if ("operator" in left) tokens.push(condition(left as ValueCondition, resolve));
      for (let i = 0; i < closeParen; i++) tokens.push(")");
    }
    if (operator !== undefined) tokens.push(operator.toUpperCase() as Token);
    clause = right;
  }
  return tokens;
}

interface ValueCondition {
  readonly field: string;
  readonly operator: string;
  readonly literalType: string | string[];
  readonly value: string | string[];
  readonly valueQuery?: unknown;
}

function condition(
  { field, operator, literalType, value, valueQuery }: ValueCondition,
  resolve: Resolve,
): Test {
  if (valueQuery !== undefined || field === undefined)
    throw new SoqlError("MALFORMED_QUERY", "the local org takes no nested queries and functions in WHERE");
  const { read, type, filterable } = resolve(field);
  if (!filterable)
    throw new SoqlError("INVALID_FIELD", `field '${field}' can not be filtered in a query call`);
  const literal = (text: string, kind: string): unknown => {
    if (kind === "NULL" || text.toUpperCase() === "NULL") return null;
    if (kind === "STRING") return comparable(unquote(text), type);
    if (kind === "BOOLEAN") return text.toUpperCase() === "TRUE";
    if (kind === "DATETIME") return Date.parse(text);
    return Number(text);
  };
  const types = Array.isArray(literalType) ? literalType : [literalType];
  const texts = Array.isArray(value) ? value : [value];
  const literals = texts.map((text, i) => literal(text, types[i] ?? types[0]!));
  if (type === "datetime" && literals.some((each) => typeof each === "string" || Number.isNaN(each)))
    throw new SoqlError(
      "INVALID_FIELD",
      `value of filter criterion for field '${field}' must be of type dateTime and should not be enclosed in quotes`,
    );
  const [wanted] = literals as [never];
  const found = (row: Row) => comparable(read(row), type) as never;
  const order = (row: Row, accept: (a: never, b: never) => boolean) =>
    found(row) !== null && wanted !== null && accept(found(row), wanted);
  switch (operator.toUpperCase()) {
    case "=":
      return (row) => found(row) === wanted;
    case "!=":
    case "<>":
      return (row) => found(row) !== wanted;
    case "<":
      return (row) => order(row, (a, b) => a < b);
    case "<=":
      return (row) => order(row, (a, b) => a <= b);
    case ">":
      return (row) => order(row, (a, b) => a > b);
    case ">=":
      return (row) => order(row, (a, b) => a >= b);
    case "IN": {
      const set = new Set(literals);
      return (row) => set.has(found(row));
    }
    case "NOT IN": {
      const set = new Set(literals);
      return (row) => !set.has(found(row));
    }
    case "LIKE": {
      const pattern = new RegExp(
        `^${String(wanted)
          .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
          .replaceAll("%", ".*")
          .replaceAll("_", ".")}$`,
        "su",
      );
      return (row) => pattern.test(String(found(row) ?? ""));
    }
    default:
      throw new SoqlError("MALFORMED_QUERY", `unexpected operator ${operator}`);
  }
}

/** SOQL compares text without regard to case, and ids by their first 15 characters with it. */
function comparable(value: unknown, type: string): unknown {
  if (typeof value !== "string") return value;
  return type === "id" || type === "reference" ? value.slice(0, 15) : value.toLowerCase();
}

/** The text of a quoted SOQL literal. */
function unquote(literal: string): string {
  return literal.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_all, code: string) => {
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" }[code] ?? code;
  });
}
