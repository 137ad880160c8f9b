import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AuditLine, hashOf } from "../../src/audit/line.ts";
import { AuditTrail } from "../../src/audit/trail.ts";
import { readRecord } from "../../src/cli/recordFile.ts";
import { signaturesOf, signHead } from "../../src/run/signedHeads.ts";
import { parseSigners } from "../../src/sign/signers.ts";
import { sanctioned } from "../cli/run.ts";
import { KeyRing, type TestKey } from "../sign/keys.ts";

const AT = "2026-11-25T08:00:00.000Z";
const keys = new KeyRing();
const env = { PATH: process.env.PATH };
let ada: TestKey;
let eve: TestKey;
let record: string;

beforeAll(() => {
  ada = keys.make("ada");
  eve = keys.make("eve");
});
afterAll(() => keys.remove());
beforeEach(() => {
  record = path.join(mkdtempSync(path.join(keys.folder, "case-")), "audit.jsonl");
});

/** A run of two lines. */
async function ran(reason: string): Promise<void> {
  const trail = await AuditTrail.open(record);
  await trail.append({
    event: "run-start",
    org: { id: "00D000000001942EAA", name: "Dieppe Trading" },
    actor: { userId: "005000000000001AAA", username: "sanctioned@dieppe.example", ci: null },
    policy: null,
    plan: "",
    revocations: 1,
    reason,
    raisedLimits: null,
    approval: null,
    before: null,
  });
  await trail.append({ event: "run-end", outcomes: {}, stopped: null });
  await trail.close();
}

function signed(by = ada): void {
  const { end } = readRecord(record, { end: true });
  signHead(record, end!, { key: by.file, name: "audit.jsonl", at: AT, env });
}

function verified(...lines: string[]) {
  const result = parseSigners((lines.length > 0 ? lines : [`ada ${ada.line}`]).join("\n"));
  if ("faults" in result) throw new Error("no signers");
  const { problems, notes } = readRecord(record, { signers: result.signers }).verification;
  return { problems: problems.map(({ line, message }) => `${line}: ${message}`), notes };
}

/** The record made anew with another reason, with a chain that is right and its head, as somebody could who can write both. */
function forged(): void {
  let prev = "0".repeat(64);
  const lines = readFileSync(record, "utf8").trimEnd().split("\n");
  const anew = lines.map((text) => {
    const line = { ...JSON.parse(text), prev } as AuditLine;
    const written = JSON.stringify(line.event === "run-start" ? { ...line, reason: "forged" } : line);
    prev = hashOf(written);
    return written;
  });
  writeFileSync(record, `${anew.join("\n")}\n`);
  writeFileSync(`${record}.head`, `${prev}\n`);
}

describe("a signed head", () => {
  it("says up to where a record is signed, by whom, and what came after it", async () => {
    await ran("first");
    signed();
    expect(verified()).toEqual({
      problems: [],
      notes: [`signed up to line 2, by ada at ${AT}; no line came after it`],
    });
    await ran("second");
    expect(verified().notes).toEqual([`signed up to line 2, by ada at ${AT}; 2 lines came after it`]);
    signed();
    expect(verified().notes).toEqual([`signed up to line 4, by ada at ${AT}; no line came after it`]);
  });

  it("finds a chain that was forged anew, which nothing else of the record shows", async () => {
    await ran("first");
    signed();
    forged();
    expect(readRecord(record, {}).verification.problems).toEqual([]);
    expect(verified().problems).toEqual([
      expect.stringMatching(
        /^2: ada signed at \S+ that the record ended with another line here \([0-9a-f]{12}…\)/,
      ),
      "2: no head that it has is signed by an allowed signer",
    ]);
  });

  it("finds a record that was cut to before it", async () => {
    await ran("first");
    await ran("second");
    signed();
    const lines = readFileSync(record, "utf8").split("\n").slice(0, 2);
    writeFileSync(record, `${lines.join("\n")}\n`);
    writeFileSync(`${record}.head`, hashOf(lines[1]!));
    expect(verified().problems[0]).toMatch(/^4: ada signed at/);
  });

  it("does not count of another key, altered, or of a time when its signer was none", async () => {
    await ran("first");
    signed(eve);
    expect(verified()).toEqual({
      problems: ["2: no head that it has is signed by an allowed signer"],
      notes: [expect.stringMatching(/^FILE\.sigs, line 1: does not count: its key SHA256:\S+ is none of/)],
    });
    signed(ada);
    expect(verified(`ada valid-before="20200101Z" ${ada.line}`).problems).toHaveLength(1);
    // The head that was signed is said to be another line's.
    await ran("second");
    const { end } = readRecord(record, { end: true });
    const line = JSON.parse(readFileSync(signaturesOf(record), "utf8").split("\n")[1]!);
    writeFileSync(signaturesOf(record), `${JSON.stringify({ ...line, seq: end!.seq, head: end!.head })}\n`);
    expect(verified()).toEqual({
      problems: ["4: no head that it has is signed by an allowed signer"],
      notes: [expect.stringContaining("incorrect signature")],
    });
  });

  it("that is taken away leaves the record unsigned, which is a problem once signers are named", async () => {
    await ran("first");
    signed();
    expect(readRecord(record, {}).verification.notes).toEqual([
      "1 signed head beside it: --signers FILE holds it to them",
    ]);
    rmSync(signaturesOf(record));
    expect(verified().problems).toHaveLength(1);
  });

  it("stands behind what a crash left of another, and what is none is a problem", async () => {
    await ran("first");
    writeFileSync(signaturesOf(record), '{"v":1,"org":"00D');
    signed();
    expect(verified()).toEqual({
      problems: ["2: FILE.sigs, line 1: is no signed head"],
      notes: [expect.stringContaining("signed up to line 2, by ada")],
    });
    appendFileSync(signaturesOf(record), "null\n[]\n");
    expect(verified().problems).toHaveLength(3);
  });

  it("is not written through a link, nor into what is no file", async () => {
    await ran("first");
    const other = `${record}.other`;
    writeFileSync(other, "");
    symlinkSync(other, signaturesOf(record));
    expect(() => signed()).toThrow(expect.objectContaining({ code: "signed-heads-not-usable" }));
    expect(readFileSync(other, "utf8")).toBe("");
    rmSync(signaturesOf(record));
    mkdirSync(signaturesOf(record));
    expect(() => verified()).toThrow(expect.objectContaining({ code: "signed-heads-not-usable" }));
  });
});

it("sanctioned audit sign signs a record that is whole, and no other; audit verify --signers says so", async () => {
  await ran("first");
  const sign = () => sanctioned(["audit", "sign", record, "--key", ada.file]);
  expect((await sign()).stdout).toMatch(/audit\.jsonl: signed up to line 2, [0-9a-f]{64}, in \S+\.sigs\n$/);
  const signers = path.join(path.dirname(record), "signers");
  writeFileSync(signers, `ada ${ada.line}\n`);
  forged();
  const verify = await sanctioned(["audit", "verify", record, "--signers", signers]);
  expect([verify.code, verify.stdout]).toEqual([1, expect.stringContaining("ada signed at ")]);
  writeFileSync(record, readFileSync(record, "utf8").replace("forged", "changed"));
  expect((await sign()).stderr).toContain("[record-not-whole]");
});
