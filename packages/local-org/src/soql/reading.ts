import type { Row } from "../store/rows.ts";
import { canonical, type FieldType } from "../store/schema.ts";
import type { Store } from "../store/store.ts";
import { SoqlError } from "./soqlError.ts";

/** How to read one field, given by a path such as `User.Profile.Name`. */
export interface Reading {
  readonly type: FieldType;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly read: (row: Row) => string | number | boolean | null;
  /** Canonical names from the record to the field. */
  readonly path: readonly string[];
}

/** Finds how to read the field that a path names. @throws SoqlError where there is none */
export type Resolve = (path: string) => Reading;

/** How to read the field that a path leads to from an sObject. @throws SoqlError where there is none */
export function resolvePath(object: string, path: readonly string[], store: Store): Reading {
  const fields = store.schema[object]!;
  const [step, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    const name = canonical(fields, step);
    if (name === undefined) throw noColumn(object, step);
    const { type, sortable = false, filterable = false } = fields[name]!;
    return { type, sortable, filterable, path: [name], read: (row) => row[name] ?? null };
  }
  const link = Object.entries(fields).find(
    ([, { to }]) => to?.relationship.toLowerCase() === step.toLowerCase(),
  );
  if (link === undefined)
    throw new SoqlError(
      "INVALID_FIELD",
      `Didn't understand relationship '${step}' in field path of ${object}.`,
    );
  const [name, { to }] = link;
  const inner = resolvePath(to!.object, rest, store);
  return {
    ...inner,
    path: [to!.relationship, ...inner.path],
    read: (row) => {
      const id = row[name];
      const target = typeof id === "string" ? store.lookUp(to!.object, id) : undefined;
      return target === undefined ? null : inner.read(target);
    },
  };
}

function noColumn(object: string, column: string): SoqlError {
  return new SoqlError(
    "INVALID_FIELD",
    `No such column '${column}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.`,
  );
}
