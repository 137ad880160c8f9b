import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { declaredErrors, errorsMarkdown } from "../scripts/errorsPage.ts";
import { declareErrors, InconclusiveError, SettingsError, shownError, UserError } from "../src/errors.ts";

const SRC = path.resolve(import.meta.dirname, "../src");
const catalogue = await declaredErrors();

describe("each declared error", () => {
  it("has a code that no other has, of two words or more", () => {
    const codes = catalogue.map(({ code }) => code);
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
    for (const code of codes) expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
  });

  it("says what is wrong and what to do, in sentences", () => {
    for (const { code, text, remedy } of catalogue.filter(({ kind }) => kind !== "policy"))
      for (const sentence of [text, remedy]) expect(sentence, code).toMatch(/^\S.*[.}]$/s);
  });

  it("says a policy's problem in two clauses, which stand in one line", () => {
    for (const { code, text, remedy } of catalogue.filter(({ kind }) => kind === "policy"))
      for (const clause of [text, remedy]) expect(clause, code).toMatch(/^\S.*[^.;\s]$/);
  });

  it("has an example that fills its text", () => {
    for (const { shown, code } of catalogue) {
      expect(shown).not.toMatch(/[{}]/);
      expect(shown.endsWith(` [${code}]`)).toBe(true);
    }
  });

  it("is thrown in its room", () => {
    const rooms = Map.groupBy(catalogue, ({ room }) => room);
    for (const [room, errors] of rooms) {
      const code = globSync(`${SRC}/${room}/**/*.ts`)
        .filter((file) => path.basename(file) !== "errors.ts")
        .map((file) => readFileSync(file, "utf8"))
        .join("\n");
      expect(errors.filter(({ code: c }) => !code.includes(`"${c}"`)).map(({ code: c }) => c)).toEqual([]);
    }
  });
});

it("docs/errors.md is what the tables say (npm run reference)", () => {
  expect(readFileSync(path.join(SRC, "../docs/errors.md"), "utf8")).toBe(errorsMarkdown(catalogue));
});

describe("an error of a table", () => {
  const errors = declareErrors({
    "file-not-found": {
      kind: "settings",
      text: "{file} is not there.",
      remedy: "Name another with {option}.",
      example: { file: "a.yaml", option: "--out" },
    },
    "list-not-complete": {
      kind: "inconclusive",
      text: "the list is not complete.",
      remedy: "Run it again.",
      example: {},
    },
  });

  it("is of the class of its kind, with its code, its remedy and its cause", () => {
    const cause = new Error("disk");
    const error = errors["file-not-found"]({ file: "b.yaml", option: "--out", cause });
    expect(error).toBeInstanceOf(SettingsError);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: "file-not-found", remedy: "Name another with --out.", cause });
    expect(error.message).toBe("b.yaml is not there. Name another with --out.");
    expect(errors["list-not-complete"]()).toBeInstanceOf(InconclusiveError);
  });

  it("shows its verdict and its code at every door", () => {
    expect(shownError(errors["list-not-complete"]())).toBe(
      "Inconclusive: the list is not complete. Run it again. [list-not-complete]",
    );
  });

  it("makes what comes from outside safe to show, and takes out what looks like an access token", () => {
    const file = "\u001b[2J\n00D000000001942EAA!AQcanary.token \u202e{option}";
    const { message } = errors["file-not-found"]({ file, option: "--out" });
    expect(message).toBe("\\u{1b}[2J\\u{a}[token] \\u{202e}{option} is not there. Name another with --out.");
  });

  it("needs every value that its text names", () => {
    // @ts-expect-error: the option is missing
    expect(() => errors["file-not-found"]({ file: "a" })).toThrow(/lacks its option/);
  });
});
