import { describe, expect, it } from "vitest";
import { judgeKey, KEYS } from "../../../src/plan/widening/keys.ts";
import { PolicySchema } from "../../../src/policy/policySchema.ts";

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** The keys of a schema down to those whose values have none, as `apps[].users.profiles`. */
function keysOf(schema: Schema, path = ""): string[] {
  if (schema.properties !== undefined)
    return Object.entries(schema.properties).flatMap(([key, inner]) =>
      keysOf(inner, path === "" ? key : `${path}.${key}`),
    );
  const maps = schema.anyOf?.filter(({ properties }) => properties !== undefined) ?? [];
  // An app is named by a text or by a map: that is one value.
  if (maps.length > 0 && !/\.?app(s\[\])?$/.test(path)) return maps.flatMap((one) => keysOf(one, path));
  if (schema.items?.properties !== undefined) return keysOf(schema.items, `${path}[]`);
  return [path];
}

describe("the language of policies", () => {
  const keys = keysOf(PolicySchema as unknown as Schema);

  it("has no key of which it is not said what a change of it allows", () => {
    expect(keys.filter((key) => !(key in KEYS))).toEqual([]);
  });

  it("has every key of which that is said", () => {
    expect(Object.keys(KEYS).filter((key) => !keys.includes(key))).toEqual([]);
  });

  it("takes a key or a word that it does not know for one that allows more", () => {
    expect(judgeKey("apps[].anything", undefined, 1, "apps[0]")).toMatchObject({ severity: "high" });
    expect(judgeKey("mode", "enforce", "silent", "mode")).toMatchObject({ what: 'now "silent"' });
    expect(judgeKey("mode", "silent", "enforce", "mode")).not.toBeNull();
    expect(judgeKey("constructor", 2, undefined, "constructor")).toMatchObject({ severity: "high" });
  });
});
