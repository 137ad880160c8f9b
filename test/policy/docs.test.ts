import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CODES } from "../../src/decide/codes.ts";
import { PolicySchema } from "../../src/policy/schema.ts";

const text = readFileSync("docs/policy.md", "utf8");

interface Schema {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Every key of the language, as the reference writes it. */
function keys(schema: Schema, prefix = ""): string[] {
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, value]) => [
      prefix + key,
      ...keys(value, `${prefix}${key}.`),
    ]),
    ...(schema.items ? keys(schema.items, `${prefix.slice(0, -1)}[].`) : []),
    ...(schema.anyOf ?? []).flatMap((branch) => keys(branch, prefix)),
  ];
}

describe("docs/policy.md", () => {
  it("lists every key of the language and no other", () => {
    const cells = [...text.matchAll(/^\| (`[a-z][^|]*`) \|.*\|.*\|.*\|$/gm)].map(([, cell]) => cell!);
    const listed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, key]) => key!));
    // What is excepted is said with the same lists.
    const known = keys(PolicySchema as Schema).filter((key) => !key.includes(".except."));
    expect(listed.filter((key) => !known.includes(key))).toEqual([]);
    // A map is described by the keys in it.
    expect(
      known.filter(
        (key) =>
          !listed.some((name) => name === key || name.startsWith(`${key}.`) || name.startsWith(`${key}[]`)),
      ),
    ).toEqual([]);
  });

  it("has the code of every answer, and every other code", () => {
    const table = text.slice(text.indexOf("## What happens to a grant"), text.indexOf("\n- A leaver"));
    const codes = [...table.matchAll(/\| `([a-z-]+)` \|$/gm)].map(([, code]) => code!);
    expect(codes.filter((code) => !(CODES as string[]).includes(code))).toEqual([]);
    expect(codes.at(-1)).toBe("sanctioned");
    for (const code of CODES) expect(text).toContain(`\`${code}\``);
  });
});
