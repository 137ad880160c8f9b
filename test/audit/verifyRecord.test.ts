import { describe, expect, it } from "vitest";
import { type AuditEvent, hashOf, NO_LINE } from "../../src/audit/line.ts";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";

const outcome: AuditEvent = {
  event: "outcome",
  user: { id: "005000000000001AAA", username: "a" },
  app: { id: null, name: "A" },
  status: "revoked",
  reason: "",
};
const revoking = (call: number): AuditEvent => ({
  event: "revoking",
  call,
  user: { id: "005000000000001AAA", username: "a" },
  app: { id: null, name: "A" },
  granted: [null],
  code: "app-not-listed",
  policy: { file: "p.yaml", line: 1 },
  through: "delete-token",
});
const answered = (call: number): AuditEvent => ({ event: "answered", call, answer: "accepted", reason: "" });
const end: AuditEvent = { event: "run-end", outcomes: {}, stopped: null };

const start: AuditEvent = {
  event: "run-start",
  org: { id: "00D000000000001AAA", name: "Acme" },
  actor: { userId: "005000000000002AAA", username: "auditor", ci: null },
  policy: null,
  plan: "",
  revocations: 1,
  reason: null,
  raisedLimits: null,
  approval: null,
  before: null,
};

/** A record of these events, each in a run, with whatever is to be otherwise in a line. */
function record(...events: [run: string, event: AuditEvent, otherwise?: object][]): string {
  let prev = NO_LINE;
  return events
    .map(([run, event, otherwise], i) => {
      const line = JSON.stringify({ v: 1, seq: i + 1, at: "", run, ...event, prev, ...otherwise });
      prev = hashOf(line);
      return `${line}\n`;
    })
    .join("");
}
const problems = (text: string, heads: string[] = []) => verifyRecord(text, heads).problems;

describe("the verification of a record", () => {
  it("of an empty record finds nothing, and the head of no line", () => {
    expect(verifyRecord("", [])).toEqual({
      lines: 0,
      runs: 0,
      unanswered: 0,
      unfinished: 0,
      stopped: [],
      problems: [],
      notes: [],
      given: null,
      added: null,
      head: NO_LINE,
    });
  });

  it("calls are answered in their own run alone", () => {
    const text = record(
      ["r1", revoking(1)],
      ["r2", revoking(1)],
      ["r2", revoking(2)],
      ["r1", answered(1)],
      ["r1", end],
    );
    expect(verifyRecord(text, [])).toMatchObject({ runs: 2, unanswered: 2, unfinished: 1, problems: [] });
  });

  it.each<[string, object]>([
    ["another version of the format", { v: 2 }],
    ["a number that is none", { seq: "1" }],
    ["no hash of the line before", { prev: undefined }],
    ["no event", { event: undefined }],
    ["no run", { run: 7 }],
  ])("a line with %s is not a line of a record", (_case, otherwise) => {
    expect(problems(record(["r", outcome, otherwise]))).toEqual([
      { line: 1, message: "is not a line of a record" },
    ]);
  });

  it.each(["null", "7", '"text"', "[]", "", "{"])("%j is not a line of a record", (line) => {
    expect(problems(`${line}\n`)).toMatchObject([{ line: 1 }]);
  });

  it("a cut in the middle of a line shows, even without a head to hold it against", () => {
    const text = record(["r", outcome], ["r", end]);
    expect(problems(text.slice(0, -5))).toEqual([{ line: 2, message: expect.stringMatching(/^is cut off/) }]);
    expect(problems(text.slice(0, -1))).toEqual([{ line: 2, message: expect.stringMatching(/^is cut off/) }]);
  });

  it("says at which line the chain breaks, by its hash and by its number", () => {
    const text = record(
      ["r", outcome],
      ["r", outcome, { prev: NO_LINE }],
      ["r", outcome, { seq: 4 }],
      ["r", end, { seq: 5 }],
    );
    expect(problems(text)).toEqual([
      { line: 2, message: expect.stringMatching(/^does not follow/) },
      { line: 3, message: "has number 4 in place of 3" },
    ]);
  });

  it("what was cut off is excused by the very next line, and by its own hash alone, however many lines it tore", () => {
    const torn = '{"v":1,';
    const recovered = (hash: string): AuditEvent => ({ event: "recovered", torn: hash });
    const right = record(["r", recovered(hashOf(torn))]);
    expect(problems(`${torn}\n${right}`)).toEqual([]);
    expect(problems(`${torn}\n${record(["r", recovered(hashOf("other"))])}`)).toMatchObject([{ line: 1 }]);
    expect(problems(`${torn}\n${record(["r", outcome])}`)).toMatchObject([{ line: 1 }]);
    expect(problems(`${torn}\n${torn}\n${right}`)).toMatchObject([{ line: 1 }, { line: 2 }]);
    expect(problems(`${torn}\n${torn}\n${record(["r", recovered(hashOf(`${torn}\n${torn}`))])}`)).toEqual([]);
    expect(problems(`\n\n${record(["r", recovered(hashOf("\n"))])}`)).toEqual([]);
  });

  it("so many problems are told, and no more", () => {
    expect(problems("x\n".repeat(1_000))).toHaveLength(101);
  });

  it("a run has no line after its end", () => {
    expect(problems(record(["r", start], ["r", end], ["r", outcome]))).toEqual([
      { line: 3, message: "is of the run r, which had ended with line 2" },
    ]);
  });

  it("says why runs were stopped; records of older releases do not know it", () => {
    const stopped: AuditEvent = { event: "run-end", outcomes: {}, stopped: "somebody said so" };
    const text = record(["r", end], ["s", stopped], ["t", end, { stopped: undefined }]);
    expect(verifyRecord(text, []).stopped).toEqual(["somebody said so"]);
  });

  it("says where a run found the record without the head that should have been there", () => {
    const found = (where: "last" | "not there"): AuditEvent => ({
      ...start,
      before: { head: "f".repeat(64), found: where },
    });
    const text = record(
      ["r", found("last")],
      ["r", end],
      ["s", { event: "head-missing" }],
      ["s", found("not there")],
    );
    expect(verifyRecord(text, [])).toMatchObject({
      problems: [],
      notes: [
        expect.stringMatching(/^line 3: FILE\.head was missing then/),
        expect.stringMatching(/^line 4: the run before had ended with ffffffffffff…, which was not there/),
      ],
    });
  });
});

