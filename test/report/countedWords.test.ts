import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { render } from "../../src/report/formats/formats.ts";
import { connectedUsers } from "../../src/report/list/connectedUsers.ts";
import { listText } from "../../src/report/list/listFormats.ts";
import { COUNTED_NOTE } from "../../src/report/words.ts";
import { inventoryOf } from "../inventories.ts";
import { someReport } from "./someReport.ts";

const ROOT = path.join(import.meta.dirname, "../..");

function textsBelow(folder: string, ending: string): [file: string, text: string][] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.endsWith(".generated.ts"))
    .map((file) => [path.join(folder, file), readFileSync(path.join(ROOT, folder, file), "utf8")]);
}

/** What a reader could take for more than the grants that were counted. */
const TOO_MUCH =
  /\b(?:every|all|any) (?:OAuth )?access(?:es)?\b|\b(?:everyone|everybody|all who) (?:with|has|have) access\b|\ball connected users\b|\bcomplete list\b(?!\s(?:of grants|cannot|still|too))|\bno connected users\b/gi;

describe("what was counted is said to be that, and no more", () => {
  it("in the words of the tool and of its pages", () => {
    const said = [...textsBelow("src", ".ts"), ...textsBelow("docs", ".md")]
      .concat([["README.md", readFileSync(path.join(ROOT, "README.md"), "utf8")]])
      .flatMap(([file, text]) =>
        [...text.matchAll(TOO_MUCH)].flatMap(({ 0: words, index }) =>
          // The law that forbids the words has to name them, and a sentence may deny them.
          /(?:never|and not|not)\s+"?$/.test(text.slice(Math.max(0, index - 12), index))
            ? []
            : `${file}: ${words}`,
        ),
      );
    expect(said).toEqual([]);
  });

  it("beside each number of grants, in every format for people", () => {
    for (const format of ["text", "markdown", "html"] as const)
      expect(render(someReport(), format, { version: "1.2.3" }).output).toContain(COUNTED_NOTE);
    const empty = inventoryOf({});
    const text = listText(connectedUsers(empty, {}), empty);
    expect(text).toContain(COUNTED_NOTE);
    expect(text).toContain("No grant was counted.");
  });
});
