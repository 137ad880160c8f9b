import type { Query, Subquery } from "@jetstreamapp/soql-parser-js";
import type { Row } from "../store/rows.ts";
import type { View } from "../store/view.ts";
import { isGrouped } from "./aggregate.ts";
import { checkClauses } from "./clauses.ts";
import { type Reading, type Resolve, resolvePath } from "./reading.ts";
import { Records } from "./record.ts";
import { selected } from "./select.ts";
import { SoqlError } from "./soqlError.ts";

/** A nested query of what belongs to each record: by its relationship, such as `PermissionSetGroupComponents`. */
export interface Children {
  readonly name: string;
  readonly readings: readonly Reading[];
  /** What a record shows of them; null where there are none. */
  readonly show: (parent: Row, apiBase: string) => Record<string, unknown> | null;
}

/** How the rows of a query are found, in their order, and cut by OFFSET and LIMIT. */
interface Finding {
  readonly find: (query: Query, object: string, resolve: Resolve, view: View) => readonly Row[];
  readonly cut: (query: Query, rows: readonly Row[]) => readonly Row[];
}

/** The nested queries among what a query selects. @throws SoqlError as Salesforce would refuse */
export function childrenOf(query: Query, object: string, view: View, finding: Finding): Children[] {
  return (query.fields ?? []).flatMap((field) =>
    field.type === "FieldSubquery" ? [children(field.subquery, object, view, finding)] : [],
  );
}

function children(query: Subquery, parent: string, view: View, { find, cut }: Finding): Children {
  checkClauses(query);
  if (isGrouped(query)) throw new SoqlError("MALFORMED_QUERY", "a nested query takes no aggregates");
  const { object, field, name } = relationship(query.relationshipName, parent, view);
  const resolve: Resolve = (path) => resolvePath(object, path.split("."), view);
  const readings = selected(query, object, resolve, view);
  const ofParent = Map.groupBy(find(query, object, resolve, view), (row) => String(row[field]).slice(0, 15));
  return {
    name,
    readings,
    show: ({ Id }, apiBase) => {
      const rows = cut(query, ofParent.get(String(Id).slice(0, 15)) ?? []);
      const records = new Records(view, apiBase);
      return rows.length === 0
        ? null
        : {
            totalSize: rows.length,
            done: true,
            records: rows.map((row) => records.show(object, row, readings)),
          };
    },
  };
}

/** The sObject whose records belong to those of another, and the field that says to which. */
function relationship(asked: string, parent: string, { schema }: View) {
  for (const [object, fields] of Object.entries(schema))
    for (const [field, { to }] of Object.entries(fields))
      if (to?.object === parent && to.children?.toLowerCase() === asked.toLowerCase())
        return { object, field, name: to.children };
  throw new SoqlError(
    "INVALID_TYPE",
    `Didn't understand relationship '${asked}' in FROM part of query call.`,
  );
}
