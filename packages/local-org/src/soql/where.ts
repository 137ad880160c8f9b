import type { Condition, WhereClause } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import { comparable, likePattern, readLiteral } from "./literal.ts";
import type { Resolve } from "./reading.ts";
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

/** A condition as the parser hands it out; literals are in their source form. */
export interface ValueCondition {
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
  const types = [literalType].flat();
  const texts = [value].flat();
  const literals = texts.map((text, i) => readLiteral(text, types[i] ?? types[0]!, field, type));
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
      if (type !== "string")
        throw new SoqlError("INVALID_QUERY_FILTER_OPERATOR", `invalid operator on ${type} field ${field}`);
      if (wanted === null) return (row) => found(row) === null;
      const pattern = likePattern(texts[0]!);
      return (row) => pattern.test(String(found(row) ?? ""));
    }
    default:
      throw new SoqlError("MALFORMED_QUERY", `unexpected operator ${operator}`);
  }
}