describe("a record that is held against the head that the tool kept", () => {
  const base: [string, AuditEvent][] = [
    ["r", start],
    ["r", revoking(1)],
    ["r", answered(1)],
    ["r", outcome],
    ["r", end],
  ];
  /** The record with more lines, and what is said of it by the hash of its line `kept`. */
  const behind = (kept: number, ...more: [string, AuditEvent][]) => {
    const text = record(...base, ...more);
    const { problems: wrong, notes } = verifyRecord(text, [
      kept === 0 ? NO_LINE : hashOf(text.split("\n")[kept - 1]!),
    ]);
    return wrong.length > 0 ? wrong.map(({ line }) => line) : notes.length;
  };

  it("has to hold it", () => {
    const text = record(...base);
    const { problems: wrong, head } = verifyRecord(text, ["f".repeat(64)]);
    expect(wrong).toEqual([{ line: 5, message: expect.stringContaining("(ffffffffffff…)") }]);
    expect(head).toBe(hashOf(text.split("\n")[4]!));
    expect(verifyRecord(text, [head])).toMatchObject({ problems: [], notes: [] });
  });

  it.each<[string, number, [string, AuditEvent][]]>([
    ["the end of its run alone", 4, []],
    [
      "lines of a run that has not ended",
      6,
      [
        ["s", start],
        ["s", revoking(1)],
        ["s", answered(1)],
      ],
    ],
    ["the beginning of a run", 5, [["s", start]]],
    [
      "the beginning of a run that found torn lines",
      5,
      [
        ["s", { event: "recovered", torn: "" }],
        ["s", start],
      ],
    ],
  ])("is as a crash leaves it with %s behind it, and that is said", (_case, kept, more) => {
    expect(behind(kept, ...more)).toBe(1);
  });

  it.each<[string, number, [string, AuditEvent][]]>([
    ["a line of a run that had ended", 5, [["r", outcome]]],
    ["a line of no run", 5, [["s", outcome]]],
    [
      "the end of a run that never began",
      5,
      [
        ["s", end],
        ["s", end],
      ],
    ],
    [
      "a whole run",
      5,
      [
        ["s", start],
        ["s", revoking(1)],
        ["s", answered(1)],
        ["s", outcome],
        ["s", end],
      ],
    ],
    [
      "lines of two runs",
      5,
      [
        ["s", start],
        ["t", start],
      ],
    ],
    ["more than the end of its run", 3, []],
  ])("is not as a crash leaves it with %s behind it", (_case, kept, more) => {
    expect(behind(kept, ...more)).toContain(kept + 1);
  });
});

describe("a record that is held against a head that somebody kept", () => {
  const text = record(
    ["r", start],
    ["r", end],
    ["s", { ...start, reason: "HR-81" }],
    ["s", outcome],
    ["s", end],
  );
  const hashes = text.split("\n").map(hashOf);
  const held = (given: string, record = text) => verifyRecord(record, [], given);

  it("ends with it, by its first digits too", () => {
    expect(held(hashes[4]!)).toMatchObject({ problems: [], given: "last", added: null });
    expect(held(hashes[4]!.slice(0, 8))).toMatchObject({ problems: [], given: "last", added: null });
  });

  it("says what came after it, by whom and why", () => {
    expect(held(hashes[1]!.slice(0, 12))).toMatchObject({
      problems: [],
      given: "earlier",
      added: {
        after: 2,
        lines: 3,
        runs: [{ run: "s", lines: 3, actor: "auditor", reason: "HR-81", isEnded: true, isPlausible: true }],
      },
    });
    expect(held(NO_LINE).added).toMatchObject({ after: 0, lines: 5, runs: [{ run: "r" }, { run: "s" }] });
  });

  it("tells lines that no run can have written there from runs that began later", () => {
    const forged = record(["r", start], ["r", end], ["r", outcome], ["t", outcome], ["s", start]);
    const { added } = held(hashes[1]!, forged);
    expect(added!.runs.map(({ run, isPlausible }) => [run, isPlausible])).toEqual([
      ["r", false],
      ["t", false],
      ["s", true],
    ]);
  });

  it("does not hold one that was cut off, and says so", () => {
    expect(held("ffffffff")).toMatchObject({
      given: "not there",
      added: null,
      problems: [{ line: 5, message: expect.stringContaining("(ffffffff): its end was cut off or changed") }],
    });
  });

  it("digits that more than one line has say nothing", () => {
    expect(held("")).toMatchObject({
      given: "ambiguous",
      added: null,
      problems: [{ message: expect.stringContaining("give more of its digits") }],
    });
  });
});
