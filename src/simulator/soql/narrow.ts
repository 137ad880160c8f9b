import type { WhereClause } from "@jetstreamapp/soql-parser-js";
import type { GrantRange } from "../grants.ts";
import { unquote } from "./literal.ts";
import type { ValueCondition } from "./where.ts";

/**
 * What a WHERE clause says of when and by whom the grants that it finds were made, so that not all have
 * to be looked at. Reads plain conditions joined by AND, and leaves the rest to the test of each row.
 */
export function grantRange(where: WhereClause | undefined): GrantRange {
  let range: GrantRange = {};
  for (let clause = where as Clause | undefined; clause !== undefined; clause = clause.right) {
    const { left, operator } = clause;
    const joined = operator === undefined || operator.toUpperCase() === "AND";
    if (!joined || left === null || left.openParen || left.closeParen) return {};
    range = narrowed(range, left);
  }
  return range;
}

interface Clause {
  readonly left: (ValueCondition & { readonly openParen?: number; readonly closeParen?: number }) | null;
  readonly operator?: string;
  readonly right?: Clause;
}

function narrowed(range: GrantRange, { field, operator, literalType, value }: ValueCondition): GrantRange {
  const kind = [literalType].flat()[0];
  const texts = [value].flat();
  const { createdFrom = Number.NEGATIVE_INFINITY, createdTo = Number.POSITIVE_INFINITY } = range;
  switch (`${field} ${operator}`.toUpperCase()) {
    case "CREATEDDATE =":
      if (kind !== "DATETIME") return range;
      return {
        ...range,
        createdFrom: Math.max(createdFrom, Date.parse(texts[0]!)),
        createdTo: Math.min(createdTo, Date.parse(texts[0]!)),
      };
    case "CREATEDDATE >":
    case "CREATEDDATE >=":
      return kind === "DATETIME"
        ? { ...range, createdFrom: Math.max(createdFrom, Date.parse(texts[0]!)) }
        : range;
    case "CREATEDDATE <":
    case "CREATEDDATE <=":
      return kind === "DATETIME"
        ? { ...range, createdTo: Math.min(createdTo, Date.parse(texts[0]!)) }
        : range;
    case "USERID =":
    case "USERID IN":
      return kind === "STRING" && range.users === undefined
        ? { ...range, users: texts.map((text) => unquote(text).slice(0, 15)) }
        : range;
    default:
      return range;
  }
}
