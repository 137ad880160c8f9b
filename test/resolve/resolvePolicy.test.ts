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

it("a pattern denies the apps that are like it and that no entry lists", () => {
  const result = resolve(
    `  - { id: ${SLACK}, users: everyone }`,
    "appsLike: [{ name: '*s*', sanctioned: false }, { name: '*w*', sanctioned: false }, { name: T*, sanctioned: false }]\n",
  );
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  expect([...result.resolved.deniedLike].map(([key, { pattern }]) => [key, pattern.value])).toEqual([
    ["name:Bob's Tool", "*s*"],
    ["0xI000000000001EAA", "*w*"],
    ["0xI000000000002EAA", "*w*"],
  ]);
});

describe("a baseline", () => {
  const said = (baseline: string, head = "") => {
    const parsed = parsePolicy(
      `version: 1\nunlisted: revoke\nplatformApps: revoke\n${head}baseline: b.yaml\napps: []\n`,
      "p.yaml",
      () => ({ text: `version: 1\n${baseline}` }),
    );
    if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
    const result = resolvePolicy(parsed.policy, INVENTORY, AS_OF);
    return "problems" in result ? formatProblems(result.problems) : result.resolved.absent;
  };
  const LAST = "expires: 2027-05-22\n";
  const grants = (...some: string[]) => `grants:\n${some.map((one) => `  - { ${one} }\n`).join("")}`;

  it.each<[rule: string, baseline: string, message: string, head?: string]>([
    [
      "lasts no longer than an exemption",
      "expires: 2027-05-23\ngrants: []\n",
      "b.yaml:2:10: the baseline lasts longer than 180 days from now; let it expire by 2027-05-22",
    ],
    [
      "of which the policy says how long",
      "expires: 2026-12-31\ngrants: []\n",
      "b.yaml:2:10: the baseline lasts longer than 9 days from now; let it expire by 2026-12-02",
      "maxExemptionDays: 9\n",
    ],
    [
      "is not of a day to come",
      `${LAST}written: 2026-11-24\ngrants: []\n`,
      "b.yaml:3:10: the baseline was written later than the time of this run (2026-11-23)",
    ],
    [
      "names no user whom the org does not have",
      `${LAST}written: 2026-11-23\n${grants("app: Slack, user: an@dieppe.example", "app: Twin Peaks, user: AN@dieppe.example")}`,
      'b.yaml:5:25: no user "an@dieppe.example" in Dieppe; did you mean "ann@dieppe.example"? [user-not-in-org]',
    ],
    [
      "names no app that is nearly another",
      `${LAST}written: 2026-11-23\n${grants("app: Slakc, user: ann@dieppe.example")}`,
      'b.yaml:5:12: no app named "Slakc" in Dieppe; did you mean "Slack"?',
    ],
  ])("%s", (_rule, baseline, message, head) => {
    expect(said(baseline, head)).toContain(message);
  });

  it("may know an app that is gone, which is said once", () => {
    const gone = grants(
      "app: Calendar, user: ann@dieppe.example",
      "app: Calendar, user: ann@dieppe.example, granted: 2026-01-01T00:00:00Z",
    );
    expect(said(`${LAST}written: 2026-11-23\n${gone}`)).toEqual([
      { kind: "app", name: "Calendar", position: { file: "b.yaml", line: 5, column: 12 } },
    ]);
  });

  it("that has expired may name anybody", () => {
    expect(
      said(`expires: 2026-11-22\nwritten: 2020-01-01\n${grants("app: Slakc, user: nobody@dieppe.example")}`),
    ).toEqual([]);
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
    `version: 1\nexpires: 2026-12-31\nwritten: 2026-11-23\ngrants: [{ app: ${app}, user: user1@dieppe.example }]\n`;

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
