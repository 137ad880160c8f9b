import { describe, expect, it } from "vitest";
import { parseSource } from "../../src/policy/document.ts";
import { formatProblem } from "../../src/policy/problem.ts";

const head = "version: 1\nunlisted: report\n";

function problems(text: string): string[] {
  const result = parseSource(text, "p.yaml");
  return "problems" in result ? result.problems.map((problem) => formatProblem(problem).split("\n")[0]!) : [];
}

describe("YAML that a reviewer could misread is refused where it stands", () => {
  it.each([
    [
      "an anchor",
      "a: &x [1]",
      "1:4: anchors and aliases are not part of the policy language; write the value out [anchor-not-allowed]",
    ],
    [
      "an alias",
      "a: *x",
      "1:4: anchors and aliases are not part of the policy language; write the value out [anchor-not-allowed]",
    ],
    [
      "an anchor of a key",
      "&x a: 1",
      "1:1: anchors and aliases are not part of the policy language; write the value out [anchor-not-allowed]",
    ],
    [
      "a merge key",
      "<<: { a: 1 }",
      "1:1: merge keys are not part of the policy language; write the values out [merge-key-not-allowed]",
    ],
    [
      "a tag of its own",
      "a: !secret x",
      "1:4: YAML tags (here !secret) are not part of the policy language; remove the tag, and quote what is meant as text [tag-not-allowed]",
    ],
    [
      "a tag of YAML's",
      "a: !!set {b, c}",
      "1:4: YAML tags (here !!set) are not part of the policy language; remove the tag, and quote what is meant as text [tag-not-allowed]",
    ],
    [
      "a YAML 1.1 directive",
      "%YAML 1.1\n---\na: no",
      "1:1: directives are not part of the policy language; remove the line [directive-not-allowed]",
    ],
    [
      "a key that stands twice",
      "a: 1\nb: 2\na: 3",
      '3:1: the key "a" is here twice, first in line 1; keep one of the two [key-twice]',
    ],
    [
      "a key that stands twice, written in two ways",
      'a: 1\n"a": 2',
      '2:1: the key "a" is here twice, first in line 1; keep one of the two [key-twice]',
    ],
    [
      "a second document",
      "a: 1\n---\nb: 2",
      "2:1: there is more than one YAML document; keep one policy in each file, without `---` between parts [several-documents]",
    ],
    [
      "a key that is a list",
      "[a]: 1",
      "1:1: this is not valid YAML: With stringKeys, all keys must be strings; write the key as plain text [yaml-not-valid]",
    ],
  ])("%s", (_name, text, expected) => {
    expect(problems(text)).toEqual([`p.yaml:${expected}`]);
  });

  it("but not the same characters in text and comments", () => {
    expect(problems('a: fish & chips *\nb: "&x *y !z" # &x *y !z\nc: |\n  &x *y\n  %YAML 1.1\n')).toEqual([]);
  });
});

describe("text that is no YAML is one clear problem, never a crash", () => {
  it.each([
    [
      "a tab as indentation",
      "a:\n\tb: 1",
      "2:1: this is not valid YAML: Tabs are not allowed as indentation; indent with spaces [yaml-not-valid]",
    ],
    [
      "an unclosed quote",
      'a: "x\n',
      '2:1: this is not valid YAML: Missing closing "quote; fix it here [yaml-not-valid]',
    ],
    [
      "two values on a line",
      "a: b: c",
      "1:4: this is not valid YAML: Nested mappings are not allowed in compact mappings; fix it here [yaml-not-valid]",
    ],
    ["an empty file", "", "1:1: the policy is empty; begin with `version: 1` [policy-empty]"],
    ["comments alone", "# nothing\n", "1:1: the policy is empty; begin with `version: 1` [policy-empty]"],
    [
      "a document without a value",
      "---\n",
      "1:1: the policy is empty; begin with `version: 1` [policy-empty]",
    ],
    [
      "more than 1 MiB",
      "#".repeat(1024 * 1024 + 1),
      "1:1: the policy is larger than 1 MiB; keep it to what people can review [policy-too-large]",
    ],
  ])("%s", (_name, text, expected) => {
    expect(problems(text)).toEqual([`p.yaml:${expected}`]);
  });

  it("32 levels are read, 33 are refused", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(problems(nested(32))).toEqual([]);
    expect(problems(nested(33))).toEqual([
      "p.yaml:1:34: the policy is nested deeper than 32 levels; a policy needs no more than a few [nested-too-deep]",
    ]);
  });

  it.each([
    ["brackets", "[".repeat(1_000_000)],
    ["brackets after others in a comment", `#${"]".repeat(400_000)}\n${"[".repeat(400_000)}`],
    ["maps in brackets", "{a: ".repeat(200_000)],
    ["list marks", "- ".repeat(500_000)],
    ["key marks", "? ".repeat(300_000)],
    ["indentation", Array.from({ length: 1400 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
  ])("nesting that would exhaust the stack: %s", (_name, text) => {
    expect(problems(text)).toEqual([expect.stringContaining("the policy is nested deeper than 32 levels")]);
  });

  it.each([
    ["documents", "---\n".repeat(200_000), "there is more than one YAML document"],
    [
      "aliases that multiply",
      Array.from({ length: 30 }, (_, i) => `a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`).join("\n"),
      "anchors and aliases",
    ],
  ])("a great many %s", (_name, text, expected) => {
    expect(problems(text)[0]).toContain(expected);
  });

  it("a great many keys take time in proportion", () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `key${i}: 1`).join("\n");
    expect(problems(text)).toEqual([]);
    expect(problems(`${text}\nkey7: 2`)).toEqual([
      'p.yaml:50001:1: the key "key7" is here twice, first in line 8; keep one of the two [key-twice]',
    ]);
  });
});

