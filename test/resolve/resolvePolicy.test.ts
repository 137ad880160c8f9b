import { describe, expect, it } from "vitest";
import { EMPTY_DIRECTORY } from "../../src/inventory/inventory.ts";
import { parsePolicy, policyFromObject } from "../../src/policy/load.ts";
import { formatProblem, formatProblems } from "../../src/policy/problem.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { AS_OF, app, inventoryOf, sfId, user } from "../inventories.ts";

const SLACK = "0H4000000000001CAA";
const INVENTORY = inventoryOf({
  users: [user(1, { username: "Ann@dieppe.example" })],
  apps: [
    app("Slack", SLACK),
    app("Bob's Tool"),
    app("Twin", "0xI000000000001EAA"),
    app("Twin", "0xI000000000002EAA"),
  ],
});

function resolve(apps: string, head = "") {
  const parsed = parsePolicy(`version: 1\nunlisted: report\n${head}apps:\n${apps}\n`, "p.yaml");
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  return resolvePolicy(parsed.policy, INVENTORY, AS_OF);
}
function problems(apps: string, head?: string): string {
  const result = resolve(apps, head);
  return "problems" in result ? formatProblems(result.problems) : "";
}

describe("a name that resolves to nothing or to two things is a problem at its line", () => {
  it.each<[rule: string, apps: string, message: string]>([
    [
      "an unknown username, with the nearest",
      `  - { id: ${SLACK}, users: { usernames: [an@dieppe.example] } }`,
      'p.yaml:4:52: no user "an@dieppe.example" in Dieppe; did you mean "ann@dieppe.example"?',
    ],
    [
      "an unknown profile",
      `  - { id: ${SLACK}, users: { profiles: [Nobody] } }`,
      'no profile "Nobody" in Dieppe; correct it or remove it',
    ],
    [
      "an app name that two apps have",
      "  - { name: Twin, users: everyone }",
      '2 apps of Dieppe are named "Twin": 0xI000000000001EAA, 0xI000000000002EAA; say which with `id`',
    ],
    [
      "an app listed by name and by id",
      `  - { name: Slack, users: everyone }\n  - { id: ${SLACK}, users: everyone }`,
      'p.yaml:5:5: the app "Slack" is listed twice, by name and by id (p.yaml:4); keep the entry with the id',
    ],
    [
      "an id whose app has another name than the policy says",
      `  - { id: ${SLACK}, name: Payroll, users: everyone }`,
      'p.yaml:4:37: the app 0H4000000000001CAA is named "Slack" in Dieppe, not "Payroll"; correct the name or the id',
    ],
  ])("%s", (_rule, apps, message) => {
    expect(problems(apps)).toContain(message);
  });

  it("another org, by id and by name", () => {
    expect(problems("  []", "org: { id: 00D000000000002EAA }\n")).toContain(
      "the policy is for the org 00D000000000002EAA, but the credentials lead to Dieppe (00D000000000001EAA)",
    );
    expect(problems("  []", "org: { name: Calais }\n")).toContain('the policy is for the org "Calais", but');
  });
});

