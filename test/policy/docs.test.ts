import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CODES } from "../../src/decide/codes.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import type { OpenFile } from "../../src/policy/namedFile.ts";
import { PolicySchema } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";

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

  /** The files that the examples name. */
  const open: OpenFile = (file) => {
    if (file.endsWith("allowed_signers")) return { text: signers };
    const found = blocks.find((block) => block.startsWith(`# policy/${file.replace(/^docs\//, "")}`));
    return { text: found ?? blocks[0]! };
  };
  const signers = /```text\n(# policy\/allowed_signers\n.*?)```/s.exec(
    readFileSync("docs/approvals.md", "utf8"),
  )![1]!;
  const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block!);
  const policies = blocks.filter((block) => !block.includes("\ngrants:"));

  it.each(policies.map((block, i) => [i + 1, block] as const))("example %i is right", (_number, block) => {
    const result = parsePolicy(block, "docs/policy.md", open);
    expect("problems" in result ? formatProblems(result.problems) : "").toBe("");
  });

  it("uses every key in an example", () => {
    const used = new Set(policies.flatMap((block) => pathsOf(parse(block))));
    const leaves = keys(PolicySchema as Schema).filter((key) => !key.includes(".except."));
    expect(leaves.filter((key) => !used.has(key))).toEqual([]);
  });
});

/** Every key of a value, as the reference writes it. */
function pathsOf(value: unknown, prefix = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => pathsOf(item, `${prefix.slice(0, -1)}[].`));
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    prefix + key,
    ...pathsOf(inner, `${prefix}${key}.`),
  ]);
}
