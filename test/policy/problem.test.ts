import { describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import { formatProblem, formatProblems, PolicyError, type Problem } from "../../src/policy/problem.ts";

const problem: Problem = {
  code: "unknown-key",
  text: 'unknown key "usrs" in apps[1]',
  remedy: 'did you mean "users"?',
  file: "policy/acme.yaml",
  line: 12,
  column: 5,
  sourceLine: "    usrs: { profiles: [Sales User] }",
};

describe("a problem", () => {
  it("shows its place, its line and a caret", () => {
    expect(
      formatProblem(problem),
    ).toBe(`policy/acme.yaml:12:5: unknown key "usrs" in apps[1]; did you mean "users"? [unknown-key]
    12 |     usrs: { profiles: [Sales User] }
       |     ^`);
  });

  it("keeps the caret in place after a tab and after characters that are not shown as they are", () => {
    const [, line, caret] = formatProblem({ ...problem, sourceLine: "\ta\u001b: 1", column: 4 }).split("\n");
    expect(line).toBe("    12 |  a\\u{1b}: 1");
    expect(caret?.indexOf("^")).toBe(line?.indexOf(": 1"));
  });

  it("of a very long line shows the part that it is about, and the caret under it", () => {
    const sourceLine = `${"x".repeat(98_999)}usrs${"y".repeat(1_000)}`;
    const text = formatProblem({ ...problem, sourceLine, column: 99_000 });
    expect(text.length).toBeLessThan(400);
    const [, line, caret] = text.split("\n");
    expect(line).toMatch(/ \| …x{60}usrsy+…$/);
    expect(caret?.indexOf("^")).toBe(line?.indexOf("usrs"));
  });

  it("of an inline policy has neither line nor caret", () => {
    expect(
      formatProblem({
        ...problem,
        file: "inline policy at apps[1].usrs",
        line: 0,
        column: 0,
        sourceLine: "",
      }),
    ).toBe(
      'inline policy at apps[1].usrs: unknown key "usrs" in apps[1]; did you mean "users"? [unknown-key]',
    );
  });
});

describe("many problems", () => {
  it("stand in the order of the file", () => {
    const text = formatProblems([
      { ...problem, line: 3 },
      { ...problem, column: 9 },
      { ...problem, column: 2 },
    ]);
    expect(text.match(/acme\.yaml:\d+:\d+/g)).toEqual(["acme.yaml:3:5", "acme.yaml:12:2", "acme.yaml:12:9"]);
  });

  it("are cut at a hundred, with the count of the rest", () => {
    const lines = (count: number) =>
      formatProblems(Array.from({ length: count }, (_, i) => ({ ...problem, line: i + 1 }))).split("\n");
    expect(lines(100).at(-1)).toContain("^");
    expect(lines(101).at(-1)).toBe("… and 1 more problem");
  });

  it("in one long line show it once, and in a short one each with its caret", () => {
    const shown = (sourceLine: string) =>
      formatProblems([1, 2, 3].map((column) => ({ ...problem, column, sourceLine })))
        .split("\n")
        .filter((line) => line.startsWith("    12 | ")).length;
    expect([shown("x".repeat(121)), shown("x".repeat(120))]).toEqual([1, 3]);
  });

  it("are one error that the user can fix", () => {
    const error = new PolicyError([problem]);
    expect(error).toBeInstanceOf(UserError);
    expect(error.code).toBe("policy-with-problems");
    expect(error.message).toBe(
      `${formatProblem(problem)}\nThe policy has 1 problem. Fix what is listed; \`npx sanctioned validate\` checks it again, with \`--look-up\` against the org too.`,
    );
    expect(new PolicyError([problem, problem]).message).toContain("The policy has 2 problems.");
    expect(error.problems).toEqual([problem]);
  });
});
