import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
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
const end: AuditEvent = { event: "run-end", outcomes: { revoked: 1 }, stopped: null };
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

  it("a crash just before the end of a line loses nothing", async () => {
    await write(outcome("a"), outcome("b"));
    truncateSync(file, text().length - 1);
    expect(verifyRecord(text(), []).problems).toMatchObject([
      { line: 2, message: expect.stringMatching(/is cut off/) },
    ]);
    await write(outcome("c"), end);
    expect(verifyRecord(text(), [head()])).toMatchObject({ problems: [], lines: 4 });
    expect(text()).not.toContain("recovered");
  });

  it("a first line that a crash cut off is on record too", async () => {
    await write();
    writeFileSync(file, '{"v":1,');
    await write(outcome("a"), end);
    expect(verifyRecord(text(), [head()])).toMatchObject({ problems: [], lines: 4 });
    expect(JSON.parse(text().split("\n")[1]!)).toMatchObject({
      seq: 1,
      event: "recovered",
      torn: hashOf('{"v":1,'),
      prev: "0".repeat(64),
    });
  });

  it("a line that is whole by its end alone is on record as cut off, without an empty line after it", async () => {
    await write(outcome("a"));
    appendFileSync(file, '{"v":1,\n');
    await write(outcome("b"), end);
    expect(verifyRecord(text(), [head()])).toMatchObject({ problems: [], lines: 5 });
  });

  it("goes on from its last line, however long it is", async () => {
    await write(outcome("a".repeat(200_000)));
    await write(outcome("b"), end);
    expect(verifyRecord(text(), [head()])).toMatchObject({ lines: 3, runs: 2, problems: [] });
  });

  it("that lost all of its lines is not begun anew", async () => {
    await write(outcome("a"), end);
    truncateSync(file, 0);
    await expect(AuditTrail.open(file)).rejects.toThrow(/has lost its end/);
    // and the lock was let go: the next one hears the same, at once
    await expect(AuditTrail.open(file)).rejects.toThrow(/has lost its end/);
  });

  it("is for its owner's eyes alone, and becomes so where it was not", async () => {
    const modes = () => [file, `${file}.head`].map((one) => statSync(one).mode & 0o777);
    await write(end);
    expect(modes()).toEqual([0o600, 0o600]);
    chmodSync(file, 0o644);
    chmodSync(`${file}.head`, 0o664);
    await write(end);
    expect(modes()).toEqual([0o600, 0o600]);
  });

  it("says when each line was written, and in which run", async () => {
    let now = Date.parse("2026-11-25T10:00:00Z");
    const trail = await AuditTrail.open(file, () => {
      now += 1_000;
      return new Date(now);
    });
    await trail.append(outcome("a"));
    await trail.append(end);
    await trail.close();
    const lines = text()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ at }) => at)).toEqual(["2026-11-25T10:00:01.000Z", "2026-11-25T10:00:02.000Z"]);
    expect(lines.map(({ run, v }) => [run, v])).toEqual(Array(2).fill([trail.run, 1]));
    expect(trail.head).toBe(head());
  });

  describe.runIf(process.platform === "linux")("as the operating system sees it", () => {
    /** The file descriptors of this process that are open on the record. */
    const descriptors = (files = [file, `${file}.head`, `${file}.lock`]) =>
      readdirSync("/proc/self/fd").filter((one) => {
        try {
          return files.includes(readlinkSync(`/proc/self/fd/${one}`));
        } catch {
          return false; // the one of the folder itself is closed by now
        }
      });

    it("is on the disk, not in a cache, before it says so", async () => {
      const trail = await AuditTrail.open(file);
      const [record] = descriptors([file]);
      const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${record}`, "utf8"))![1]!;
      await trail.close();
      expect(Number.parseInt(flags, 8) & constants.O_SYNC).toBe(constants.O_SYNC);
      expect(Number.parseInt(flags, 8) & constants.O_APPEND).toBe(constants.O_APPEND);
    });

    it("leaves no file open, closed or refused", async () => {
      await write(outcome("a"), end);
      expect(descriptors()).toEqual([]);
      truncateSync(file, 0);
      await expect(AuditTrail.open(file)).rejects.toThrow("has lost its end");
      expect(descriptors()).toEqual([]);
    });
  });

  describe.runIf(process.platform !== "win32")("on a disk that is full", () => {
    /** Runs a script on the record in a process whose files hold 4 KiB at most; what it prints. */
    const inSmall = (script: string): unknown => {
      const program = path.join(folder, "small.mjs");
      const trail = JSON.stringify(new URL("../../src/audit/trail.ts", import.meta.url));
      writeFileSync(
        program,
        `import { AuditTrail } from ${trail};
        const outcome = ${JSON.stringify(outcome("a"))};
        const revoking = { ...outcome, event: "revoking", call: 1 };
        const lost = [];
        const trail = await AuditTrail.open(${JSON.stringify(file)});
        trail.onLost((reason) => lost.push(reason));
        ${script}`,
      );
      const limits = 'trap \'\' XFSZ; ulimit -f 8; exec "$0" "$1"';
      return JSON.parse(execFileSync("sh", ["-c", limits, process.execPath, program], { encoding: "utf8" }));
    };

    it("fails every line that waits and all that come later, as one clear error, and says so once", () => {
      const told = inSmall(`
        let done = 0;
        const all = await Promise.allSettled(
          Array.from({ length: 40 }, async () => { await trail.append(outcome); done++; }));
        const failed = all.flatMap(({ reason }) => reason ?? []);
        const last = await trail.append(revoking).catch(String);
        await trail.close();
        console.log(JSON.stringify({ done, failed: [...new Set(failed.map(String))], last, lost, missing: trail.missing }));`);
      const why = expect.stringMatching(/cannot be written \(EFBIG\), so nothing more is revoked/);
      expect(told).toEqual({ done: 0, failed: [why], last: why, lost: [why], missing: why });
    });

    it("keeps what had reached the disk, and the next run goes on behind it", async () => {
      inSmall(`
        const results = [];
        for (let i = 0; i < 40; i++) results.push(await trail.append(outcome).then(() => true, () => false));
        await trail.close();
        console.log(JSON.stringify(results));`);
      const kept = verifyRecord(text(), [head()]);
      expect(kept.lines).toBeGreaterThan(5);
      await write(outcome("b"), end);
      expect(verifyRecord(text(), [head()])).toMatchObject({ problems: [], runs: 2 });
    });
  });
});
