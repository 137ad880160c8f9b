import { type FieldFunctionExpression, parseQuery, type Query } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import { canonical } from "../store/schema.ts";
import type { View } from "../store/view.ts";
import { type Collation, sortedId, sortedText } from "./collation.ts";
import { isId } from "./literal.ts";
import { grantRange } from "./narrow.ts";
import { type Reading, type Resolve, resolvePath } from "./reading.ts";
import { Records } from "./record.ts";
import { SoqlError } from "./soqlError.ts";
import { checkTokenFilters } from "./tokenFilters.ts";
import { compileWhere } from "./where.ts";

const LARGEST_OFFSET = 2_000;
const GRANTS = "OauthToken";

/** The answer to a query before it is cut into pages; `record` shows a row when its page is handed out. */
export interface Answer {
  readonly object: string;
  readonly count: boolean;
  readonly rows: readonly Row[];
  readonly readings: readonly Reading[];
  readonly record: (row: Row, apiBase: string) => Record<string, unknown>;
}

/** Evaluates SOQL against the org as a caller sees it. @throws SoqlError as Salesforce would refuse */
export function evaluate(soql: string, view: View): Answer {
  const query = parse(soql);
  const object = canonical(view.schema, query.sObject ?? "");
  if (object === undefined)
    throw new SoqlError("INVALID_TYPE", `sObject type '${query.sObject}' is not supported.`);
  if (query.groupBy !== undefined || query.having !== undefined)
    throw new SoqlError("MALFORMED_QUERY", "the local org knows no GROUP BY");
  const resolve: Resolve = (path) => resolvePath(object, path.split("."), view);
  if (object === GRANTS) checkTokenFilters(query, view.platform);
  const count = isCount(query);
  const readings = count ? [] : (query.fields ?? []).map((field) => resolve(fieldPath(field)));
  const found = matching(query, object, resolve, view);
  return {
    object,
    count,
    readings,
    rows: cut(query, sorted(query, object, resolve, found, view.platform.collation)),
    record: (row, apiBase) => new Records(view, apiBase).show(object, row, readings),
  };
}

function parse(soql: string): Query {
  try {
    return parseQuery(soql);
  } catch (error) {
    throw new SoqlError("MALFORMED_QUERY", `unexpected token: ${(error as Error).message.split("\n")[0]}`);
  }
}

/** Whether a query asks for `COUNT()` alone. @throws SoqlError where it asks for any other function */
function isCount({ fields = [] }: Query): boolean {
  const isFunction = (field: (typeof fields)[number]): field is FieldFunctionExpression =>
    field.type === "FieldFunctionExpression";
  const [first, ...others] = fields.filter(isFunction);
  if (first === undefined) return false;
  if (fields.length > 1 || others.length > 0 || !/^COUNT\(\)$/i.test(first.rawValue ?? ""))
    throw new SoqlError("MALFORMED_QUERY", "the local org knows no function but COUNT()");
  return true;
}

function fieldPath(field: NonNullable<Query["fields"]>[number]): string {
  if (field.type === "Field") return field.field;
  if (field.type === "FieldRelationship") return [...field.relationships, field.field].join(".");
  throw new SoqlError("MALFORMED_QUERY", "the local org selects fields alone");
}

/** The rows that meet the WHERE clause. Of grants, only those in its range are looked at. */
function matching({ where }: Query, object: string, resolve: Resolve, view: View): readonly Row[] {
  const test = compileWhere(where, resolve, view.platform.collation);
  const { range, exact } = grantRange(where);
  const rows = view.rows(object, range);
  return where === undefined || (exact && object === GRANTS) ? rows : rows.filter(test);
}

interface Order extends Reading {
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

function sorted(
  { orderBy }: Query,
  object: string,
  resolve: Resolve,
  rows: readonly Row[],
  collation: Collation,
): readonly Row[] {
  const orders = (orderBy === undefined ? [] : [orderBy].flat()).map((order): Order => {
    if (!("field" in order)) throw new SoqlError("MALFORMED_QUERY", "the local org orders by fields alone");
    const reading = resolve(order.field);
    if (!reading.sortable)
      throw new SoqlError("INVALID_FIELD", `field '${order.field}' can not be sorted in a query call`);
    return { ...reading, descending: order.order === "DESC", nullsLast: order.nulls === "LAST" };
  });
  if (orders.length === 0 || areInOrder(object, orders)) return rows;
  return [...rows].sort((a, b) => compareRows(a, b, orders, collation));
}

/** The grants come by date of creation, and those without one first. */
function areInOrder(object: string, [first, ...others]: readonly Order[]): boolean {
  if (object !== GRANTS || first === undefined || others.length > 0) return false;
  return first.path.join(".") === "CreatedDate" && !first.descending && !first.nullsLast;
}

function compareRows(a: Row, b: Row, orders: readonly Order[], collation: Collation): number {
  for (const { read, type, descending, nullsLast } of orders) {
    const inOrder = (value: Row[string]) =>
      typeof value === "string" ? (isId(type) ? sortedId : sortedText)(value, collation) : value;
    const [left, right] = [inOrder(read(a)), inOrder(read(b))];
    if (left === right) continue;
    if (left === null) return nullsLast ? 1 : -1;
    if (right === null) return nullsLast ? -1 : 1;
    return left < right === descending ? 1 : -1;
  }
  return 0;
}

/** OFFSET and LIMIT. */
function cut({ offset = 0, limit }: Query, rows: readonly Row[]): readonly Row[] {
  if (offset > LARGEST_OFFSET)
    throw new SoqlError("NUMBER_OUTSIDE_VALID_RANGE", `Maximum SOQL offset allowed is ${LARGEST_OFFSET}`);
  return offset === 0 && limit === undefined ? rows : rows.slice(offset, offset + (limit ?? rows.length));
}
