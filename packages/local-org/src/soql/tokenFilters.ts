import type { Query } from "@jetstreamapp/soql-parser-js";
import type { Platform } from "../fixture/platform.ts";
import { SoqlError } from "./soqlError.ts";
import { conditions } from "./where.ts";

/** What public tools filter OauthToken by (docs/salesforce.md#pages-and-the-ceiling). */
const DOCUMENTED = ["USERID =", "USERID IN", "APPNAME =", "APPNAME IN"];

/**
 * Holds a query of OauthToken to what the org filters and sorts it by, which nobody has documented whole.
 * @throws SoqlError as the setting `oauthTokenFilterRefusal` says
 */
export function checkTokenFilters(
  query: Query,
  { oauthTokenFilters, oauthTokenFilterRefusal }: Platform,
): void {
  if (oauthTokenFilters === "all") return;
  const byDate = oauthTokenFilters === "documented-and-created";
  const [refused] = [
    ...filters(query, byDate ? [...DOCUMENTED, "CREATEDDATE >"] : DOCUMENTED),
    ...orders(query, byDate ? ["CREATEDDATE"] : []),
  ];
  if (refused !== undefined) throw refusal(refused, oauthTokenFilterRefusal);
}

/** What a query filters by that is not among the known: any OR and NOT, and comparisons. */
function* filters({ where }: Query, known: readonly string[]): Generator<string> {
  for (const { left, operator } of conditions(where)) {
    const asked = left !== null && "field" in left ? `${left.field} ${left.operator}` : "NOT";
    if (!known.includes(asked.toUpperCase()) || operator === "OR") yield asked;
  }
}

/** What a query is sorted by that is not among the known, from the least on and without a word on nulls. */
function* orders({ orderBy = [] }: Query, known: readonly string[]): Generator<string> {
  for (const order of [orderBy].flat()) {
    const field = "field" in order ? order.field : "a function";
    const plain = order.order !== "DESC" && (order.nulls ?? null) === null;
    if (!plain || !known.includes(field.toUpperCase())) yield `${field} in ORDER BY`;
  }
}

function refusal(asked: string, code: Platform["oauthTokenFilterRefusal"]): SoqlError {
  const messages = {
    INVALID_FIELD: `field '${asked.split(" ")[0]}' can not be filtered in a query call`,
    MALFORMED_QUERY: `Implementation restriction: OauthToken can not be queried by ${asked}`,
    UNKNOWN_EXCEPTION: "An unexpected error occurred. Please include this ErrorId if you contact support",
  };
  return new SoqlError(code, messages[code]);
}
