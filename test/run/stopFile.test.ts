import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { StopFiles, stopOfFolder, stopOfRecord } from "../../src/run/stopFile.ts";

let folder: string;
let ofFolder: string;
let ofRecord: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-stop-"));
  mkdirSync(path.join(folder, ".sanctioned"));
  ofFolder = stopOfFolder(folder);
  ofRecord = stopOfRecord(path.join(folder, ".sanctioned", "audit-00D.jsonl"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const request = (reason: string) => JSON.stringify({ at: "", by: "ops@host", reason });
const look = (files: StopFiles) => files.look([ofFolder, ofRecord]);

it("a run heeds a file that appears after it began, of its folder or of its record", () => {
  for (const file of [ofFolder, ofRecord]) {
    const files = new StopFiles(folder, null);
    expect(look(files)).toBeNull();
    writeFileSync(file, request("wrong app"));
    expect(look(files)).toBe("ops@host asked it to stop (wrong app)");
  }
});

it("one that was there when the run began is of a run before, until it is written again", () => {
  writeFileSync(ofFolder, request(""));
  const elsewhere = path.join(folder, "audit.jsonl");
  writeFileSync(stopOfRecord(elsewhere), request(""));
  const files = new StopFiles(folder, elsewhere);
  expect(files.look([ofFolder, stopOfRecord(elsewhere)])).toBeNull();
  writeFileSync(ofFolder, request(""));
  expect(look(files)).toBe("ops@host asked it to stop");
});

it.each([
  ["empty", ""],
  ["no JSON", "stop!"],
  ["another value", "null"],
  ["without words", "{}"],
])("one that was made by hand stops it whatever it holds: %s", (_, text) => {
  const files = new StopFiles(folder, null);
  writeFileSync(ofRecord, text);
  expect(look(files)).toBe(`the file ${ofRecord} asks it to stop`);
});

it("so does a folder of that name, and names in it are made safe to show", () => {
  const files = new StopFiles(folder, null);
  mkdirSync(ofRecord);
  expect(look(files)).toContain("asks it to stop");
  writeFileSync(ofFolder, JSON.stringify({ by: "a\u202eb", reason: "x" }));
  expect(look(files)).toBe("a\\u{202e}b asked it to stop (x)");
});
