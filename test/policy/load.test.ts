import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePolicy, policyFromObject } from "../../src/policy/load.ts";
import { formatProblems } from "../../src/policy/problem.ts";

const GOOD = `version: 1
unlisted: report
apps:
  - id: 0H4000000000001CAA
    users: everyone
`;

/** The problems of a policy, as a user sees them; empty for one that is right. */
function problems(text: string): string {
  const result = parsePolicy(text, "p.yaml");
  return "problems" in result ? formatProblems(result.problems) : "";
}

describe("a policy that is right", () => {
  it.each([
    ["as it stands", GOOD],
    ["with a byte order mark and Windows line ends", `\uFEFF${GOOD.replaceAll("\n", "\r\n")}`],
    ["with comments", `# why\n${GOOD}# end`],
    ["with a 15-character id", GOOD.replace("0H4000000000001CAA", "0H4000000000001")],
  ])("%s", (_case, text) => {
    expect(problems(text)).toBe("");
  });

  it("keeps the place of everything that decides", () => {
    const result = parsePolicy(GOOD, "p.yaml");
    if ("problems" in result) throw new Error("not right");
    expect(result.policy.unlisted.position).toEqual({ file: "p.yaml", line: 2, column: 1 });
    expect(result.policy.apps[0]).toMatchObject({
      id: { value: "0H4000000000001CAA", position: { line: 4, column: 9 } },
      users: { everyone: true, position: { line: 5, column: 5 } },
    });
  });
});

