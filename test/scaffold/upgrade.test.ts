import { describe, expect, it } from "vitest";
import { differenceText } from "../../src/scaffold/difference.ts";
import { type Mark, markText, parseMark } from "../../src/scaffold/mark.ts";
import { stackSteps } from "../../src/scaffold/stacks.ts";
import { offeredDigests } from "../../src/scaffold/steps.ts";
import { isInStep, type Standing, upgradeOf, upgradeText } from "../../src/scaffold/upgrade.ts";
import { WORKFLOW_DEFAULTS } from "../../src/scaffold/workflows.ts";

const WORKFLOW = ".github/workflows/drift.yml";
const SCHEMA = "schema/policy.schema.json";
const before = new Map([
  [WORKFLOW, "name: drift\non: schedule\n"],
  [SCHEMA, "{}\n"],
]);
const after = new Map([
  [WORKFLOW, "name: drift\non: push\n"],
  [SCHEMA, '{ "x": 1 }\n'],
]);
const manifest = (sanctioned: string) => `${JSON.stringify({ dependencies: { sanctioned } }, null, 2)}\n`;
const mark: Mark = {
  version: "0.1.0",
  ci: ["github"],
  workflows: WORKFLOW_DEFAULTS,
  files: offeredDigests(before),
  packages: { sanctioned: "0.1.0" },
};

/** A repository of version 0.1.0, before 0.2.0. */
const standing = (more: Partial<Standing> = {}): Standing => ({
  mark,
  markText: markText(more.mark ?? mark),
  manifest: manifest("0.1.0"),
  present: before,
  offered: after,
  packages: { dependencies: { sanctioned: "0.2.0" }, devDependencies: {} },
  version: "0.2.0",
  stacks: { steps: [], differing: [] },
  ...more,
});
const NOTHING = { take: [], keep: [] };
const paths = (steps: readonly { readonly path: string }[]) => steps.map(({ path }) => path);
/** The repository once an upgrade was written. */
function written(from: Standing, choices: { take: readonly string[]; keep: readonly string[] }): Standing {
  const present = new Map(from.present);
  let { markText: text, manifest: packages } = from;
  for (const { path, offered } of upgradeOf(from, choices).changes) {
    if (path === ".sanctioned.json") text = offered!;
    else if (path === "package.json") packages = offered!;
    else if (offered === null) present.delete(path);
    else present.set(path, offered);
  }
  return { ...from, present, manifest: packages, markText: text, mark: parseMark(text) };
}

it("what nobody changed follows, the mark last; then nothing is to be done", () => {
  const upgrade = upgradeOf(standing(), NOTHING);
  expect(paths(upgrade.changes)).toEqual([WORKFLOW, SCHEMA, "package.json", ".sanctioned.json"]);
  const next = written(standing(), NOTHING);
  expect([next.present, next.manifest, isInStep(upgradeOf(next, NOTHING))]).toEqual([
    after,
    manifest("0.2.0"),
    true,
  ]);
});

it("shows each change as a diff, and what to do", () => {
  const text = upgradeText(upgradeOf(standing(), NOTHING), standing(), false);
  expect(text).toContain("written by sanctioned 0.1.0, and this is 0.2.0");
  expect(text).toContain(`\nchanged: ${WORKFLOW}\n--- a/${WORKFLOW}\n+++ b/${WORKFLOW}\n`);
  expect(text).toContain("\n-on: schedule\n+on: push\n");
  expect(text).toContain('\n-    "sanctioned": "0.1.0"\n+    "sanctioned": "0.2.0"\n');
  expect(text).toContain("3 files would change: `npx sanctioned upgrade` writes that.");
});

