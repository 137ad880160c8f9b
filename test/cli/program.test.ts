import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { program } from "../../src/cli/program.ts";
import { referenceMarkdown } from "../../src/cli/reference.ts";
import { verbsOf } from "../../src/cli/verbTree.ts";
import { sanctioned } from "./run.ts";

const VERBS = verbsOf(program());

/** What `--help` says of a verb. */
function help(path: string): string {
  let text = "";
  const { command } = verbsOf(program()).find((verb) => verb.path === path)!;
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  return text;
}

describe.each(VERBS.map(({ path, ...verb }) => ({ path, ...verb })))(
  "sanctioned $path",
  ({ path, command, options }) => {
    it("says what it does, and each of its options", () => {
      expect(command.description()).not.toBe("");
      for (const { flags, description } of options) expect(description, flags).not.toBe("");
    });

    it("has examples in its help, with verbs and options that there are", () => {
      const examples = [...help(path).matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line!);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        const [, words] = /\bsanctioned (.*)$/.exec(example)!;
        const named = VERBS.filter((verb) => verb.path !== "" && `${words} `.startsWith(`${verb.path} `)).at(
          -1,
        );
        expect(named, example).toBeDefined();
        for (const [flag] of words!.matchAll(/--[a-z-]+/g))
          expect(
            named!.options.map(({ long }) => long),
            example,
          ).toContain(flag);
      }
    });
  },
);

it("a flag means the same in every verb that has it", () => {
  const flags = new Map<string, string>();
  for (const { path, options } of VERBS)
    for (const option of options) {
      // What is one file for one org is a folder of them for a fleet.
      const own = option.flags.replace("<folder>", "<file>");
      // Where a pull request is, it says which; where a branch is made for one, it opens it.
      if (own === "--pull-request") continue;
      const known = flags.get(option.long!) ?? own;
      expect(own, `${path} ${option.long}`).toBe(known);
      flags.set(option.long!, known);
    }
});

it("the reference is what the verbs say; `npm run reference` writes it", () => {
  expect(readFileSync("docs/reference.md", "utf8")).toBe(referenceMarkdown(program()));
});

describe("a mistake on the command line is one line and exit code 1", () => {
  it.each<[mistake: string, args: string[], message: RegExp]>([
    [
      "a verb that is none, with the nearest",
      ["lst"],
      /^The command line is not valid: unknown command 'lst' \(Did you mean list\?\)\. `npx sanctioned --help` .*\./,
    ],
    [
      "an option that is none, with the nearest",
      ["plan", "--plicy", "x"],
      /unknown option '--plicy' \(Did you mean --policy\?\)\. `npx sanctioned plan --help` shows what it takes\./,
    ],
    [
      "a value that is none, with the nearest",
      ["report", "--format", "htm"],
      /Allowed choices are text, .* github \(Did you mean html\?\)\./,
    ],
  ])("%s", async (_, args, message) => {
    const { code, stdout, stderr } = await sanctioned(args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.endsWith(" [command-line-not-valid]\n")).toBe(true);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

describe("--org and --stack", () => {
  const OF_ONE_ORG =
    "init validate list review allow deny exempt protect plan explain approve report baseline revoke watch doctor probe".split(
      " ",
    );
  const others = VERBS.filter(({ path, subverbs }) => subverbs.length === 0 && !OF_ONE_ORG.includes(path));

  /** What the command line has to say beside, so that nothing but the choice can be wrong with it. */
  const wanted = (command: (typeof VERBS)[number]["command"]): string[] => [
    ...command.registeredArguments.flatMap(({ required, argChoices }) =>
      required ? (argChoices?.[0] ?? "x") : [],
    ),
    ...command.options.flatMap(({ mandatory, long }) => (mandatory ? [long!, "x"] : [])),
  ];

  it.each(others.map(({ path, command }) => ({ path, command })))(
    "are refused by sanctioned $path, which reads no org, unless it has an option of the name",
    async ({ path, command }) => {
      for (const option of ["--org", "--stack"]) {
        if (command.options.some(({ long }) => long === option)) continue;
        const args = [...path.split(" "), ...wanted(command), option, "dieppe"];
        await expect(program().parseAsync(args, { from: "user" }), option).rejects.toMatchObject({
          code: "org-choice-not-taken",
          message: expect.stringContaining(`${option} says which org is read, and \`sanctioned ${path}\``),
        });
      }
    },
  );

  it("are the verb's own where it has an option of the name", async () => {
    const root = program();
    const { command } = verbsOf(root).find(({ path }) => path === "new")!;
    let stack: unknown;
    command.action((_folder: string, options: { readonly stack?: string }) => {
      stack = options.stack;
    });
    await root.parseAsync(["new", "acme", "--stack", "acme-production"], { from: "user" });
    expect(stack).toBe("acme-production");
  });
});

it.each([["--version"], ["list", "-V"], ["version"]])(
  "sanctioned %s %s says which version runs, on what",
  async (...args) => {
    const { code, stdout } = await sanctioned(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^sanctioned \d+\.\d+\.\d+\nnode \d+\.\d+\.\d+ \(\S+\)\npulumi \d+\.\d+\.\d+\n$/);
  },
);

it.each([
  ["help", "reprot", "report"],
  ["help audit", "verfy", "verify"],
  ["audit help", "verfy", "verify"],
])("sanctioned %s %s says which verb was most likely meant", async (above, verb, meant) => {
  await expect(program().parseAsync([...above.split(" "), verb], { from: "user" })).rejects.toMatchObject({
    code: "verb-not-known",
    message: expect.stringContaining(`Did you mean "${meant}"?`),
  });
});

it.each([
  [
    "allow",
    ["--app", "0H4000000000002CAA", "--profiles", "--reason", "x"],
    "'--profiles <names...>'",
    "'--reason'",
  ],
  ["revoke", ["--user", "ada@dieppe.example", "--reason", "--yes"], "'--reason <text>'", "'--yes'"],
  ["fleet", ["revoke", "--app", "Slack", "--reason", "--only=one"], "'--reason <text>'", "'--only'"],
])("an option is no value of another that lacks one: %s %s", async (verb, args, option, taken) => {
  await expect(program().parseAsync([verb, ...args], { from: "user" })).rejects.toMatchObject({
    code: "command-line-not-valid",
    message: expect.stringContaining(`option ${option} takes a value, and ${taken} is an option.`),
  });
});

it("an app can be named as an option is, after an equals sign", async () => {
  const args = ["revoke", "--app=--all", "--reason=--app", "--user=-x"];
  const taken: unknown[] = [];
  const beforeVerb = async (_root: Command, verb: Command) => {
    taken.push(verb.opts());
    throw new Error("no more is needed");
  };
  await expect(program({ beforeVerb }).parseAsync(args, { from: "user" })).rejects.toThrow("no more");
  expect(taken).toMatchObject([{ app: "--all", reason: "--app", user: "-x" }]);
});
