import type { FunctionExp, GroupByClause, Query, FieldType as Selected } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import type { FieldType } from "../store/schema.ts";
import { type Collation, sortedId, sortedText } from "./collation.ts";
import { comparable, isId } from "./literal.ts";
import type { Reading, Resolve } from "./reading.ts";
import { SoqlError } from "./soqlError.ts";

type Value = Row[string];

/** What each function makes of the values of a group that are not null, and of which types. */
interface Aggregate {
  readonly of: readonly FieldType[];
  readonly type?: FieldType;
  readonly value: (values: readonly NonNullable<Value>[], collation: Collation, type: FieldType) => Value;
}

const COUNTED: readonly FieldType[] = ["id", "reference", "string", "datetime", "int"];
const sum = (values: readonly Value[]) => values.reduce<number>((total, value) => total + Number(value), 0);

const AGGREGATES: Readonly<Record<string, Aggregate>> = {
  COUNT: { of: COUNTED, type: "int", value: (values) => values.length },
  COUNT_DISTINCT: {
    of: COUNTED,
    type: "int",
    value: (values, collation, type) =>
      new Set(values.map((value) => comparable(value, type, collation))).size,
  },
  MIN: { of: COUNTED, value: (values, collation, type) => extreme(values, collation, type, -1) },
  MAX: { of: COUNTED, value: (values, collation, type) => extreme(values, collation, type, 1) },
  SUM: { of: ["int"], value: (values) => (values.length === 0 ? null : sum(values)) },
  AVG: { of: ["int"], value: (values) => (values.length === 0 ? null : sum(values) / values.length) },
};

function extreme(
  values: readonly NonNullable<Value>[],
  collation: Collation,
  type: FieldType,
  side: 1 | -1,
): Value {
  const order = (value: NonNullable<Value>) =>
    typeof value === "string" ? (isId(type) ? sortedId : sortedText)(value, collation) : value;
  let found: NonNullable<Value> | null = null;
  for (const value of values)
    if (found === null || (side === 1 ? order(value) > order(found) : order(value) < order(found)))
      found = value;
  return found;
}

/** Groups as records, and how to read them: for SELECT, and by what HAVING and ORDER BY name. */
export interface Groups {
  readonly rows: readonly Row[];
  readonly readings: readonly Reading[];
  readonly resolve: Resolve;
}

/** Whether a query asks for groups, and not for records. */
export function isGrouped({ groupBy, having, fields = [] }: Query): boolean {
  if (groupBy !== undefined || having !== undefined) return true;
  return fields.some((field) => field.type === "FieldFunctionExpression" && aggregateOf(field) !== undefined);
}

function aggregateOf({ functionName = "" }: FunctionExp): Aggregate | undefined {
  return AGGREGATES[functionName.toUpperCase()];
}

/** Groups records by GROUP BY; all are one group without it. @throws SoqlError as Salesforce would refuse */
export function group(query: Query, resolve: Resolve, found: readonly Row[], collation: Collation): Groups {
  const keys = (query.groupBy === undefined ? [] : [query.groupBy].flat()).map((clause) =>
    key(clause, resolve),
  );
  if (keys.length === 0 && query.limit !== undefined)
    throw new SoqlError(
      "MALFORMED_QUERY",
      "Non-grouped query that uses overall aggregate functions cannot also use LIMIT",
    );
  const columns = new Map(keys.map((reading): [string, Column] => [nameOf(reading), keyColumn(reading)]));
  /** How to read a group: by a field that it is grouped by, or a function of its records. */
  const ofGroup = (asked: string): Reading => {
    const [, fn, field] = /^(\w+)\((.*)\)$/.exec(asked) ?? [];
    const column = fn === undefined ? undefined : aggregateColumn(fn, field!.trim(), resolve, collation);
    const id = column === undefined ? nameOf(resolve(asked)) : asked.toUpperCase();
    const known = columns.get(id) ?? column;
    if (known === undefined)
      throw new SoqlError("MALFORMED_QUERY", `Field must be grouped or aggregated: ${asked}`);
    columns.set(id, known);
    return { type: known.type, path: [id], filterable: true, sortable: true, read: (row) => row[id] ?? null };
  };
  const readings = named(query.fields ?? [], ofGroup);
  // What HAVING and ORDER BY ask for is worked out with the rest.
  for (const order of [query.orderBy ?? []].flat()) ofGroup("field" in order ? order.field : rawOf(order.fn));
  for (let clause = query.having; clause !== undefined; clause = "right" in clause ? clause.right : undefined)
    if ("fn" in clause.left) ofGroup(rawOf(clause.left.fn));
  const rows = gathered(keys, found, collation).map((records) =>
    Object.fromEntries([...columns].map(([id, { value }]) => [id, value(records)])),
  );
  return { rows, readings, resolve: ofGroup };
}