describe("a file that the team changed", () => {
  const theirs = standing({ present: new Map([...before, [WORKFLOW, "name: ours\n"]]) });

  it("is left and said, with both shown, for as long as nobody settles it", () => {
    const { changes, left } = upgradeOf(theirs, NOTHING);
    expect([paths(changes).includes(WORKFLOW), paths(left)]).toEqual([false, [WORKFLOW]]);
    const text = upgradeText(upgradeOf(theirs, NOTHING), theirs, false);
    expect(text).toMatch(/yours: .*drift\.yml \(you changed it;.*\n-name: ours\n\+name: drift\n/s);
    expect(text).toContain(`npx sanctioned upgrade --take ${WORKFLOW}`);
    const next = written(theirs, NOTHING);
    expect(next.present.get(WORKFLOW)).toBe("name: ours\n");
    expect(paths(upgradeOf(next, NOTHING).left)).toEqual([WORKFLOW]);
  });

  it("is taken, or kept for good, as the team says", () => {
    const taken = written(theirs, { take: [WORKFLOW], keep: [] });
    expect(taken.present.get(WORKFLOW)).toBe(after.get(WORKFLOW));
    const kept = written(theirs, { take: [], keep: [WORKFLOW] });
    expect(kept.present.get(WORKFLOW)).toBe("name: ours\n");
    for (const next of [taken, kept]) expect(isInStep(upgradeOf(next, NOTHING))).toBe(true);
    // Until a later version has another one.
    const later = { ...kept, offered: new Map([...after, [WORKFLOW, "name: later\n"]]) };
    expect(paths(upgradeOf(later, NOTHING).left)).toEqual([WORKFLOW]);
  });

  it("and no other can be taken or kept", () => {
    for (const choices of [
      { take: [SCHEMA], keep: [] },
      { take: [], keep: ["README.md"] },
    ])
      expect(() => upgradeOf(theirs, choices)).toThrow(
        "is not one of the files that `sanctioned upgrade` would change",
      );
  });
});

it("a version of a package that the team chose is left, and settled likewise", () => {
  const theirs = standing({ manifest: manifest("9.9.9") });
  expect(upgradeOf(theirs, NOTHING).leftVersions).toEqual([
    { name: "sanctioned", present: "9.9.9", offered: "0.2.0" },
  ]);
  const open = written(theirs, NOTHING);
  expect([open.manifest, isInStep(upgradeOf(open, NOTHING))]).toEqual([manifest("9.9.9"), false]);
  expect(written(theirs, { take: ["package.json"], keep: [] }).manifest).toBe(manifest("0.2.0"));
  const kept = written(theirs, { take: [], keep: ["package.json"] });
  expect([kept.manifest, isInStep(upgradeOf(kept, NOTHING))]).toEqual([manifest("9.9.9"), true]);
});

it("a repository of a later version is not taken back", () => {
  const later = { ...mark, version: "0.3.0" };
  expect(() => upgradeOf(standing({ mark: later }), NOTHING)).toThrow(
    "written by sanctioned 0.3.0, and this is 0.2.0",
  );
});

it("an org that came to orgs.yaml gets its stack's file, and one that says another policy is said", () => {
  const org = { name: "rouen", policy: "policy/rouen.yaml", stack: "acme/orgs/rouen" };
  expect(stackSteps("name: orgs", [org], new Map())).toEqual({
    differing: [],
    steps: [
      {
        path: "Pulumi.rouen.yaml",
        kind: "new",
        present: null,
        offered: "config:\n  orgs:policy: policy/rouen.yaml\n",
      },
    ],
  });
  for (const [text, found] of [
    ["config:\n  orgs:policy: policy/other.yaml\n", "policy/other.yaml"],
    ["encryptionsalt: x\n", undefined],
  ] as const) {
    const stacks = stackSteps("name: orgs", [org], new Map([["Pulumi.rouen.yaml", text]]));
    expect(stacks).toMatchObject({ steps: [], differing: [{ path: "Pulumi.rouen.yaml", found }] });
    const upgrade = upgradeOf(standing({ stacks }), NOTHING);
    expect(isInStep(upgrade)).toBe(false);
    expect(upgradeText(upgrade, standing(), false)).toMatch(
      /differs: Pulumi\.rouen\.yaml .* says policy\/rouen\.yaml of rouen/,
    );
  }
  const same = new Map([
    ["Pulumi.rouen.yaml", "encryptionsalt: x\nconfig:\n  orgs:policy: policy/rouen.yaml\n"],
  ]);
  expect(stackSteps("name: orgs", [org], same)).toEqual({ steps: [], differing: [] });
  for (const wrong of ["", "- x", "name: [", "name: &a x\nb: *a"])
    expect(() => stackSteps(wrong, [org], same)).toThrow("Pulumi.yaml");
});

it("a diff shows nothing that a terminal or a log would obey", () => {
  const text = differenceText("a", "x\n", "::error::x\n\u001b[2Jy\n\tindented\n##[group]z\n");
  expect(text).toContain("+\\u{3a}:error::x\n+\\u{1b}[2Jy\n+\tindented\n+\\u{23}#[group]z\n");
});

it("two large files that have nothing in common end in time", () => {
  const lines = (word: string) => Array.from({ length: 30_000 }, (_, i) => `${word}${i}\n`).join("");
  const began = performance.now();
  expect(differenceText("a", lines("x"), lines("y"))).toBe("a/a and b/a have little in common.\n");
  expect(performance.now() - began).toBeLessThan(10_000);
});
