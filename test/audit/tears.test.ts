import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditEvent, hashOf, parseLine } from "../../src/audit/line.ts";
import { AuditTrail } from "../../src/audit/trail.ts";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";

let folder: string;
let file: string;
beforeAll(() => {
  // Thousands of records are opened, and none of them is to survive a power cut: in memory where there is such a place.
  folder = mkdtempSync(path.join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "sanctioned-tears-"));
  file = path.join(folder, "audit.jsonl");
});
afterAll(() => rmSync(folder, { recursive: true }));

const end: AuditEvent = { event: "run-end", outcomes: {}, stopped: null };
const answered: AuditEvent = { event: "answered", call: 1, answer: "accepted", reason: "ä€𝄞" };

async function write(): Promise<void> {
  const trail = await AuditTrail.open(file);
  await trail.append(answered);
  await trail.append(end);
  await trail.close();
}

/** The record as a crash leaves it that cut it there, with the head of the last line that was whole by then. */
function tear(record: Buffer, at: number): void {
  const left = record.subarray(0, at);
  const pieces = left
    .toString("latin1")
    .split("\n")
    .slice(0, -1)
    .map((line) => Buffer.from(line, "latin1"));
  const last = pieces.findLast((line) => parseLine(line) !== null);
  writeFileSync(file, left);
  writeFileSync(`${file}.head`, last === undefined ? "" : `${hashOf(last)}\n`);
}

const record = () => readFileSync(file);
const verified = () => verifyRecord(record(), [readFileSync(`${file}.head`, "utf8").trim()]);

/** Two runs, the second of which found a line that was torn. */
async function twoRuns(): Promise<Buffer> {
  rmSync(file, { force: true });
  rmSync(`${file}.head`, { force: true });
  await write();
  tear(record(), record().length - 20);
  await write();
  return record();
}

describe("a record that a crash tore", () => {
  it("at any byte is whole after the next run, and what is left of the torn line stays in it", async () => {
    const whole = await twoRuns();
    for (let at = 0; at <= whole.length; at++) {
      tear(whole, at);
      await write();
      const { problems, lines } = verified();
      expect([at, problems]).toEqual([at, []]);
      expect(record().subarray(0, at)).toEqual(whole.subarray(0, at));
      expect(lines).toBeGreaterThan(1);
    }
  });

  it("before it is written on says that it is cut off, and at which line", async () => {
    const whole = await twoRuns();
    for (let at = 1; at < whole.length; at += 13) {
      tear(whole, at);
      const { problems } = verified();
      const lines = whole.subarray(0, at).toString("latin1").split("\n").length;
      if (whole[at - 1] !== 10)
        expect(problems.at(-1)).toMatchObject({ line: lines, message: expect.stringMatching(/^is cut off/) });
    }
  });

  it("several times in a row, in the line that says so too, is whole after the next run", async () => {
    const whole = await twoRuns();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length),
        fc.array(fc.tuple(fc.nat(400), fc.boolean()), { minLength: 1, maxLength: 4 }),
        async (first, more) => {
          tear(whole, first);
          for (const [bytes, isEnded] of more) {
            const before = record().length;
            await write();
            // Somewhere in what the last run wrote, which begins with the line end of what was torn before.
            tear(record(), Math.min(before + bytes, record().length));
            if (isEnded) writeFileSync(file, "\n", { flag: "a" });
          }
          await write();
          expect(verified().problems).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("with zeros where the line was to be, as a power cut can leave it, is whole after the next run", async () => {
    for (const before of [Buffer.alloc(0), await twoRuns()]) {
      tear(before, before.length);
      writeFileSync(file, Buffer.alloc(100_000), { flag: "a" });
      await write();
      expect(verified().problems).toEqual([]);
    }
  });

  it("with a torn line of any length is whole after the next run", async () => {
    const whole = await twoRuns();
    tear(whole, whole.length);
    const long = Buffer.concat([Buffer.from('{"v":1,"reason":"'), Buffer.alloc(9 * 1024 * 1024, "x")]);
    writeFileSync(file, long, { flag: "a" });
    await write();
    expect(verified().problems).toEqual([]);
  });
});
