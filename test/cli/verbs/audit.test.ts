import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashOf } from "../../../src/audit/line.ts";
import { AuditTrail } from "../../../src/audit/trail.ts";
import { sanctioned } from "../run.ts";

let folder: string;
let record: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-verify-"));
  record = path.join(folder, "audit.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A run of three lines. */
async function write(): Promise<void> {
  const trail = await AuditTrail.open(record);
  await trail.append({
    event: "run-start",
    org: { id: "00D000000001942EAA", name: "Dieppe Trading" },
    actor: { userId: "005000000000001AAA", username: "sanctioned@dieppe.example", ci: null },
    policy: null,
    plan: "",
    revocations: 1,
    reason: "Left (HR-81)",
    raisedLimits: null,
    approval: null,
    before: null,
  });
  await trail.append({
    event: "outcome",
    user: { id: "005000000000002AAA", username: "ada.weber@dieppe.example" },
    app: { id: null, name: "Slack" },
    status: "failed",
    reason: "",
  });
  await trail.append({ event: "run-end", outcomes: { failed: 1 }, stopped: "the disk was full" });
  await trail.close();
}

describe("sanctioned audit verify", () => {
  it("finds an edit and a cut, and a record that is another than the one it was", async () => {
    await write();
    const whole = readFileSync(record, "utf8");
    const head = readFileSync(`${record}.head`, "utf8").trim();
    const verify = (...args: string[]) => sanctioned(["audit", "verify", record, ...args]);

    writeFileSync(record, whole.replace("Left (HR-81)", "Left (HR-82)"));
    const edited = await verify();
    expect([edited.code, edited.stdout]).toEqual([
      1,
      expect.stringContaining("audit.jsonl:2: does not follow from the line before"),
    ]);

    writeFileSync(record, whole.slice(0, whole.lastIndexOf('{"v":1')));
    expect((await verify()).stdout).toContain("its end was cut off or changed");

    writeFileSync(record, whole);
    expect((await verify("--head", head)).stdout).toContain("\n  that is the head that was given\n");
    const other = await verify("--head", "0".repeat(63).padEnd(64, "1"));
    expect([other.code, other.stdout]).toEqual([
      1,
      expect.stringContaining("the record ended with another line once"),
    ]);
    expect((await verify("--head", "1234567")).stderr).toBe(
      "--head is not a hash. Give the 64 digits from 0 to f that a run printed, or the first of them, eight at least. [head-not-a-hash]\n",
    );
    expect((await sanctioned(["audit", "verify", path.join(folder, "none.jsonl")])).stderr).toContain(
      "does not exist",
    );
  });

  it("says what came after a head that somebody kept, and takes it for right only where it is said to be", async () => {
    await write();
    const [line] = readFileSync(record, "utf8").split("\n");
    const first = hashOf(line!).slice(0, 12);
    const verify = (...args: string[]) => sanctioned(["audit", "verify", record, "--head", first, ...args]);
    const later = await verify();
    expect([later.code, later.stdout]).toEqual([
      1,
      expect.stringMatching(
        /: whole, .*\n {2}it does not end with the head that was given: \d+ lines came after line 1, by 1 run:\n/,
      ),
    ]);
    expect((await verify("--allow-later")).code).toBe(0);

    // The next line, with the right hash, and the head made anew: nothing in the two files says that it is forged.
    const text = readFileSync(record, "utf8");
    const last = text.trimEnd().split("\n").at(-1)!;
    const forged = JSON.stringify({
      ...JSON.parse(last),
      event: "answered",
      seq: JSON.parse(last).seq + 1,
      run: "x",
      prev: hashOf(last),
    });
    writeFileSync(record, `${text}${forged}\n`);
    writeFileSync(`${record}.head`, `${hashOf(forged)}\n`);
    const held = await sanctioned([
      "audit",
      "verify",
      record,
      "--head",
      hashOf(last).slice(0, 8),
      "--allow-later",
    ]);
    expect([held.code, held.stdout]).toEqual([
      1,
      expect.stringContaining("x (1 line): which does not begin as a run does"),
    ]);
  });

  it("says where FILE.head is missing, which is a failure only where no other head is given", async () => {
    await write();
    const head = readFileSync(`${record}.head`, "utf8").trim();
    rmSync(`${record}.head`);
    const alone = await sanctioned(["audit", "verify", record]);
    expect([alone.code, alone.stdout]).toEqual([
      1,
      expect.stringContaining("FILE.head is missing or no hash"),
    ]);
    const held = await sanctioned(["audit", "verify", record, "--head", head]);
    expect([held.code, held.stdout]).toEqual([0, expect.stringContaining("FILE.head is missing or no hash")]);
    // and the next run says on record that it was
    await write();
    expect((await sanctioned(["audit", "verify", record])).stdout).toContain("FILE.head was missing then");
  });

  it("looks for a head in every record, which need be in one of them alone", async () => {
    await write();
    const head = readFileSync(`${record}.head`, "utf8").trim();
    const link = path.join(folder, "link.jsonl");
    const empty = path.join(folder, "empty.jsonl");
    symlinkSync(record, link);
    writeFileSync(empty, "");
    expect((await sanctioned(["audit", "verify", empty, link, "--head", head])).code).toBe(0);
    expect((await sanctioned(["audit", "verify", empty, "--head", head])).code).toBe(1);
  });
});
