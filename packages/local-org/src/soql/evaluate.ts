import type { Query } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import { canonical } from "../store/schema.ts";
import type { View } from "../store/view.ts";
import { group, isGrouped } from "./aggregate.ts";
import { type Children, childrenOf } from "./children.ts";
import { parse } from "./clauses.ts";
import { type Collation, sortedId, sortedText } from "./collation.ts";
import { isId } from "./literal.ts";
import { grantRange } from "./narrow.ts";
import { type Reading, type Resolve, resolvePath } from "./reading.ts";
import { aggregateResult, Records } from "./record.ts";
import { selected } from "./select.ts";
import { idFinder } from "./semiJoin.ts";
import { SoqlError } from "./soqlError.ts";
import { checkTokenFilters } from "./tokenFilters.ts";
import { compileWhere } from "./where.ts";

const LARGEST_OFFSET = 2_000;
const GRANTS = "OauthToken";
/** Groups come in one page (docs/salesforce.md#queries-and-errors). */
const MOST_GROUPS = 2_000;

/** The answer to a query before it is cut into pages; `record` shows a row when its page is handed out. */
export interface Answer {
  readonly object: string;
  /** Whether it is a number alone, that of the rows. */
  readonly count: boolean;
  /** Whether its rows are groups, and no records of the object. */
  readonly grouped: boolean;
  readonly rows: readonly Row[];
  readonly readings: readonly Reading[];
  /** Nested queries, of what belongs to each record. */
  readonly children: readonly Children[];
  readonly record: (row: Row, apiBase: string) => Record<string, unknown>;
}

/** Evaluates SOQL against the org as a caller sees it. @throws SoqlError as Salesforce would refuse */
export function evaluate(soql: string, view: View): Answer {
  const query = parse(soql);
  const object = canonical(view.schema, query.sObject ?? "");
  if (object === undefined)
    throw new SoqlError("INVALID_TYPE", `sObject type '${query.sObject}' is not supported.`);
  const resolve: Resolve = (path) => resolvePath(object, path.split("."), view);
  if (object === GRANTS) checkTokenFilters(query, view.platform);
  const count = isCount(query);
  return !count && isGrouped(query)
    ? groupsOf(query, object, resolve, view)
    : recordsOf(query, object, count, resolve, view);
}

function recordsOf(query: Query, object: string, count: boolean, resolve: Resolve, view: View): Answer {
  const readings = count ? [] : selected(query, object, resolve, view, true);
  const children = childrenOf(query, object, view, { find, cut });
  return {
    object,
    count,
    grouped: false,
    readings,
    children,
    rows: cut(query, find(query, object, resolve, view)),
    record: (row, apiBase) => {
      const record = new Records(view, apiBase).show(object, row, readings);
      for (const { name, show } of children) record[name] = show(row, apiBase);
      return record;
    },
  };
}

/** The rows that a query finds, in its order. */
function find(query: Query, object: string, resolve: Resolve, view: View): readonly Row[] {
  return sorted(query, object, resolve, matching(query, object, resolve, view), view.platform.collation);
}

function groupsOf(query: Query, object: string, resolve: Resolve, view: View): Answer {
  const { collation } = view.platform;
  const groups = group(query, resolve, matching(query, object, resolve, view), collation);
  // The clauses are alike but for what a NOT stands before, which HAVING does not take.
  const having = compileWhere(query.having as Query["where"], groups.resolve, view);
  const rows = cut(query, sorted(query, null, groups.resolve, groups.rows.filter(having), collation));
  if (rows.length > MOST_GROUPS)
    throw new SoqlError(
      "EXCEEDED_ID_LIMIT",
      "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
    );
  const { readings } = groups;
  return {
    object,
    count: false,
    grouped: true,
    children: [],
    readings,
    rows,
    record: (row) => aggregateResult(row, readings),
  };
}

/** Whether a query asks for `COUNT()` alone. */
function isCount({ fields = [], groupBy }: Query): boolean {
  const counts = fields.filter(
    (field) => field.type === "FieldFunctionExpression" && /^COUNT\(\s*\)$/i.test(field.rawValue ?? ""),
  );
  if (counts.length > 0 && (fields.length > 1 || groupBy !== undefined))
    throw new SoqlError("MALFORMED_QUERY", "COUNT() must be the only element in the SELECT list");
  return counts.length > 0;
}

/** The rows that meet the WHERE clause. Of grants, only those in its range are looked at. */
function matching({ where }: Query, object: string, resolve: Resolve, view: View): readonly Row[] {
  // Whether OauthToken takes them is not known: nobody was seen to ask so.
  const nesting = object === GRANTS ? {} : { findIds: idFinder(object, view, find) };
  const test = compileWhere(where, resolve, { ...view, ...nesting });
  const { range, exact } = grantRange(where);
  const rows = view.rows(object, range);
  return where === undefined || (exact && object === GRANTS) ? rows : rows.filter(test);
}

interface Order extends Reading {
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

/** @param object whose records the rows are; null for groups */
function sorted(
  { orderBy }: Query,
  object: string | null,
  resolve: Resolve,
  rows: readonly Row[],
  collation: Collation,
): readonly Row[] {
  const orders = (orderBy === undefined ? [] : [orderBy].flat()).map((order): Order => {
    const asked = "field" in order ? order.field : (order.fn.rawValue ?? "");
    const reading = resolve(asked);
    if (!reading.sortable)
      throw new SoqlError("INVALID_FIELD", `field '${asked}' can not be sorted in a query call`);
    return { ...reading, descending: order.order === "DESC", nullsLast: order.nulls === "LAST" };
  });
  if (orders.length === 0 || areInOrder(object, orders)) return rows;
  return [...rows].sort((a, b) => compareRows(a, b, orders, collation));
}

/** The grants come by date of creation, and those without one first. */
function areInOrder(object: string | null, [first, ...others]: readonly Order[]): boolean {
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
