import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AuditEvent, hashOf } from "../../src/audit/line.ts";
import { AuditTrail } from "../../src/audit/trail.ts";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { UserError } from "../../src/errors.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-audit-"));
  file = path.join(folder, "deep", "audit.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const outcome = (username: string): AuditEvent => ({
  event: "outcome",
  user: { id: "005000000000001AAA", username },
  app: { id: null, name: "Bob's\nTool" },
  status: "revoked",
  reason: "",
});
const end: AuditEvent = { event: "run-end", outcomes: { revoked: 1 } };
const text = () => readFileSync(file, "utf8");
const head = () => readFileSync(`${file}.head`, "utf8").trim();

/** Writes a run of some lines. */
async function write(...events: AuditEvent[]): Promise<void> {
  const trail = await AuditTrail.open(file);
  for (const event of events) await trail.append(event);
  await trail.close();
}

describe("the audit record", () => {
  it("is JSON lines, each with the hash of the one before, over several runs", async () => {
    await write(outcome("a"), end);
    await write(outcome("b"), end);
    const lines = text().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line)).map(({ seq, prev, event }) => [seq, prev, event])).toEqual([
      [1, "0".repeat(64), "outcome"],
      [2, hashOf(lines[0]!), "run-end"],
      [3, hashOf(lines[1]!), "outcome"],
      [4, hashOf(lines[2]!), "run-end"],
    ]);
    expect(verifyRecord(text(), [head()])).toMatchObject({
      lines: 4,
      runs: 2,
      unfinished: 0,
      problems: [],
      head: head(),
    });
  });

  it("writes what comes at once together, in order, and is on the disk before it says so", async () => {
    const trail = await AuditTrail.open(file);
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        await trail.append(outcome(`user${i}`));
        expect(text()).toContain(`"user${i}"`);
      }),
    );
    await trail.close();
    expect(verifyRecord(text(), [head()]).problems).toEqual([]);
    expect(text().match(/user\d+/g)).toEqual(Array.from({ length: 100 }, (_, i) => `user${i}`));
  });

  it("any edit, gap, addition, exchange or cut is found", async () => {
    await write(outcome("a"), outcome("b"), outcome("c"), end);
    const whole = text();
    const anchor = head();
    const lines = whole.trimEnd().split("\n");
    const broken = (changed: string) => verifyRecord(changed, [anchor]).problems.length > 0;
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }),
        (at, by) => {
          fc.pre(whole[at] !== by);
          expect(broken(whole.slice(0, at) + by + whole.slice(at + 1))).toBe(true); // changed
          expect(broken(whole.slice(0, at) + by + whole.slice(at))).toBe(true); // added
          expect(broken(whole.slice(0, at))).toBe(true); // cut
        },
      ),
      { numRuns: 500 },
    );
    for (let i = 0; i < lines.length; i++) {
      expect(broken(`${lines.toSpliced(i, 1).join("\n")}\n`)).toBe(true);
      expect(broken(`${lines.toSpliced(i, 0, lines[i]!).join("\n")}\n`)).toBe(true);
    }
    expect(broken(`${[lines[1], lines[0], ...lines.slice(2)].join("\n")}\n`)).toBe(true);
  });

  it("a line that a crash cut off is on record, and the record goes on", async () => {
    await write(outcome("a"));
    appendFileSync(file, '{"v":1,"seq":2,"at":"20');
    await write(outcome("b"), end);
    expect(verifyRecord(text(), [head()])).toMatchObject({ problems: [], unfinished: 1 });
    // and what is put there afterwards is not taken for it
    expect(verifyRecord(text().replace('"at":"20\n', '"at":"21\n'), [head()]).problems).not.toEqual([]);
  });

  it("a crash between the line and its head is no problem", async () => {
    await write(outcome("a"));
    const before = head();
    await write(outcome("b"), end);
    writeFileSync(`${file}.head`, `${before}\n`);
    await write(outcome("c"), end);
    expect(verifyRecord(text(), [head()]).problems).toEqual([]);
  });

  it("a record that has lost its end is not written on", async () => {
    await write(outcome("a"), end);
    await write(outcome("b"), end);
    truncateSync(file, text().indexOf("\n") + 1);
    await expect(AuditTrail.open(file)).rejects.toThrow(
      /has lost its end\. Run `npx sanctioned audit verify/,
    );
  });

  it("a second run waits for the first to end", async () => {
    const first = await AuditTrail.open(file);
    await first.append(outcome("a"));
    const second = AuditTrail.open(file).then(async (trail) => {
      await trail.append(outcome("b"));
      await trail.close();
    });
    await first.append(end);
    await first.close();
    await second;
    expect(text().match(/"username":"."|run-end/g)).toEqual(['"username":"a"', "run-end", '"username":"b"']);
    expect(verifyRecord(text(), [head()]).problems).toEqual([]);
  });

  it("one that cannot be written is one clear error, and the lock is let go", async () => {
    await write(end);
    const below = path.join(file, "x.jsonl");
    const error: unknown = await AuditTrail.open(below).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain("cannot be written (");
    expect(String(error)).toContain(
      "so nothing more is revoked. Free the disk, or name another file with auditFile",
    );
    await write(end);
  });

  it("says which calls have no answer on record", async () => {
    const call: AuditEvent = {
      event: "revoking",
      call: 1,
      user: { id: "005000000000001AAA", username: "a" },
      app: { id: null, name: "A" },
      granted: [null],
      code: "app-not-listed",
      policy: { file: "p.yaml", line: 1 },
      through: "delete-token",
    };
    await write(call, { ...call, call: 2 }, { event: "answered", call: 1, answer: "accepted", reason: "" });
    expect(verifyRecord(text(), [])).toMatchObject({ unanswered: 1, unfinished: 1 });
  });
});
