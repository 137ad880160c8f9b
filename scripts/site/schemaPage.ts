interface Schema {
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly $ref?: string;
}

interface Row {
  readonly path: string;
  readonly schema: Schema;
  readonly isRequired: boolean;
}

/** Every key of every file with a schema, as tables. @param schemas their JSON by name */
export function schemaPage(schemas: Readonly<Record<string, string>>): string {
  const parts = Object.entries(schemas).map(([name, json]) => {
    const schema = JSON.parse(json) as Schema;
    return [
      `## ${name}`,
      `${sentence(schema.description ?? schema.title)}\`npx sanctioned schema ${name}\` prints the schema itself.`,
      ["| key | value | means |", "| --- | --- | --- |", ...rowsOf(schema, "").map(line)].join("\n"),
    ].join("\n\n");
  });
  return `${["# Every key of a file", "Made from the JSON Schemas in `schema/`; **bold** keys have to be there.", ...parts].join("\n\n")}\n`;
}

function rowsOf(
  { properties, required = [], items, anyOf, additionalProperties }: Schema,
  above: string,
): Row[] {
  const own = Object.entries(properties ?? {}).flatMap(([key, schema]) => {
    const path = above === "" ? key : `${above}.${key}`;
    return [{ path, schema, isRequired: required.includes(key) }, ...rowsOf(schema, path)];
  });
  const rows = [
    ...own,
    ...(items === undefined ? [] : rowsOf(items, `${above}[]`)),
    ...(anyOf ?? []).flatMap((one) => rowsOf(one, above)),
    ...(typeof additionalProperties === "object" ? rowsOf(additionalProperties, `${above}.NAME`) : []),
  ];
  return [...new Map(rows.map((row) => [row.path, row])).values()];
}

function line({ path, schema, isRequired }: Row): string {
  const key = isRequired ? `**\`${path}\`**` : `\`${path}\``;
  const byDefault = schema.default === undefined ? "" : ` Without it: \`${JSON.stringify(schema.default)}\`.`;
  return `| ${key} | ${cell(kindOf(schema))} | ${cell(`${schema.description ?? ""}${byDefault}`)} |`;
}

function kindOf({ type, const: constant, enum: choices, anyOf, items }: Schema): string {
  if (constant !== undefined) return code(constant);
  if (choices !== undefined) return choices.map(code).join(", ");
  if (anyOf !== undefined) return [...new Set(anyOf.map(kindOf))].join(" or ");
  if (items !== undefined) return `list of ${kindOf(items)}`;
  return [type ?? "anything"].flat().join(" or ");
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function sentence(text: string | undefined): string {
  return text === undefined ? "" : `${text.replace(/\.$/, "")}. `;
}

/** What stands in a cell of a table: one line, in which nothing is a tag or ends the cell. */
function cell(text: string): string {
  return text
    .replaceAll("\n", " ")
    .replaceAll("|", "\\|")
    .replaceAll("<", "&lt;")
    .replaceAll("{{", "{&#123;");
}
