import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printable } from "../src/printable.ts";
import { shellCommand, shellWord } from "../src/shell.ts";

/** What bash takes a command's words for. */
function wordsOf(command: string): string[] {
  const env = { PATH: process.env.PATH!, LC_ALL: "C.UTF-8" };
  const out = execFileSync("bash", ["--norc", "-c", `words() { printf '%s\\0' "$@"; }; words ${command}`], {
    encoding: "utf8",
    env,
  });
  return out.split("\0").slice(0, -1);
}

const HOSTILE = [
  "Slack",
  "Bob's Lead Scoring Tool",
  "$(rm -rf /)",
  "`id`; id & id | id > x",
  "",
  "-n",
  "--yes",
  "=ls",
  "~root",
  "*",
  "a\nb\tc",
  "\u001b[31mred",
  "right\u202eleft",
  "##vso[task]",
  "::error::no",
  "\\u{1b}'\\",
  "cafe\u0301, café, 名前, 🙂, !x",
  "$'x'",
];

describe("a word for a shell", () => {
  it("is read back as it was, and shows nothing that is not seen", () => {
    const command = shellCommand(HOSTILE);
    expect(wordsOf(command)).toEqual(HOSTILE);
    for (const text of HOSTILE) expect(printable(`-a ${shellWord(text)}`)).toBe(`-a ${shellWord(text)}`);
  });

  it("whatever it holds", () => {
    const texts = fc
      .sample(fc.string({ unit: "grapheme", maxLength: 20 }), 300)
      .map((text) => text.replaceAll("\0", ""));
    expect(wordsOf(shellCommand(texts))).toEqual(texts);
  });

  it("is left as it is where no shell reads more into it", () => {
    expect(shellCommand(["npx", "sanctioned", "list", "--app", "Slack"], { REASON: "" })).toBe(
      "REASON='' npx sanctioned list --app Slack",
    );
  });
});
