import type { ConditionWithValueQuery, WhereClause } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import type { Collation } from "./collation.ts";
import { comparable, likePattern, readLiteral } from "./literal.ts";
import type { Resolve } from "./reading.ts";
import { SoqlError } from "./soqlError.ts";

type Test = (row: Row) => boolean;
type Token = "(" | ")" | "AND" | "OR" | "NOT" | Test;

/** Compiles a WHERE clause, which the parser hands out as a list with bracket counts, to a test of one record. */
export function compileWhere(where: WhereClause | undefined, resolve: Resolve, collation: Collation): Test {
  if (where === undefined) return () => true;
  const tokens = flatten(where, resolve, collation);
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

/** The conditions of a WHERE clause in their order, each with what joins it to the next. */
export function* conditions(
  where: WhereClause | undefined,
): Generator<{ left: ConditionWithValueQuery | null; operator?: string }> {
  for (let clause = where; clause !== undefined; clause = "right" in clause ? clause.right : undefined)
    yield "operator" in clause
      ? { left: clause.left, operator: clause.operator.toUpperCase() }
      : { left: clause.left };
}

function flatten(where: WhereClause, resolve: Resolve, collation: Collation): Token[] {
  const tokens: Token[] = [];
  for (const { left, operator } of conditions(where)) {
    if (left !== null) {
      tokens.push(...Array<Token>(left.openParen ?? 0).fill("("));
      if ("operator" in left) tokens.push(condition(left, resolve, collation));
      if ("closeParen" in left) tokens.push(...Array<Token>(left.closeParen ?? 0).fill(")"));
    }
    if (operator !== undefined) tokens.push(operator as Token);
  }
  return tokens;
}

type Value = NonNullable<Row[string]>;

/** How values are ordered by the operators that order; null is before and after nothing. */
const ORDERED: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** The test of one condition. @throws SoqlError where Salesforce would refuse it, or the local org does not know it */
function condition(asked: ConditionWithValueQuery, resolve: Resolve, collation: Collation): Test {
  if (!("field" in asked) || "valueQuery" in asked)
    throw new SoqlError("MALFORMED_QUERY", "the local org takes no nested queries and functions in WHERE");
  const { field, value, literalType } = asked;
  const operator = asked.operator.toUpperCase();
  const { read, type, filterable } = resolve(field);
  if (!filterable)
    throw new SoqlError("INVALID_FIELD", `field '${field}' can not be filtered in a query call`);
  const kinds = [literalType].flat();
  const texts = [value].flat();
  const literals = texts.map((text, i) => readLiteral(text, kinds[i] ?? kinds[0], field, type, collation));
  const [wanted = null] = literals;
  const set = new Set(literals);
  const found = (row: Row) => comparable(read(row), type, collation);
  const ordered = ORDERED[operator];
  if (ordered !== undefined)
    return (row) => {
      const value = found(row);
      return value !== null && wanted !== null && ordered(value, wanted);
    };
  switch (operator) {
    case "=":
      return (row) => found(row) === wanted;
    case "!=":
    case "<>":
      return (row) => found(row) !== wanted;
    case "IN":
      return (row) => set.has(found(row));
    case "NOT IN":
      return (row) => !set.has(found(row));
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