describe("a selector that comes out as nobody of the org is an error, and `nobody` is not", () => {
  const org = inventoryOf({
    users: [user(1, { isActive: false })],
    apps: [app("Slack", SLACK)],
    directory: {
      ...EMPTY_DIRECTORY,
      permissionSets: [
        { id: sfId("0PS", 1), name: "Empty", label: "Empty", userIds: new Set() },
        { id: sfId("0PS", 2), name: "Full", label: "Full", userIds: new Set([sfId("005", 1)]) },
      ],
    },
  });
  const NOBODY =
    "nobody in Dieppe is in scope of the app, so that every grant of it would be revoked; name somebody, or write `users: nobody` if that is meant";
  it.each<[rule: string, apps: string, message: string]>([
    ["a permission set without users", `  - { id: ${SLACK}, users: { permissionSets: [Empty] } }`, NOBODY],
    ["a profile without users", `  - { id: ${SLACK}, users: { profiles: [Standard User] } }`, NOBODY],
    [
      "everybody excepted",
      `  - { id: ${SLACK}, users: { everyone: true, except: { profiles: [Sales User] } } }`,
      NOBODY,
    ],
    [
      "everybody of another list excepted",
      `  - { id: ${SLACK}, users: { permissionSets: [Full], except: { profiles: [Sales User] } } }`,
      NOBODY,
    ],
    ["nobody, said", `  - { id: ${SLACK}, users: nobody }`, ""],
    ["somebody, though not active", `  - { id: ${SLACK}, users: { permissionSets: [Full, Empty] } }`, ""],
    [
      "a name that is wrong is said alone",
      `  - { id: ${SLACK}, users: { profiles: [Standrd User] } }`,
      'no profile "Standrd User"',
    ],
  ])("%s", (_rule, apps, message) => {
    const parsed = parsePolicy(`version: 1\nunlisted: report\napps:\n${apps}\n`, "p.yaml");
    if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
    const result = resolvePolicy(parsed.policy, org, AS_OF);
    const said = "problems" in result ? result.problems.map(formatProblem) : [];
    expect(said.length).toBe(message === "" ? 0 : 1);
    expect(said.join()).toContain(message);
  });
});

describe("names that resolve", () => {
  it("become ids, usernames without regard to case; a match by name alone is weak", () => {
    const result = resolve(
      `  - { id: ${SLACK}, users: { usernames: [ANN@dieppe.example], profiles: [Sales User] } }\n  - { name: Bob's Tool, users: everyone }`,
    );
    if ("problems" in result) throw new Error(formatProblems(result.problems));
    expect(
      [...result.resolved.listedApps].map(([key, { weak, users }]) => [
        key,
        weak,
        users!.everyone,
        [...users!.userIds],
        [...users!.profileIds],
      ]),
    ).toEqual([
      [SLACK, false, false, ["005000000000001AAA"], ["00e000000000000AAA"]],
      ["name:Bob's Tool", true, true, [], []],
    ]);
  });
});

describe("an app whose name looks like an id", () => {
  const NAME = "0H4LeadScoring1";
  const lookalike = inventoryOf({ users: [user(1)], apps: [app(NAME)], grants: [] });
  const problemsOf = (policy: object, baseline = "") => {
    const parsed = policyFromObject(
      { version: 1, unlisted: "report", apps: [], ...policy },
      "inline policy",
      () => ({
        text: baseline,
      }),
    );
    if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
    const result = resolvePolicy(parsed.policy, lookalike, AS_OF);
    return "problems" in result ? formatProblems(result.problems) : "";
  };
  const exemption = { reason: "Migrating", owner: "it", expires: "2026-12-31" };
  const known = (app: string) =>
    `version: 1\nexpires: 2026-12-31\ngrants: [{ app: ${app}, user: user1@dieppe.example }]\n`;

  it.each<[where: string, problems: string]>([
    ["protected", problemsOf({ protected: { apps: [NAME] } })],
    ["exempt", problemsOf({ exemptions: [{ app: NAME, ...exemption }] })],
    ["known to a baseline", problemsOf({ baseline: "b.yaml" }, known(NAME))],
  ])("is an error where it is read as an id: %s", (_where, problems) => {
    expect(problems).toMatch(/id 0H4LeadScoring1\w*.* has one of that name/);
  });

  it.each<[where: string, problems: string]>([
    ["protected", problemsOf({ protected: { apps: [{ name: NAME }] } })],
    ["exempt", problemsOf({ exemptions: [{ app: { name: NAME }, ...exemption }] })],
    ["known to a baseline", problemsOf({ baseline: "b.yaml" }, known(`{ name: ${NAME} }`))],
    ["listed by its name", problemsOf({ apps: [{ name: NAME, users: "everyone" }] })],
  ])("is meant where a key says that it is a name: %s", (_where, problems) => {
    expect(problems).toBe("");
  });
});
