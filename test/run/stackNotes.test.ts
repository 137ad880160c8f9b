import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunStack } from "../../src/audit/line.ts";
import { AuditTrail } from "../../src/audit/trail.ts";
import { StackNotes } from "../../src/run/stackNotes.ts";

const ORG = "00D000000001942EAA";
const OTHER_ORG = "00D000000002000EAA";
const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = Date.parse("2026-11-26T12:00:00Z");
const stack = (name: string): RunStack => ({ project: "crm", name, resource: "connected-users" });

let folder: string;
let record: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "stacks-"));
  record = path.join(folder, "audit.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const notesAt = (now: number) =>
  new StackNotes(
    folder,
    () => record,
    () => now,
  );

async function recordRun(at: number, org: string, of: RunStack | null | undefined): Promise<void> {
  const trail = await AuditTrail.open(record, () => new Date(at));
  await trail.append({
    event: "run-start",
    org: { id: org, name: "Acme" },
    actor: { userId: "005", username: "sanctioned@acme.example", ci: null },
    policy: null,
    plan: "",
    revocations: 1,
    reason: null,
    raisedLimits: null,
    approval: null,
    before: null,
    ...(of === undefined ? {} : { stack: of }),
  });
  await trail.append({ event: "run-end", outcomes: { revoked: 1 }, stopped: null });
  await trail.close();
}

it("an update's note is seen for 30 days, of its org alone, and only its owner can read it", () => {
  expect(notesAt(NOW).note(ORG, stack("blue"))).toBeNull();
  expect(notesAt(NOW + 29 * DAY_MS).of(ORG)).toEqual([{ stack: stack("blue"), at: NOW }]);
  expect(notesAt(NOW + 31 * DAY_MS).of(ORG)).toEqual([]);
  expect(notesAt(NOW).of(OTHER_ORG)).toEqual([]);
  const [note] = readdirSync(path.join(folder, "stacks"));
  expect(statSync(path.join(folder, "stacks", note!)).mode & 0o777).toBe(0o600);
});

it("a second note of one resource takes the place of the first, and another one stands beside it", () => {
  notesAt(NOW).note(ORG, stack("blue"));
  notesAt(NOW + 1_000).note(ORG, stack("blue"));
  notesAt(NOW + 2_000).note(ORG, stack("green"));
  const seen = notesAt(NOW + 3_000).of(ORG);
  expect(seen).toHaveLength(2);
  expect(seen).toContainEqual({ stack: stack("blue"), at: NOW + 1_000 });
});

it("where there is no note of an org, its record says which stacks revoked within 30 days; runs of the CLI and of older releases are none", async () => {
  expect(notesAt(NOW).of(ORG)).toEqual([]);
  await recordRun(NOW - 40 * DAY_MS, ORG, stack("long-gone"));
  await recordRun(NOW - 4_000, ORG, stack("blue"));
  await recordRun(NOW - 3_000, ORG, null);
  await recordRun(NOW - 2_000, ORG, undefined);
  await recordRun(NOW - 1_000, OTHER_ORG, stack("of-another-org"));
  expect(notesAt(NOW).of(ORG)).toEqual([{ stack: stack("blue"), at: NOW - 4_000 }]);
  notesAt(NOW).note(ORG, stack("green"));
  expect(notesAt(NOW).of(ORG)).toEqual([{ stack: stack("green"), at: NOW }]);
});

it("what is no note, or no line of a record, is in nobody's way", () => {
  const notes = path.join(folder, "stacks");
  mkdirSync(notes);
  const broken = [
    "",
    "null",
    "[]",
    '{"org":1}',
    `{"org":"${ORG}","stack":{"name":1},"at":"2026-11-26T11:00:00Z"}`,
  ];
  for (const [n, text] of broken.entries())
    writeFileSync(path.join(notes, `${String(n).repeat(64)}.json`), text);
  mkdirSync(path.join(notes, `${"a".repeat(64)}.json`));
  writeFileSync(
    record,
    `{"v":1,"event":"run-start"\n\0\0\n{"v":1,"seq":1,"prev":"","run":"","event":"run-start","org":null}\n`,
  );
  expect(notesAt(NOW).of(ORG)).toEqual([]);
});

it("a record that cannot be read is said to be so, and where nothing can be noted that fails nothing", () => {
  mkdirSync(record);
  expect(notesAt(NOW).of(ORG)).toMatchObject({ why: "is a folder" });
  writeFileSync(path.join(folder, "stacks"), "");
  expect(notesAt(NOW).note(ORG, stack("blue"))).toBe("EEXIST");
});
