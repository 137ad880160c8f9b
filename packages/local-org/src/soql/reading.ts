import type { Row } from "../store/rows.ts";
import { canonical, type FieldType } from "../store/schema.ts";
import type { View } from "../store/view.ts";
import { SoqlError } from "./soqlError.ts";

/** How to read one field, given by a path such as `User.Profile.Name`. */
export interface Reading {
  readonly type: FieldType;
  readonly filterable: boolean;
  readonly sortable: boolean;
  readonly read: (row: Row) => Row[string];
  /** Canonical names from the record to the field. */
  readonly path: readonly string[];
}

/** Finds how to read the field that a path names. @throws SoqlError where there is none */
export type Resolve = (path: string) => Reading;

/** A relationship of an sObject's records: its name, the sObject that it leads to, and the way there. */
interface Reference {
  readonly name: string;
  readonly to: string;
  readonly follow: (row: Row) => Row | undefined;
}

/** How to read the field that a path leads to from an sObject. @throws SoqlError where there is none */
export function resolvePath(object: string, [step, ...rest]: readonly string[], view: View): Reading {
  if (rest.length === 0) return fieldOf(object, step!, view);
  const link = reference(object, step!, view);
  if (link === undefined)
    throw new SoqlError(
      "INVALID_FIELD",
      `Didn't understand relationship '${step}' in field path of ${object}.`,
    );
  const inner = resolvePath(link.to, rest, view);
  return {
    ...inner,
    path: [link.name, ...inner.path],
    read: (row) => {
      const target = link.follow(row);
      return target === undefined ? null : inner.read(target);
    },
  };
}

/** The relationship of an sObject by its name, which SOQL compares without regard to case. */
export function reference(object: string, relationship: string, view: View): Reference | undefined {
  for (const [field, { to }] of Object.entries(view.schema[object]!)) {
    if (to?.relationship.toLowerCase() !== relationship.toLowerCase()) continue;
    const follow = (row: Row) => {
      const id = row[field];
      return typeof id === "string" ? view.lookUp(to.object, id) : undefined;
    };
    return { name: to.relationship, to: to.object, follow };
  }
  return undefined;
}

function fieldOf(object: string, column: string, view: View): Reading {
  const fields = view.schema[object]!;
  const name = canonical(fields, column);
  if (name === undefined)
    throw new SoqlError(
      "INVALID_FIELD",
      `No such column '${column}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.`,
    );
  const { type, sortable = false, filterable = false } = fields[name]!;
  return { type, sortable, filterable, path: [name], read: (row) => row[name] ?? null };
}
