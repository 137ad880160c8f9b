import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeUnseen, printable, shownJson } from "../src/printable.ts";

/** The planes that Unicode has put something into; all others are alike. */
const PLANES = [0, 1, 0xe].map((plane) => plane * 0x10000);
const everyCharacter = (kind: RegExp) =>
  PLANES.flatMap((from) => Array.from({ length: 0x10000 }, (_, n) => String.fromCodePoint(from + n))).filter(
    (one) => kind.test(one),
  );
const escapeOf = (character: string) => `\\u{${character.codePointAt(0)!.toString(16)}}`;
/** Names out of what can be mistaken or obeyed, beside any others. */
const names = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(..." :#<{%\\u}200b[]a\u200b\u00a0\u0301\n\u202eé\u212a\ud800\u{e0041}".split("")),
      { maxLength: 12 },
    )
    .map((parts) => parts.join("")),
);

describe("whatever a reader does not see is shown as what it is", () => {
  it.each([
    ["what Unicode lets be left out", /\p{Default_Ignorable_Code_Point}/u],
    ["controls, marks of order, surrogates, private and unassigned signs", /\p{C}/u],
    ["separators of lines and paragraphs", /[\p{Zl}\p{Zp}]/u],
    ["every blank but the space", /(?! )\p{Zs}/u],
  ])("%s", (_, kind) => {
    const characters = everyCharacter(kind);
    expect(characters.length).toBeGreaterThan(1);
    const wrong = characters.filter((one) => printable(`a${one}b`) !== `a${escapeOf(one)}b`);
    expect(wrong.map(escapeOf)).toEqual([]);
  });

  it.each([
    ["a blank of Braille", "Slack\u2800", "Slack\\u{2800}"],
    ["a filler of Hangul", "Slack\u3164", "Slack\\u{3164}"],
    ["a blank of hieroglyphs", "Slack\u{13441}", "Slack\\u{13441}"],
    ["a selector of variants", "⚠\ufe0f", "⚠\\u{fe0f}"],
    ["é of two characters", "Cafe\u0301", "Cafe\\u{301}"],
    ["the sign of Kelvin", "Slac\u212a", "Slac\\u{212a}"],
    ["a syllable of Hangul in parts", "\u1100\u1161\u11a8", "\u1100\\u{1161}\\u{11a8}"],
  ])("%s", (_, name, shown) => {
    expect(printable(name)).toBe(shown);
  });

  it.each(["Slack", ": x", "Café 日本語 ไทย", "a::b", "C# #1", "q̇ắ", "🙂", "x\\u", "{%", "2 < 3 {"])(
    "but %s is shown as it is",
    (name) => {
      expect(printable(name)).toBe(name);
    },
  );
});

describe("no text is obeyed", () => {
  it.each([
    ["::error::x", "\\u{3a}:error::x"],
    ["  ::add-mask::Slack", "  \\u{3a}:add-mask::Slack"],
    [":::", "\\u{3a}::"],
    ["\u00a0::error::x", "\\u{a0}::error::x"],
    ["\t::error::x", "\\u{9}::error::x"],
    ["x\n::error::x", "x\\u{a}::error::x"],
    ["##[stop-commands]t", "\\u{23}#[stop-commands]t"],
    ["a###vso[b", "a\\u{23}\\u{23}#vso[b"],
    ["<{%fg 1%}>", "\\u{3c}{%fg 1%}>"],
    ["Slack<{%", "Slack\\u{3c}{%"],
  ])("%j is shown as %s", (name, shown) => {
    expect(printable(name)).toBe(shown);
  });
});

describe("texts that differ are shown differently", () => {
  it("for any two: what was shown can be read back", () => {
    const readBack = (shown: string) =>
      shown.replace(/\\u\{([0-9a-f]+)\}/g, (_, code: string) =>
        String.fromCodePoint(Number.parseInt(code, 16)),
      );
    fc.assert(fc.property(names, (name) => readBack(printable(name)) === name));
  });

  it("a name that spells an escape is not the name that is escaped", () => {
    expect(printable("zw\\u{200b}@x")).toBe("zw\\u{5c}u{200b}@x");
    expect(printable("zw\u200b@x")).toBe("zw\\u{200b}@x");
  });
});

describe("in JSON", () => {
  it("the value stays the same, on the same lines, with nothing hidden or obeyed in it", () => {
    fc.assert(
      fc.property(fc.dictionary(names, names), (value) => {
        const text = shownJson(JSON.stringify(value, null, 2));
        expect(JSON.parse(text)).toEqual(value);
        expect(text.split("\n")).toHaveLength(JSON.stringify(value, null, 2).split("\n").length);
        expect(escapeUnseen(text, () => "!")).toBe(text);
        expect(text).not.toContain("##");
      }),
    );
  });
});

it("the table of this file is itself without what it warns of", () => {
  const text = readFileSync(new URL(import.meta.url), "utf8");
  expect(text.match(/\p{Cf}/u)).toBeNull();
});