interface Column {
  readonly type: FieldType;
  readonly value: (records: readonly Row[]) => Value;
}

const nameOf = ({ path }: Reading): string => path.join(".");
const rawOf = ({ rawValue = "" }: FunctionExp): string => rawValue;

function key(clause: GroupByClause, resolve: Resolve): Reading {
  if (!("field" in clause))
    throw new SoqlError(
      "MALFORMED_QUERY",
      "the local org groups by fields alone, without ROLLUP, CUBE and functions",
    );
  const reading = resolve(clause.field);
  if (reading.type === "datetime")
    throw new SoqlError("INVALID_FIELD", `field '${clause.field}' can not be grouped in a query call`);
  return reading;
}

function keyColumn({ type, read }: Reading): Column {
  return { type, value: ([first]) => (first === undefined ? null : read(first)) };
}

function aggregateColumn(fn: string, field: string, resolve: Resolve, collation: Collation): Column {
  const aggregate = aggregateOf({ functionName: fn });
  if (aggregate === undefined)
    throw new SoqlError("MALFORMED_QUERY", `the local org knows no function ${fn}`);
  if (field === "")
    throw new SoqlError("MALFORMED_QUERY", "Grouped query with COUNT() must name a field: COUNT(Id)");
  const { type, read } = resolve(field);
  if (!aggregate.of.includes(type))
    throw new SoqlError(
      "MALFORMED_QUERY",
      `field ${field} does not support aggregate operator ${fn.toUpperCase()}`,
    );
  return {
    type: aggregate.type ?? type,
    value: (records) =>
      aggregate.value(
        records.map(read).filter((value) => value !== null),
        collation,
        type,
      ),
  };
}

/** The selected columns by the names that the answer gives them: aliases, `expr0`, …, or the field's own. */
function named(fields: readonly Selected[], ofGroup: Resolve): Reading[] {
  let unnamed = 0;
  const readings = fields.map((field) => {
    const { asked, name } = nameIn(field);
    return { ...ofGroup(asked), path: [name ?? `expr${unnamed++}`] };
  });
  const names = readings.map(nameOf);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new SoqlError("MALFORMED_QUERY", `duplicate alias: ${twice}`);
  return readings;
}

function nameIn(field: Selected): { asked: string; name: string | undefined } {
  switch (field.type) {
    case "Field":
      return { asked: field.field, name: field.alias ?? field.field };
    case "FieldRelationship": {
      const { alias = field.field } = field as { alias?: string };
      return { asked: [...field.relationships, field.field].join("."), name: alias };
    }
    case "FieldFunctionExpression":
      return { asked: rawOf(field as FunctionExp), name: field.alias };
    default:
      throw new SoqlError("MALFORMED_QUERY", "a grouped query selects fields and functions alone");
  }
}

/** The records of each group, in the order in which the groups are met. */
function gathered(keys: readonly Reading[], found: readonly Row[], collation: Collation): (readonly Row[])[] {
  if (keys.length === 0) return [found];
  const groups = new Map<string, Row[]>();
  for (const row of found) {
    const id = JSON.stringify(keys.map(({ read, type }) => comparable(read(row), type, collation)));
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}
