import type { ConditionWithValueQuery, WhereClause } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import type { View } from "../store/view.ts";
import { dateSpan, type Span } from "./dateLiterals.ts";
import { comparable, likePattern, readLiteral, wrongType } from "./literal.ts";
import type { Reading, Resolve } from "./reading.ts";
import { type FindIds, semiJoin } from "./semiJoin.ts";
import { SoqlError } from "./soqlError.ts";

type Test = (row: Row) => boolean;
type Token = "(" | ")" | "AND" | "OR" | "NOT" | Test;

/** What a condition depends on besides its record: how text is compared, and what day it is. */
type Setting = Pick<View, "now"> & {
  readonly platform: Pick<View["platform"], "collation">;
  /** What nested queries find; undefined where there can be none. */
  readonly findIds?: FindIds;
};

/** Compiles a WHERE clause, which the parser hands out as a list with bracket counts, to a test of one record. */
export function compileWhere(where: WhereClause | undefined, resolve: Resolve, setting: Setting): Test {
  if (where === undefined) return () => true;
  const tokens = flatten(where, resolve, setting);
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

function flatten(where: WhereClause, resolve: Resolve, setting: Setting): Token[] {
  const tokens: Token[] = [];
  for (const { left, operator } of conditions(where)) {
    if (left !== null) {
      tokens.push(...Array<Token>(left.openParen ?? 0).fill("("));
      if ("operator" in left) tokens.push(condition(left, resolve, setting));
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
function condition(asked: ConditionWithValueQuery, resolve: Resolve, setting: Setting): Test {
  if (!("operator" in asked)) throw new SoqlError("MALFORMED_QUERY", "unexpected token in WHERE");
  if ("valueQuery" in asked) return semiJoin(asked, resolve, setting.findIds);
  const { value, literalType } = asked;
  const field = "fn" in asked ? (asked.fn.rawValue ?? "") : asked.field;
  const operator = asked.operator.toUpperCase();
  const reading = resolve(field);
  const { read, type, filterable } = reading;
  if (!filterable)
    throw new SoqlError("INVALID_FIELD", `field '${field}' can not be filtered in a query call`);
  const { collation } = setting.platform;
  const kinds = [literalType].flat();
  const texts: string[] = [value].flat();
  if (kinds.some((kind) => kind?.startsWith("DATE_")))
    return dateCondition({ field, operator, texts }, reading, setting);
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

/** Comparisons of an instant with the time that a date literal means, as a whole. */
const BESIDE: Readonly<Record<string, (at: number, span: Span) => boolean>> = {
  "=": (at, { from, to }) => at >= from && at < to,
  "<": (at, { from }) => at < from,
  "<=": (at, { to }) => at < to,
  ">": (at, { to }) => at >= to,
  ">=": (at, { from }) => at >= from,
};

function dateCondition(
  { field, operator, texts }: { field: string; operator: string; texts: readonly string[] },
  { read, type }: Reading,
  { now }: Setting,
): Test {
  const spans = texts.map((text) => dateSpan(text, now));
  if (type !== "datetime" || !spans.every((span) => span !== undefined)) throw wrongType(field, type);
  const isIn = (at: number) => spans.some((span) => BESIDE["="]!(at, span));
  const [first] = spans;
  const beside = BESIDE[operator];
  const test = (at: Row[string]): boolean => {
    if (operator === "!=" || operator === "<>" || operator === "NOT IN")
      return at === null || !isIn(Number(at));
    if (at === null) return false;
    return beside === undefined ? isIn(Number(at)) : beside(Number(at), first!);
  };
  if (beside === undefined && !["IN", "NOT IN", "!=", "<>"].includes(operator))
    throw new SoqlError("INVALID_QUERY_FILTER_OPERATOR", `invalid operator on ${type} field ${field}`);
  return (row) => test(read(row));
}
