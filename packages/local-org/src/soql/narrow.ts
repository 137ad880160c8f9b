import type { ConditionWithValueQuery, WhereClause } from "@jetstreamapp/soql-parser-js";
import type { GrantRange } from "../store/grants.ts";
import { unquote } from "./literal.ts";
import { conditions } from "./where.ts";

/** Before every date that can be: where the grants that have one begin. */
const FIRST_DATE = -Number.MAX_VALUE;

/**
 * What a WHERE clause says of when and by whom the grants that it finds were made, so that not all have
 * to be looked at. Reads plain conditions joined by AND, and leaves the rest to the test of each row;
 * `exact` where it leaves nothing.
 */
export function grantRange(where: WhereClause | undefined): { range: GrantRange; exact: boolean } {
  let range: GrantRange = {};
  let exact = true;
  for (const { left, operator = "AND" } of conditions(where)) {
    if (operator !== "AND" || left === null || hasParentheses(left)) return { range: {}, exact: false };
    const next = "field" in left && "value" in left ? narrowed(range, left) : null;
    if (next === null) exact = false;
    else range = next;
  }
  return { range, exact };
}

function hasParentheses(left: ConditionWithValueQuery): boolean {
  return (left.openParen ?? 0) > 0 || ("closeParen" in left && (left.closeParen ?? 0) > 0);
}

/** The part of a range that meets a condition; null where the condition is none that a range can say. */
function narrowed(
  range: GrantRange,
  {
    field,
    operator,
    literalType,
    value,
  }: Extract<ConditionWithValueQuery, { field: string; value: unknown }>,
): GrantRange | null {
  const kinds = [literalType].flat();
  const texts: string[] = [value].flat();
  const created = (from: number, to: number): GrantRange => ({
    ...range,
    createdFrom: Math.max(range.createdFrom ?? from, from),
    createdTo: Math.min(range.createdTo ?? to, to),
  });
  const condition = `${field} ${operator}`.toUpperCase();
  if (/^USERID (=|IN)$/.test(condition)) {
    if (range.users !== undefined || kinds.some((kind) => kind !== "STRING")) return null;
    return { ...range, users: texts.map((text) => unquote(text).slice(0, 15)) };
  }
  if (condition === "CREATEDDATE !=" && kinds[0] === "NULL")
    return created(FIRST_DATE, Number.POSITIVE_INFINITY);
  if (kinds[0] !== "DATETIME") return null;
  const time = Date.parse(texts[0]!); // whole milliseconds, as the grants' own
  switch (condition) {
    case "CREATEDDATE =":
      return created(time, time);
    case "CREATEDDATE >":
      return created(time + 1, Number.POSITIVE_INFINITY);
    case "CREATEDDATE >=":
      return created(time, Number.POSITIVE_INFINITY);
    case "CREATEDDATE <":
      return created(FIRST_DATE, time - 1);
    case "CREATEDDATE <=":
      return created(FIRST_DATE, time);
    default:
      return null;
  }
}
