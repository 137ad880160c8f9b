import type { ConditionWithValueQuery, Query } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import { canonical } from "../store/schema.ts";
import type { View } from "../store/view.ts";
import { isGrouped } from "./aggregate.ts";
import { checkClauses } from "./clauses.ts";
import { type Reading, type Resolve, resolvePath } from "./reading.ts";
import { selected } from "./select.ts";
import { SoqlError } from "./soqlError.ts";

type WithQuery = Extract<ConditionWithValueQuery, { valueQuery: unknown }>;

/** Finds the ids of a nested query, each by its first 15 characters. @throws SoqlError as Salesforce would refuse */
export type FindIds = (query: Query) => ReadonlySet<string>;

/** Finds the ids of nested queries of a query's WHERE. @param outer the sObject of that query */
export function idFinder(
  outer: string,
  view: View,
  find: (query: Query, object: string, resolve: Resolve, view: View) => readonly Row[],
): FindIds {
  return (query) => {
    checkClauses(query);
    const object = canonical(view.schema, query.sObject ?? "");
    if (object === undefined)
      throw new SoqlError("INVALID_TYPE", `sObject type '${query.sObject}' is not supported.`);
    if (object === outer)
      throw new SoqlError(
        "MALFORMED_QUERY",
        "The inner and outer selects should not be on the same object type",
      );
    if (isGrouped(query) || query.limit !== undefined || query.orderBy !== undefined)
      throw new SoqlError(
        "MALFORMED_QUERY",
        "a semi join sub-select takes no aggregates, no order and no limit",
      );
    const resolve: Resolve = (path) => resolvePath(object, path.split("."), view);
    const [reading, ...others] = selected(query, object, resolve, view);
    if (reading === undefined || others.length > 0 || !isId(reading))
      throw new SoqlError(
        "MALFORMED_QUERY",
        "a semi join sub-select has to select one field, an id or a reference",
      );
    const ids = find(query, object, resolve, view).map((row) => reading.read(row));
    return new Set(ids.filter((id) => id !== null).map((id) => String(id).slice(0, 15)));
  };
}

/** The test of a field that is to be among what a nested query finds, or not to be. */
export function semiJoin(
  asked: WithQuery,
  resolve: Resolve,
  findIds: FindIds | undefined,
): (row: Row) => boolean {
  const operator = asked.operator.toUpperCase();
  if (findIds === undefined)
    throw new SoqlError("MALFORMED_QUERY", "the local org takes no nested queries here");
  if (!("field" in asked) || !["IN", "NOT IN"].includes(operator))
    throw new SoqlError("MALFORMED_QUERY", "a nested query stands in WHERE after IN or NOT IN alone");
  const reading = resolve(asked.field);
  if (!reading.filterable)
    throw new SoqlError("INVALID_FIELD", `field '${asked.field}' can not be filtered in a query call`);
  if (!isId(reading))
    throw new SoqlError("MALFORMED_QUERY", "The left operand of a semi join has to be an id or a reference");
  const ids = findIds(asked.valueQuery);
  // Who refers to nobody is in no list, and not in any either.
  return (row) => {
    const id = reading.read(row);
    return operator === "IN"
      ? id !== null && ids.has(String(id).slice(0, 15))
      : id === null || !ids.has(String(id).slice(0, 15));
  };
}

function isId({ type }: Reading): boolean {
  return type === "id" || type === "reference";
}
