import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rooms } from "../../scripts/imports/layers.ts";
import { withPicture } from "../../scripts/imports/picture.ts";
import { settings } from "../../scripts/imports/rules.ts";

/** A file, what it holds, and the rules that it breaks, each with what it imports. */
type Planted = readonly [file: string, text: string, broken: readonly string[]];

const pointsBack: Planted[] = [
  [
    "src/decide/a.ts",
    'import "../audit/trail.ts";',
    ["decide: rooms → src/audit/trail.ts", "pure: imports what is pure → src/audit/trail.ts"],
  ],
  ["src/decide/b.ts", 'import type {} from "../watch/deliver.ts";', ["decide: rooms → src/watch/deliver.ts"]],
  ["src/decide/c.ts", 'import "../plan/plan.ts";', ["decide: rooms → src/plan/plan.ts"]],
  ["src/ground.ts", 'export * from "./plan/plan.ts";', ["ground: rooms → src/plan/plan.ts"]],
  ["src/policy/a.ts", 'export type * from "../plan/plan.ts";', ["policy: rooms → src/plan/plan.ts"]],
  ["src/http/a.ts", 'await import("../salesforce/id.ts");', ["http: rooms → src/salesforce/id.ts"]],
  [
    "src/salesforce/a.ts",
    'import "../inventory/listInventory.ts";',
    ["salesforce: rooms → src/inventory/listInventory.ts"],
  ],
  ["packages/local-org/src/a.ts", 'import "../../../src/text.ts";', ["local-org: rooms → src/text.ts"]],
];

const couldRevoke: Planted[] = [
  ["src/cli/verbs/a.ts", 'import "../../apply/apply.ts";', ["cli: rooms → src/apply/apply.ts"]],
  ["src/watch/a.ts", 'import type {} from "../apply/apply.ts";', ["watch: rooms → src/apply/apply.ts"]],
  ["src/run/a.ts", 'import "../apply/apply.ts";', []],
];

const ofTypes: Planted[] = [
  ["src/decide/d.ts", 'import type { Grant } from "../inventory/inventory.ts";', []],
  [
    "src/decide/e.ts",
    'import { list } from "../inventory/listInventory.ts";',
    [
      "decide: types → src/inventory/listInventory.ts",
      "pure: imports what is pure → src/inventory/listInventory.ts",
    ],
  ],
  ["src/apply/a.ts", 'import { Plan } from "../plan/plan.ts";', ["apply: types → src/plan/plan.ts"]],
];

const doesIO: Planted[] = [
  ["src/decide/f.ts", 'import { readFileSync } from "node:fs";', ["pure: no I/O → fs"]],
  ["src/plan/b.ts", 'import { get } from "http";', ["pure: no I/O → http"]],
  ["src/report/a.ts", 'import net from "node:net";', ["pure: no I/O → net"]],
  ["src/resolve/a.ts", 'import { spawn } from "node:child_process";', ["pure: no I/O → child_process"]],
  ["src/policy/b.ts", 'await import("node:module");', ["pure: no I/O → module"]],
  ["src/ground2.ts", 'import { createRequire } from "node:module";', ["pure: no I/O → module"]],
  [
    "src/pullRequest/a.ts",
    'import { DatabaseSync } from "node:sqlite";',
    ["node:sqlite → node:sqlite", "pure: no I/O → node:sqlite"],
  ],
  ["src/plan/c.ts", 'import { createHash } from "node:crypto";', []],
  [
    "src/policy/c.ts",
    'import "../salesforce/session.ts";',
    ["pure: imports what is pure → src/salesforce/session.ts"],
  ],
  ["src/policy/d.ts", 'import "../salesforce/id.ts";', []],
];

const sqlite: Planted[] = [
  ["src/audit/b.ts", 'import { DatabaseSync } from "node:sqlite";', ["node:sqlite → node:sqlite"]],
  ["src/audit/c.ts", 'import type { DatabaseSync } from "node:sqlite";', []],
];

const behindADoor: Planted[] = [
  ["src/policy/read.ts", 'import { readFileSync } from "node:fs";', []],
  ["src/report/b.ts", 'import "../policy/read.ts";', ["pure: not through a door → src/policy/read.ts"]],
  ["src/cli/a.ts", 'import "../policy/read.ts";', []],
];

const ofPackages: Planted[] = [
  ["src/http/b.ts", 'import { Agent } from "undici";', []],
  ["src/watch/b.ts", 'import { Agent } from "undici";', ["watch: packages → node_modules/undici/index.js"]],
  [
    "src/decide/g.ts",
    'import type { Agent } from "undici";',
    ["decide: packages → node_modules/undici/index.js"],
  ],
];

const notListed: Planted[] = [
  ["src/common/a.ts", 'import "../text.ts";', ["a room that is not listed → src/text.ts"]],
  ["src/cli/b.ts", 'import "../common/a.ts";', ["cli: rooms → src/common/a.ts"]],
];

const circles: Planted[] = [
  ["src/plan/circle.ts", 'import type {} from "./ofTypes.ts";', ["no circle → src/plan/ofTypes.ts"]],
  ["src/plan/ofTypes.ts", 'import type {} from "./circle.ts";', []],
];

const planted = [
  pointsBack,
  couldRevoke,
  ofTypes,
  doesIO,
  sqlite,
  behindADoor,
  ofPackages,
  notListed,
  circles,
].flat();

let folder: string;
let broken: Map<string, { readonly text: string }[]>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-imports-"));
  const tree = new Map(planted.map(([file, text]) => [file, text]));
  for (const [file, text] of tree) {
    for (const [, named] of text.matchAll(/"(\.[^"]+)"/g)) {
      const imported = path.join(path.dirname(file), named!);
      if (!tree.has(imported)) tree.set(imported, "export {};");
    }
  }
  tree.set("node_modules/undici/package.json", '{ "name": "undici", "main": "index.js" }');
  tree.set("node_modules/undici/index.js", "");
  for (const [file, text] of tree) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  const { output } = await cruise(["src", "packages"], {
    ...settings.options,
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: settings.forbidden! },
  });
  const { violations } = (output as ICruiseResult).summary;
  broken = Map.groupBy(
    violations.map(({ rule, from, to }) => ({ from, text: `${rule.name} → ${to}` })),
    ({ from }) => from,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ["an arrow that points back is refused", pointsBack],
  ["who may not revoke cannot import what revokes", couldRevoke],
  ["where types alone may be imported, what runs is refused", ofTypes],
  ["a part of Node or of src that does I/O is refused to what does none", doesIO],
  ["files are read by one door, which nothing pure imports", behindADoor],
  ["a package is imported by the rooms that are said to, and by no other", ofPackages],
  ["a room that no list names may neither import nor be imported", notListed],
  ["a circle is refused, if only of types", circles],
] satisfies [string, Planted[]][])("%s", (_, files) => {
  it.each(files)("%s: %s", (file, _text, expected) => {
    expect((broken.get(file) ?? []).map(({ text }) => text)).toEqual(expected);
  });
});

describe("the list", () => {
  it("names each room below those that import it, so that no circle of rooms can be allowed", () => {
    const below = new Set<string>();
    for (const [name, { imports, types = [] }] of Object.entries(rooms)) {
      for (const room of [...imports, ...types]) expect(below, `${name} imports ${room}`).toContain(room);
      below.add(name);
    }
  });

  it("is what docs/HANDBOOK.md draws (npm run picture)", () => {
    const handbook = readFileSync(path.resolve(import.meta.dirname, "../../docs/HANDBOOK.md"), "utf8");
    expect(withPicture(handbook)).toBe(handbook);
  });
});
