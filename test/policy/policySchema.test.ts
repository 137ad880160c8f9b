import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { PolicySchema } from "../../src/policy/policySchema.ts";

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly additionalProperties?: boolean;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function* all(schema: Schema): Generator<Schema> {
  yield schema;
  for (const child of Object.values(schema.properties ?? {})) yield* all(child);
  if (schema.items) yield* all(schema.items);
  for (const branch of schema.anyOf ?? []) yield* all(branch);
}

describe("the policy's JSON Schema", () => {
  const schemas = [...all(PolicySchema as Schema)];

  it("is a draft-07 schema with an id", () => {
    expect(PolicySchema).toMatchObject({
      $schema: "http://json-schema.org/draft-07/schema#",
      $id: "urn:sanctioned:schema:policy:1",
    });
    expect(new Ajv({ strict: true }).validateSchema(PolicySchema)).toBe(true);
  });

  it("is closed: no map takes a key that is not known", () => {
    const maps = schemas.filter(({ type }) => type === "object");
    expect(maps.length).toBeGreaterThan(3);
    for (const map of maps) expect(map.additionalProperties).toBe(false);
  });

  it("describes every key, for the editor's completion", () => {
    for (const { properties } of schemas)
      for (const [key, value] of Object.entries(properties ?? {}))
        expect(value.description, key).toMatch(/\.$/);
  });
});
