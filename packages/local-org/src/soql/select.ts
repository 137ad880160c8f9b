import type { FieldFunctionExpression, Query } from "@jetstreamapp/soql-parser-js";
import type { View } from "../store/view.ts";
import type { Reading, Resolve } from "./reading.ts";
import { SoqlError } from "./soqlError.ts";

type Selected = NonNullable<Query["fields"]>[number];

const MOST_OF_ALL_FIELDS = 200;

/** The fields that a query selects, nested queries left out where it may have some. @throws SoqlError where it selects what Salesforce would refuse, or the local org does not know */
export function selected(
  { fields = [], limit }: Query,
  object: string,
  resolve: Resolve,
  view: View,
  mayNest = false,
): Reading[] {
  const readings = fields.flatMap((field): Reading[] => {
    if (field.type === "FieldSubquery" && mayNest) return [];
    if (field.type !== "FieldFunctionExpression") return [resolve(fieldPath(field))];
    const [parameter] = field.parameters;
    const inner = typeof parameter === "string" ? parameter : "";
    switch (field.functionName.toUpperCase()) {
      case "FIELDS":
        return allOf(inner.toUpperCase(), limit, Object.keys(view.schema[object]!)).map(resolve);
      case "TOLABEL":
        return [label(field, resolve(inner))];
      default:
        throw new SoqlError("MALFORMED_QUERY", `the local org knows no function ${field.functionName}`);
    }
  });
  const names = readings.map(({ path }) => path.join("."));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new SoqlError("INVALID_FIELD", `duplicate field selected: ${twice}`);
  return readings;
}

function fieldPath(field: Selected): string {
  if ((field as { alias?: string }).alias !== undefined)
    throw new SoqlError("MALFORMED_QUERY", "only aggregate expressions use field aliasing");
  if (field.type === "Field") return field.field;
  if (field.type === "FieldRelationship") return [...field.relationships, field.field].join(".");
  throw new SoqlError("MALFORMED_QUERY", "the local org selects fields alone: no TYPEOF, no nested query");
}

/** FIELDS(ALL) and FIELDS(STANDARD): no object of the local org has fields that an org added. */
function allOf(which: string, limit: number | undefined, fields: string[]): string[] {
  if (which !== "STANDARD" && which !== "ALL")
    throw new SoqlError("MALFORMED_QUERY", `the local org knows no FIELDS(${which})`);
  if (which === "ALL" && (limit ?? Number.POSITIVE_INFINITY) > MOST_OF_ALL_FIELDS)
    throw new SoqlError(
      "MALFORMED_QUERY",
      `The SOQL FIELDS function must have a LIMIT of at most ${MOST_OF_ALL_FIELDS}`,
    );
  return fields;
}

/** The local org speaks the language of its data, so that a label is the value itself. */
function label({ alias }: FieldFunctionExpression, reading: Reading): Reading {
  if (reading.type !== "string")
    throw new SoqlError("INVALID_FIELD", `toLabel is not supported on a field of type ${reading.type}`);
  return alias === undefined ? reading : { ...reading, path: [alias] };
}
