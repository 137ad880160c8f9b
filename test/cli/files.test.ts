import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { NewFolder, writeNewWhole } from "../../src/cli/files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-files-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});
const inFolder = (name: string) => path.join(folder, name);

describe("a new folder", () => {
  it("is not there until it is whole, and nothing of it is left where it is abandoned", () => {
    const made = new NewFolder(inFolder("report"), "--out");
    made.write("orgs/one.html", "one");
    expect(readdirSync(folder).filter((name) => !name.startsWith("."))).toEqual([]);
    made.finish();
    made.abandon();
    expect(readFileSync(inFolder("report/orgs/one.html"), "utf8")).toBe("one");
    const other = new NewFolder(inFolder("other"), "--out");
    other.write("index.html", "x");
    other.abandon();
    expect(readdirSync(folder)).toEqual(["report"]);
  });

  it("takes the place of nothing that came meanwhile", () => {
    const made = new NewFolder(inFolder("report"), "--out");
    mkdirSync(inFolder("report"));
    expect(() => made.finish()).toThrow("already exists");
    writeFileSync(inFolder("report/mine"), "");
    expect(() => made.finish()).toThrow("already exists");
    made.abandon();
    expect(readdirSync(inFolder("report"))).toEqual(["mine"]);
  });
});

it("a file that is written whole takes the place of nothing, not even of a link that leads nowhere", () => {
  writeNewWhole(inFolder("a/report.html"), "first", "--out");
  symlinkSync(inFolder("nowhere"), inFolder("link.html"));
  for (const name of ["a/report.html", "link.html"])
    expect(() => writeNewWhole(inFolder(name), "second", "--out")).toThrow("already exists");
  expect(readFileSync(inFolder("a/report.html"), "utf8")).toBe("first");
  expect(readdirSync(inFolder("a"))).toEqual(["report.html"]);
});
