import { describe, expect, it } from "vitest";
import { commandsOf, faultOf, ourCommandsIn } from "../../scripts/docs/commandLine.ts";
import { PAGES, readPage } from "../../scripts/docs/page.ts";

const SAID = PAGES.map(readPage).flatMap(({ file, blocks, inline }) =>
  [...blocks, ...inline].flatMap(({ text, line }) =>
    ourCommandsIn(text).map((args) => ({ where: `${file}:${line}`, args })),
  ),
);

it("each command of ours that a page says is one that the program takes: its verb, its flags and their values", async () => {
  expect(SAID.length).toBeGreaterThan(150);
  const faults: string[] = [];
  for (const { where, args } of SAID) {
    const fault = await faultOf(args);
    if (fault !== null) faults.push(`${where}: sanctioned ${args.join(" ")}: ${fault}`);
  }
  expect(faults).toEqual([]);
});

describe("a command line that is wrong is found", () => {
  it.each([
    ["npx sanctioned lst", "unknown command 'lst'"],
    ["npx sanctioned plan --plicy x", "unknown option '--plicy'"],
    ["npx --no sanctioned list --format xml", "Allowed choices are table, json, csv"],
    ["sanctioned audit sgn --key k", "unknown command 'sgn'"],
    ["npx sanctioned simulator authorize --user u", "required option '--app <name>' not specified"],
    ["A=1 B=2 npx sanctioned plan --out", "option '--out <file>' argument missing"],
    ["npm ci && npx sanctioned validate --nope", "unknown option '--nope'"],
    ["(cd ../base && npx sanctioned explain a b c)", "too many arguments"],
  ])("%s", async (line, fault) => {
    const [args] = ourCommandsIn(line);
    expect(await faultOf(args!)).toContain(fault);
  });
});

it("a verb may be named without what it takes", async () => {
  expect(await faultOf(["comment"])).toBeNull();
  expect(await faultOf(["audit", "sign"])).toBeNull();
});

it("lines that go on, settings, comments and files are no words of a command", () => {
  expect(
    commandsOf("A=1 \\\n  npx x --y 'a b' > out.txt # why\necho * | tee f; (cd ../z && node \"$P/q.js\")"),
  ).toEqual([
    ["npx", "x", "--y", "a b"],
    ["echo", "*"],
    ["tee", "f"],
    ["cd", "../z"],
    ["node", "$P/q.js"],
  ]);
});
