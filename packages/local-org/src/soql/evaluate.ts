import { parseQuery, type Query } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import { canonical } from "../store/schema.ts";
import type { Session } from "../store/sessions.ts";
import type { Store } from "../store/store.ts";
import { grantRange } from "./narrow.ts";
import { type Reading, type Resolve, resolvePath } from "./reading.ts";
import { SoqlError } from "./soqlError.ts";
import { compileWhere } from "./where.ts";

const LARGEST_OFFSET = 2_000;
const GRANTS = "OauthToken";

/** The answer to a query before it is cut into pages; `records` are made when a page is handed out. */
export interface Answer {
  readonly object: string;
  readonly count: boolean;
  readonly rows: readonly Row[];
  readonly readings: readonly Reading[];
  readonly record: (row: Row, apiBase: string) => Record<string, unknown>;
}

/** Evaluates SOQL against the org as a session's user sees it. @throws SoqlError as Salesforce would refuse */
export function evaluate(soql: string, store: Store, session: Session): Answer {
  const query = parse(soql);
  const object = canonical(store.schema, query.sObject ?? "");
  if (object === undefined)
    throw new SoqlError("INVALID_TYPE", `sObject type '${query.sObject}' is not supported.`);
  if (query.groupBy !== undefined || query.having !== undefined)
    throw new SoqlError("MALFORMED_QUERY", "the local org knows no GROUP BY");
  const resolve: Resolve = (path) => resolvePath(object, path.split("."), store);

  const functions = (query.fields ?? []).filter(({ type }) => type === "FieldFunctionExpression");
  const count =
    functions.length === 1 &&
    query.fields?.length === 1 &&
    /^COUNT\(\)$/i.test((functions[0] as { rawValue?: string }).rawValue ?? "");
  if (functions.length > 0 && !count)
    throw new SoqlError("MALFORMED_QUERY", "the local org knows no function but COUNT()");
  const readings = count ? [] : (query.fields ?? []).map((field) => resolve(fieldPath(field)));

  const test = compileWhere(query.where, resolve);
  const { range, exact } = grantRange(query.where);
  let rows = store.rows(object, session, range);
  if (query.where !== undefined && !(exact && object === GRANTS)) rows = rows.filter(test);
  const orders = (query.orderBy === undefined ? [] : [query.orderBy].flat()).map((order) => {
    const path = (order as { field?: string }).field;
    if (path === undefined) throw new SoqlError("MALFORMED_QUERY", "the local org orders by fields alone");
    const reading = resolve(path);
    if (!reading.sortable)
      throw new SoqlError("INVALID_FIELD", `field '${path}' can not be sorted in a query call`);
    return { ...reading, descending: order.order === "DESC", nullsLast: order.nulls === "LAST" };
  });
  if (orders.length > 0 && !areInOrder(object, orders))
    rows = [...rows].sort((a, b) => compareRows(a, b, orders));
  const offset = query.offset ?? 0;
  if (offset > LARGEST_OFFSET)
    throw new SoqlError("NUMBER_OUTSIDE_VALID_RANGE", `Maximum SOQL offset allowed is ${LARGEST_OFFSET}`);
  return {
    object,
    count,
    readings,
    rows:
      offset === 0 && query.limit === undefined
        ? rows
        : rows.slice(offset, offset + (query.limit ?? rows.length)),
    record: (row, apiBase) => toRecord(object, row, readings, store, apiBase),
  };
}

function parse(soql: string): Query {
  try {
    return parseQuery(soql);
  } catch (error) {
    throw new SoqlError("MALFORMED_QUERY", `unexpected token: ${(error as Error).message.split("\n")[0]}`);
  }
}

function fieldPath(field: NonNullable<Query["fields"]>[number]): string {
  if (field.type === "Field") return field.field;
  if (field.type === "FieldRelationship") return [...field.relationships, field.field].join(".");
  throw new SoqlError("MALFORMED_QUERY", "the local org selects fields alone");
}

interface Order extends Reading {
  readonly descending: boolean;
  readonly nullsLast: boolean;
}

/** The grants come by date of creation, and those without one first. */
function areInOrder(object: string, [first, ...others]: readonly Order[]): boolean {
  if (object !== GRANTS || first === undefined || others.length > 0) return false;
  return first.path.join(".") === "CreatedDate" && !first.descending && !first.nullsLast;
}

function compareRows(a: Row, b: Row, orders: readonly Order[]): number {
  for (const { read, descending, nullsLast } of orders) {
    const [left, right] = [read(a), read(b)];
    if (left === right) continue;
    if (left === null) return nullsLast ? 1 : -1;
    if (right === null) return nullsLast ? -1 : 1;
    return left < right === descending ? 1 : -1;
  }
  return 0;
}

function toRecord(
  object: string,
  row: Row,
  readings: readonly Reading[],
  store: Store,
  apiBase: string,
): Record<string, unknown> {
  const record: Record<string, unknown> = { attributes: attributes(object, row, apiBase) };
  for (const { path, type, read } of readings) {
    const value = read(row);
    const shown = type === "datetime" && typeof value === "number" ? datetime(value) : value;
    place(record, object, row, path, shown, store, apiBase);
  }
  return record;
}

/** Puts a value where its path leads; a reference to nothing is null as a whole. */
function place(
  record: Record<string, unknown>,
  object: string,
  row: Row,
  path: readonly string[],
  value: unknown,
  store: Store,
  apiBase: string,
): void {
  const [step, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    record[step] = value;
    return;
  }
  const [name, { to }] = Object.entries(store.schema[object]!).find(
    ([, field]) => field.to?.relationship === step,
  )!;
  const target = typeof row[name] === "string" ? store.lookUp(to!.object, String(row[name])) : undefined;
  if (target === undefined) {
    record[step] = null;
    return;
  }
  const inner = (record[step] as Record<string, unknown> | undefined) ?? {
    attributes: attributes(to!.object, target, apiBase),
  };
  record[step] = inner;
  place(inner, to!.object, target, rest, value, store, apiBase);
}

function attributes(object: string, row: Row, apiBase: string): Record<string, string> {
  return { type: object, url: `${apiBase}/sobjects/${object}/${row.Id ?? "000000000000000AAA"}` };
}

/** `2026-04-07T16:00:10.000+0000`. */
export function datetime(time: number): string {
  return new Date(time).toISOString().replace("Z", "+0000");
}
