import { expect, it } from "vitest";
import { manifestWith } from "../../src/scaffold/manifest.ts";

const packages = { dependencies: { sanctioned: "0.2.0" }, devDependencies: { pulumi: "3.260.0" } };
const mark = { packages: { sanctioned: "0.1.0", pulumi: "3.259.0" } };
const text = (sanctioned: string | undefined, pulumi: string | undefined, indent: number | string = 2) =>
  `${JSON.stringify({ name: "acme", dependencies: { sanctioned, zed: "1.0.0" }, devDependencies: { pulumi } }, null, indent)}\n`;

it("versions that nobody changed follow, and nothing else of the manifest is touched", () => {
  for (const indent of [2, 4, "\t"])
    expect(manifestWith(text("0.1.0", "3.259.0", indent), mark, packages, false)).toEqual({
      text: text("0.2.0", "3.260.0", indent),
      yours: [],
    });
});

it("one that npm has put there already is in step", () => {
  expect(manifestWith(text("0.2.0", "3.260.0"), mark, packages, false)).toEqual({
    text: text("0.2.0", "3.260.0"),
    yours: [],
  });
});

it("one that the team chose is left and said, until it is taken", () => {
  const theirs = text("0.1.0", "3.300.0");
  const yours = [{ name: "pulumi", present: "3.300.0", offered: "3.260.0" }];
  expect(manifestWith(theirs, mark, packages, false)).toEqual({ text: text("0.2.0", "3.300.0"), yours });
  expect(manifestWith(theirs, mark, packages, true)).toEqual({ text: text("0.2.0", "3.260.0"), yours: [] });
  const gone = [{ name: "pulumi", present: null, offered: "3.260.0" }];
  expect(manifestWith(text("0.2.0", undefined), mark, packages, false).yours).toEqual(gone);
});

it("one that the team chose is not said again while this version comes with the same", () => {
  const settled = { packages: { sanctioned: "0.2.0", pulumi: "3.260.0" } };
  const theirs = text("0.2.0", "3.300.0");
  expect(manifestWith(theirs, settled, packages, false)).toEqual({ text: theirs, yours: [] });
});

it("a package that is new comes where it belongs, in the order of names", () => {
  const more = { ...packages, dependencies: { ...packages.dependencies, "@pulumi/pulumi": "3.260.0" } };
  const { text: after } = manifestWith(text("0.2.0", "3.260.0"), mark, more, false);
  expect(Object.keys(JSON.parse(after).dependencies)).toEqual(["@pulumi/pulumi", "sanctioned", "zed"]);
});

it("what is no manifest is refused", () => {
  for (const wrong of ["", "{", "[]", "null", '{ "dependencies": [] }', '{ "devDependencies": "x" }'])
    expect(() => manifestWith(wrong, mark, packages, false)).toThrow(/package\.json .* Put it back/);
});
