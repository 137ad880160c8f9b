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
const end: AuditEvent = { event: "run-end", outcomes: {} };

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
      problems: [],
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

  it("a line that was cut off is excused by the very next line, and by its own hash alone", () => {
    const torn = '{"v":1,';
    const recovered = (hash: string): AuditEvent => ({ event: "recovered", torn: hash });
    const right = record(["r", recovered(hashOf(torn))]);
    expect(problems(`${torn}\n${right}`)).toEqual([]);
    expect(problems(`${torn}\n${record(["r", recovered(hashOf("other"))])}`)).toMatchObject([{ line: 1 }]);
    expect(problems(`${torn}\n${record(["r", outcome])}`)).toMatchObject([{ line: 1 }]);
    expect(problems(`${torn}\n${torn}\n${right}`)).toMatchObject([{ line: 1 }]);
  });

  it("every head that is given must be in the record, that of an empty record too", () => {
    const text = record(["r", outcome], ["r", end]);
    const [first, second] = text.split("\n").map(hashOf);
    expect(problems(text, [NO_LINE, first!, second!])).toEqual([]);
    expect(verifyRecord(text, []).head).toBe(second);
    expect(problems(text, [first!, "f".repeat(64)])).toEqual([
      { line: 2, message: expect.stringContaining("(ffffffffffff…)") },
    ]);
  });
});