describe("places and values", () => {
  function source(text: string) {
    const result = parseSource(text, "p.yaml");
    if ("problems" in result) throw new Error(problems(text).join("\n"));
    return result.source;
  }

  it("words of YAML 1.1 such as no, yes and 12:30 are text", () => {
    expect(source("a: [no, yes, off, 12:30, 2026-01-01]").data).toEqual({
      a: ["no", "yes", "off", "12:30", "2026-01-01"],
    });
  });

  it("a key such as __proto__ is data and nothing more", () => {
    const { data } = source("__proto__: { polluted: 1 }");
    expect(Object.keys(data as object)).toEqual(["__proto__"]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("a value, a key and a list item have their place, with Windows line ends too", () => {
    for (const text of [
      `${head}apps:\n  - name: x\n`,
      `${head}apps:\n  - name: x\n`.replaceAll("\n", "\r\n"),
    ]) {
      const { position, keyPosition } = source(text);
      expect(position(["apps", 0, "name"])).toEqual({ file: "p.yaml", line: 4, column: 11 });
      expect(keyPosition(["apps", 0, "name"])).toEqual({ file: "p.yaml", line: 4, column: 5 });
      expect(position(["apps", 0])).toEqual({ file: "p.yaml", line: 4, column: 5 });
    }
  });

  it("what is not there has the place of what is around it; an empty value that of its key", () => {
    const { position, keyPosition } = source(`${head}org:\napps:\n  - name: x\n`);
    expect(position(["apps", 0, "users", "profiles", 3])).toEqual({ file: "p.yaml", line: 5, column: 5 });
    expect(keyPosition(["apps", 7])).toEqual({ file: "p.yaml", line: 5, column: 3 });
    expect(position(["org"])).toEqual({ file: "p.yaml", line: 3, column: 1 });
  });

  it("a number keeps the text that it was written as", () => {
    expect(source("a: 00E0000").written(["a"])).toBe("00E0000");
  });
});

describe("what nobody sees is refused where it stands, and said by its code", () => {
  it.each([
    ["a null byte in a comment", "# a\0b", "3:4", "U+0000", "\\u0000"],
    ["a control character in a name", 'a: "x\u001b[2K"', "3:6", "U+001B", "\\u001b"],
    ["a carriage return that ends no line", "# a\runlisted: report", "3:4", "U+000D", "\\u000d"],
    ["a mark that turns text around", "a: x\u202eb", "3:5", "U+202E", "\\u202e"],
    ["one that isolates it, in a comment", "# \u2066", "3:3", "U+2066", "\\u2066"],
    ["a zero-width space in a name", "a: Sl\u200back", "3:6", "U+200B", "\\u200b"],
    ["a filler", "a: Slack\u3164", "3:9", "U+3164", "\\u3164"],
    ["a selector of variants", "a: Slack\ufe0f", "3:9", "U+FE0F", "\\ufe0f"],
    ["a blank of Braille", "a: Slack\u2800", "3:9", "U+2800", "\\u2800"],
    ["a tag beyond the first plane", "a: x\u{e0041}", "3:5", "U+E0041", "\\U000e0041"],
    ["a separator of lines", "a: x\u2028b: y", "3:5", "U+2028", "\\u2028"],
    ["a mark of byte order within", "a: \ufeffx", "3:4", "U+FEFF", "\\ufeff"],
  ])("%s", (_rule, text, place, character, escaped) => {
    expect(problems(head + text)).toEqual([
      `p.yaml:${place}: here is ${character}, which nobody sees or which changes how others are shown; remove it; where a name has it, write the name in double quotes and the character as ${escaped} [character-not-seen]`,
    ]);
  });

  it("but a tab, a line's end of Windows and a picture in a comment are seen", () => {
    expect(problems(`${head}a: x\t# \u26a0\ufe0f for Zo\u00eb\r\nb: y\r\n`)).toEqual([]);
  });

  it("and a name can have it as an escape, which is seen", () => {
    const result = parseSource(`${head}a: "x\\u202e\\0"\n`, "p.yaml");
    expect("source" in result && result.source.data).toMatchObject({ a: "x\u202e\0" });
  });

  it("is said of a thousand lines at most", () => {
    expect(problems("\0\n".repeat(5000))).toHaveLength(1000);
  });
});
