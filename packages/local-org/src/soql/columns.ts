import type { FieldType } from "../store/schema.ts";
import type { Answer } from "./evaluate.ts";

/** A column as `query?columns=true` describes it; a relationship holds the columns below it. */
interface Column {
  readonly aggregate: boolean;
  readonly apexType: string;
  readonly booleanType: boolean;
  readonly columnName: string;
  readonly custom: false;
  readonly displayName: string;
  readonly foreignKeyName: string | null;
  readonly insertable: false;
  readonly joinColumns: Column[];
  readonly numberType: boolean;
  readonly textType: boolean;
  readonly updatable: false;
}

/** What `query?columns=true`, which the official CLI asks for, says of a query's columns in place of its rows. */
export function columnMetadata({ object, readings, grouped, children }: Answer): Record<string, unknown> {
  return {
    columnMetadata: [
      ...readings.map(({ path, type }) => column(path, type, grouped)),
      // A nested query is told from a relationship by being an aggregate.
      ...children.map(({ name, readings: below }) => ({
        ...column([name], "reference", true),
        joinColumns: below.map(({ path, type }) => column(path, type, false)),
      })),
    ],
    entityName: object,
    groupBy: grouped,
    idSelected: readings.some(({ path }) => path.join(".") === "Id"),
    keyPrefix: null,
  };
}

function column([name, ...rest]: readonly string[], type: FieldType, aggregate: boolean): Column {
  const leaf = rest.length === 0;
  return {
    aggregate,
    apexType: leaf ? type : "reference",
    booleanType: leaf && type === "boolean",
    columnName: name!,
    custom: false,
    displayName: name!,
    foreignKeyName: leaf ? null : name!,
    insertable: false,
    joinColumns: leaf ? [] : [column(rest, type, aggregate)],
    numberType: leaf && type === "int",
    textType: leaf && type === "string",
    updatable: false,
  };
}
