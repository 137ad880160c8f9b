import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import orgsSchema from "../../schema/orgs.schema.json" with { type: "json" };
import { DEFAULT_LIMITS } from "../../src/fleet/orgsDefaults.ts";
import { parseOrgs } from "../../src/fleet/orgsFile.ts";
import { SETTING_KEYS } from "../../src/salesforce/settingKeys.ts";
import { sfId } from "../inventories.ts";

const ONE = sfId("00D", 1);
const TWO = sfId("00D", 2);

const text = (...lines: string[]) => `version: 1\n${lines.join("\n")}\n`;
const org = (name: string, id: string, more = "") =>
  `  - { name: ${name}, id: ${id}, policy: policy/${name}.yaml${more === "" ? "" : `, ${more}`} }`;

function problemsOf(yaml: string) {
  const result = parseOrgs(yaml, "orgs.yaml");
  if (!("problems" in result)) throw new Error("it is valid");
  return result.problems.map(({ line, column, code }) => `${line}:${column} ${code}`);
}

function fleetOf(yaml: string) {
  const result = parseOrgs(yaml, "orgs.yaml");
  if ("problems" in result) throw new Error(result.problems.map((one) => one.text).join("\n"));
  return result.fleet;
}

describe("what is wrong is said at its line", () => {
  it.each([
    ["a name with capitals", text("orgs:", org("Acme", ONE)), ["3:13 fleet-name-not-valid"]],
    ["the name of a file of the fleet", text("orgs:", org("fleet", ONE)), ["3:13 org-name-reserved"]],
    ["an id that is no org's", text("orgs:", org("acme", sfId("005", 1))), ["3:23 org-id-not-valid"]],
    ["an id that was miscopied", text("orgs:", org("acme", `${ONE.slice(0, 15)}AAB`)), ["3:23 id-miscopied"]],
    ["an unknown key", text("orgs:", org("acme", ONE, "polcy: x")), ["3:69 unknown-key"]],
    [
      "a history elsewhere",
      text("history: a/../../x", "orgs:", org("acme", ONE)),
      ["2:10 fleet-history-outside"],
    ],
    [
      "a history anywhere",
      text("history: /tmp/x", "orgs:", org("acme", ONE)),
      ["2:10 fleet-history-outside"],
    ],
    ["no orgs", text("orgs: []"), ["2:7 value-empty"]],
    ["no id", text("orgs:", "  - { name: acme, policy: p.yaml }"), ["3:5 key-missing"]],
    [
      "a share over 100",
      text("limits: { percent: 120 }", "orgs:", org("acme", ONE)),
      ["2:20 number-out-of-range"],
    ],
    [
      "a name, an id and a stack twice",
      text(
        "credentials: { clientId: I, clientSecret: S }",
        "orgs:",
        org("acme", ONE, "stack: s"),
        org("acme", ONE, "stack: s"),
      ),
      ["5:13 org-listed-twice", "5:23 org-listed-twice", "5:76 org-listed-twice"],
    ],
    [
      "several orgs of which one has no login of its own",
      text("orgs:", org("one", ONE, "credentials: { accessToken: T, instanceUrl: U }"), org("two", TWO)),
      ["4:5 org-without-credentials"],
    ],
    [
      "one token for several orgs",
      text("credentials: { accessToken: T, composite: C }", "orgs:", org("one", ONE), org("two", TWO)),
      ["2:29 access-token-shared"],
    ],
    [
      "the config of a stack, and no stack",
      text("orgs:", org("one", ONE, "credentials: stack")),
      ["3:80 org-credentials-without-stack"],
    ],
  ])("%s", (_, yaml, expected) => {
    expect(problemsOf(yaml)).toEqual(expected);
  });
});

it("the same id with 15 and with 18 characters is one org", () => {
  const shared = "credentials: { clientId: I, clientSecret: S }";
  expect(problemsOf(text(shared, "orgs:", org("one", ONE), org("two", ONE.slice(0, 15))))).toEqual([
    "5:22 org-listed-twice",
  ]);
});

it("what stands where the name of a variable belongs is never quoted: it may be the secret", () => {
  const result = parseOrgs(
    text("orgs:", org("one", ONE, `credentials: { accessToken: "00Dsecret!AQ.abc" }`)),
    "orgs.yaml",
  );
  expect(
    JSON.stringify({
      ...result,
      problems: "problems" in result && result.problems.map(({ sourceLine: _, ...said }) => said),
    }),
  ).not.toContain("secret!");
  expect("problems" in result && result.problems[0]?.remedy).toContain("never the value");
});

it("limits hold without being written, and zero is a limit", () => {
  expect(fleetOf(text("orgs:", org("one", ONE))).limits).toMatchObject(DEFAULT_LIMITS);
  const zero = text("limits: { revocations: 0, orgs: 0 }", "orgs:", org("one", ONE));
  expect(fleetOf(zero).limits).toMatchObject({ ...DEFAULT_LIMITS, revocations: 0, orgs: 0 });
});

it("an org's variables come before those of all orgs, and `stack` takes none of them", () => {
  const { orgs } = fleetOf(
    text(
      "credentials: { clientId: ALL_ID, privateKey: ALL_KEY }",
      "orgs:",
      org("one", ONE, "credentials: { clientId: OWN_ID }"),
      org("two", TWO, "credentials: stack, stack: two"),
    ),
  );
  expect(orgs.map(({ credentials }) => credentials)).toEqual([
    { from: "variables", variables: { clientId: "OWN_ID", privateKey: "ALL_KEY" } },
    { from: "stack" },
  ]);
});

it("the schema is valid, and has a variable for every setting of a login", () => {
  expect(new Ajv({ strict: true }).validateSchema(orgsSchema)).toBe(true);
  const { credentials } = (orgsSchema as { properties: Record<string, { properties: object }> }).properties;
  expect(Object.keys(credentials!.properties)).toEqual([...SETTING_KEYS]);
});

it("no text makes it throw", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (yaml) => void parseOrgs(yaml, "orgs.yaml")));
});