describe("what is wrong is said with its place and what to do", () => {
  it("a contradiction within an object of a program has no line, and none is made up", () => {
    const app = { name: "Slack", users: "everyone" };
    const result = policyFromObject({ version: 1, unlisted: "report", apps: [app, app] }, "the program");
    const said = "problems" in result ? formatProblems(result.problems) : "";
    expect(said).toContain("(the first is the program at apps[0].name)");
  });

  it("a policy that is one text is not called empty: something stands there", () => {
    const texts = problems("just a text\n");
    expect(texts).not.toBe("");
    expect(texts).not.toBe(problems("null\n"));
  });

  it("a file that a policy names cannot be read where there are no files, and it is not taken for empty", () => {
    expect(problems("version: 1\nextends: base.yaml\n")).toContain("cannot be read from here");
  });

  it("with the line and a caret under it", () => {
    expect(problems(GOOD.replace("users:", "usrs:"))).toBe(
      `p.yaml:4:5: apps[0] has no "users"; say who is in scope: \`users: everyone\`, or usernames, profiles and the like; or deny it with \`sanctioned: false\` [key-missing]
     4 |   - id: 0H4000000000001CAA
       |     ^
p.yaml:5:5: unknown key "usrs" in apps[0]; did you mean "users"? [unknown-key]
     5 |     usrs: everyone
       |     ^`,
    );
  });

  it.each<[rule: string, text: string, message: string]>([
    [
      "an unknown key that is like none",
      `${GOOD}frobnicate: 1\n`,
      'p.yaml:6:1: unknown key "frobnicate" in the policy; known here: version, extends, org, mode, unlisted',
    ],
    [
      "no version",
      GOOD.replace("version: 1\n", ""),
      'p.yaml:1:1: the policy has no "version"; begin with `version: 1`',
    ],
    [
      "another version",
      GOOD.replace("version: 1", "version: 2"),
      "p.yaml:1:10: version must be 1, found 2; this release supports no other",
    ],
    [
      "no unlisted",
      GOOD.replace("unlisted: report\n", ""),
      'the policy has no "unlisted"; say `unlisted: revoke` or `unlisted: report`',
    ],
    [
      "no apps",
      "version: 1\nunlisted: report\n",
      'the policy has no "apps"; list the sanctioned apps under `apps`, or write `apps: []`',
    ],
    [
      "another word than revoke or report",
      GOOD.replace("report", "delete"),
      'p.yaml:2:11: unlisted must be `revoke` or `report`, found "delete"',
    ],
    [
      "a boolean in disguise",
      GOOD.replace("report", "no"),
      'p.yaml:2:11: unlisted must be `revoke` or `report`, found "no"',
    ],
    [
      "a real boolean",
      GOOD.replace("report", "false"),
      "unlisted must be `revoke` or `report`, found false; quote it if it is meant as text",
    ],
    [
      "users as a list",
      GOOD.replace("everyone", "[a@b]"),
      'apps[0].users must be `everyone`, `nobody` or a map of usernames, usernamesLike, profiles …, found ["a@b"]',
    ],
    [
      "users empty",
      GOOD.replace("everyone", "{}"),
      "apps[0].users is empty; write `users: everyone` or list some",
    ],
    [
      "an empty list",
      GOOD.replace("everyone", "{ profiles: [] }"),
      "apps[0].users.profiles is empty; fill it in or leave the key out",
    ],
    [
      "a number where text belongs",
      GOOD.replace("everyone", "{ usernames: [42] }"),
      "p.yaml:5:26: apps[0].users.usernames[0] must be text, found 42; quote it if it is meant as text",
    ],
    [
      "an app id that is none",
      GOOD.replace("0H4000000000001CAA", "00D000000000001EAA"),
      'p.yaml:4:9: apps[0].id is not a valid id: "00D000000000001EAA"; an app\'s id has 15 or 18 characters and starts with 0H4',
    ],
    [
      "an org id that is none",
      `${GOOD}org: { id: abc }\n`,
      'p.yaml:6:12: org.id is not a valid id: "abc"; an org\'s id has 15 or 18 characters and starts with 00D',
    ],
    [
      "an app without name and id",
      GOOD.replace("id: 0H4000000000001CAA", "owner: a"),
      "p.yaml:4:5: an app has neither name nor id; give its id",
    ],
    [
      "an app id twice, in two forms",
      `${GOOD}  - { id: 0H4000000000001, users: everyone }\n`,
      'p.yaml:6:11: the app id "0H4000000000001CAA" is listed twice; keep one of the two',
    ],
    [
      "an app name twice",
      "version: 1\nunlisted: report\napps:\n  - { name: A, users: everyone }\n  - { name: A, users: everyone }\n",
      'p.yaml:5:13: the app name "A" is listed twice',
    ],
    [
      "a username twice without regard to case",
      GOOD.replace("everyone", "{ usernames: [a@b.c, A@B.C] }"),
      'the username "A@B.C" is listed twice',
    ],
    [
      "a key twice",
      `${GOOD}unlisted: report\n`,
      'p.yaml:6:1: the key "unlisted" is here twice, first in line 2; keep one of the two',
    ],
    ["an unclosed bracket", `${GOOD}org: { id: x\n`, "; fix it here"],
    [
      "tabs",
      "version: 1\napps:\n\t- id: x\n",
      "p.yaml:3:1: this is not valid YAML: Tabs are not allowed as indentation; indent with spaces",
    ],
    [
      "an anchor",
      GOOD.replace("everyone", "&a everyone"),
      "anchors and aliases are not part of the policy language; write the value out",
    ],
    [
      "an alias",
      `${GOOD.replace("everyone", "&a everyone")}  - { id: 0H4000000000002CAA, users: *a }\n`,
      "anchors and aliases are not part of the policy language",
    ],
    [
      "a merge key",
      `${GOOD}  - { <<: { users: everyone }, id: 0H4000000000002CAA }\n`,
      "merge keys are not part of the policy language; write the values out",
    ],
    [
      "a tag of somebody's",
      GOOD.replace("everyone", "!secret everyone"),
      "YAML tags (here !secret) are not part of the policy language; remove the tag",
    ],
    [
      "two documents",
      `${GOOD}---\n${GOOD}`,
      "there is more than one YAML document; keep one policy in each file",
    ],
    ["an empty file", "", "the policy is empty; begin with `version: 1`"],
    ["comments alone", "# nothing\n", "the policy is empty; begin with `version: 1`"],
    ["a list in place of a map", "- a\n", "p.yaml:1:1: the policy must be a map"],
    ["more than 1 MiB", `${GOOD}#${"x".repeat(1024 * 1024)}`, "the policy is larger than 1 MiB"],
    [
      "10,000 brackets",
      `a: ${"[".repeat(10_000)}`,
      "the policy is nested deeper than 32 levels; a policy needs no more than a few",
    ],
    [
      "deep blocks",
      Array.from({ length: 60 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
      "the policy is nested deeper than 32 levels; a policy needs no more than a few",
    ],
    [
      "an alias bomb",
      `a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\n`,
      "anchors and aliases are not part of the policy language",
    ],
    [
      "escape sequences, which are shown and never sent",
      GOOD.replace("unlisted: report", 'unlisted: "\\e[31mx"'),
      'found "\\u001b[31mx"',
    ],
  ])("%s", (_rule, text, message) => {
    expect(problems(text)).toContain(message);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(problems(text)).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  it("everything at once, in the order of the file", () => {
    const places = problems("version: 1\nunlisted: x\napps:\n  - { id: 1, users: everyone }\nfoo: 1\n").match(
      /^p\.yaml:\d+/gm,
    );
    expect(places).toEqual(["p.yaml:2", "p.yaml:4", "p.yaml:5"]);
  });
});

describe("whatever is wrong a great many times is said a thousand times at most, and ends soon", () => {
  const H = "version: 1\nunlisted: report\napps: []\n";
  it.each([
    ["anchors", `${H}a: ${"&a ".repeat(150_000)}`],
    ["tabs", `${H}${"\t:\n".repeat(20_000)}`],
    ["unknown keys", H + Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join("\n")],
    ["wrong types", `version: 1\nunlisted: report\napps: [${"0,".repeat(20_000)}]`],
    ["names that stand twice", `${H}offboarded: [${"a,".repeat(20_000)}]`],
    ["names of blanks", `${H}offboarded: [${"' ',".repeat(20_000)}]`],
  ])("%s", (_case, text) => {
    const result = parsePolicy(text, "p.yaml");
    if (!("problems" in result)) throw new Error("taken");
    expect(result.problems).toHaveLength(1000);
    expect(formatProblems(result.problems).length).toBeLessThan(40_000);
  });

  it("a key and a value of a megabyte are cut", () => {
    expect(problems(`${H}${"k".repeat(900_000)}: 1\n`).length).toBeLessThan(1000);
    expect(problems(`${H}mode: ${"k".repeat(900_000)}\n`).length).toBeLessThan(1000);
  });
});

describe("any text at all", () => {
  it("is a policy or has a problem at a line; it never throws", () => {
    const yamlish = fc
      .array(
        fc.constantFrom(
          "version: 1\n",
          "unlisted: report\n",
          "apps:\n",
          "  - id: ",
          "0H4000000000001",
          "\n",
          "    users: ",
          "everyone",
          "{",
          "}",
          "[",
          "]",
          "&a ",
          "*a",
          "? ",
          ": ",
          "- ",
          "|\n",
          "'",
          '"',
          "\t",
          "---\n",
          "!t ",
          "<<: ",
          "#",
          "%YAML 1.1\n",
          "null",
        ),
      )
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), yamlish), (text) => {
        const result = parsePolicy(text, "p.yaml");
        if ("problems" in result) {
          expect(result.problems.length).toBeGreaterThan(0);
          for (const { line, column } of result.problems)
            expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("a policy as an object", () => {
  it("has the same rules; its places are paths", () => {
    const result = policyFromObject(
      { version: 1, unlisted: "drop", apps: [{ name: "A" }, { nme: "B", users: "everyone" }] },
      "inline policy",
    );
    if (!("problems" in result)) throw new Error("expected problems");
    expect(formatProblems(result.problems).split("\n").sort()).toEqual([
      'inline policy at apps[0]: apps[0] has no "users"; say who is in scope: `users: everyone`, or usernames, profiles and the like; or deny it with `sanctioned: false` [key-missing]',
      'inline policy at apps[1].nme: unknown key "nme" in apps[1]; did you mean "name"? [unknown-key]',
      'inline policy at unlisted: unlisted must be `revoke` or `report`, found "drop"; see docs/policy.md [value-not-allowed]',
    ]);
  });
});
