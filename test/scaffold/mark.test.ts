import { expect, it } from "vitest";
import { digestOf, isLater, markText, parseMark } from "../../src/scaffold/mark.ts";
import { WORKFLOW_DEFAULTS } from "../../src/scaffold/workflows.ts";

const MARK = {
  version: "0.2.0",
  ci: ["github" as const],
  workflows: WORKFLOW_DEFAULTS,
  files: { ".github/workflows/drift.yml": digestOf("x") },
  packages: { sanctioned: "0.2.0" },
};

it("a mark is read back as it was written", () => {
  expect(parseMark(markText(MARK))).toEqual(MARK);
});

it("a setting that a version before did not know has its default", () => {
  const { failOn: _, driftTo: __, ...before } = { ...WORKFLOW_DEFAULTS, maxParallel: 7 };
  const text = JSON.stringify({ ...MARK, workflows: before });
  expect(parseMark(text).workflows).toEqual({ ...WORKFLOW_DEFAULTS, maxParallel: 7 });
});

it.each([
  ["no JSON", "{"],
  ["a list", "[]"],
  ["nothing", "null"],
  ["a version that is none", markText({ ...MARK, version: "latest" })],
  ["a forge that is none", markText({ ...MARK, ci: ["../x" as "github"] })],
  [
    "a setting of workflows that is none",
    markText({ ...MARK, workflows: { ...WORKFLOW_DEFAULTS, maxParallel: 0 } }),
  ],
  ...[
    { failOn: "widened:low" },
    { failOn: ["widened"] },
    { driftTo: "slack" },
    { driftTo: ["slack", "slack"] },
    { driftTo: ["command"] },
    { driftTo: ["slack --command x"] },
  ].map((one) => [
    `a setting of workflows that is none: ${JSON.stringify(one)}`,
    JSON.stringify({ ...MARK, workflows: { ...WORKFLOW_DEFAULTS, ...one } }),
  ]),
  [
    "a setting of workflows that is not known",
    markText({ ...MARK, workflows: { ...WORKFLOW_DEFAULTS, ...{ x: 1 } } }),
  ],
  ["a digest that is none", markText({ ...MARK, files: { "schema/policy.schema.json": "x" } })],
  ...[
    "../x",
    "/etc/passwd",
    "policy/acme.yaml",
    ".github/workflows/../../x",
    "README.md",
    ".git/hooks/pre-commit",
  ].map((path) => [`a file elsewhere: ${path}`, markText({ ...MARK, files: { [path]: digestOf("x") } })]),
])("what is no mark is refused: %s", (_, text) => {
  expect(() => parseMark(text!)).toThrow(/\.sanctioned\.json .* Put it back/);
});

it("a version is later by its numbers, and than what announces it", () => {
  const versions = ["0.1.9", "0.1.10", "0.2.0-rc.2", "0.2.0-rc.10", "0.2.0", "1.0.0"];
  for (const [i, one] of versions.entries())
    expect(versions.map((other) => isLater(one, other))).toEqual(versions.map((_, j) => j < i));
});
