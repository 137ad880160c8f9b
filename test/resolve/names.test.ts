import { describe, expect, it } from "vitest";
import { findings } from "../../src/decide/findings.ts";
import { type Directory, EMPTY_DIRECTORY } from "../../src/inventory/inventory.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import type { UserId } from "../../src/salesforce/id.ts";
import { AS_OF, app, grant, inventoryOf, PROFILES, sfId, user } from "../inventories.ts";

const SLACK = "0H4000000000001CAA";
const set = (n: number, name: string, label: string, ...members: UserId[]) => ({
  id: sfId("0PS", n),
  name,
  label,
  userIds: new Set(members),
});
const [ANN, BEN] = [
  user(1, { username: "ann@dieppe.example" }),
  user(2, { username: "Ben@dieppe.example", profileId: PROFILES[2]!.id, userType: "Robot" }),
];
const DIRECTORY: Directory = {
  ...EMPTY_DIRECTORY,
  permissionSets: [
    set(1, "Sellers", "Sales", ANN.id),
    set(2, "Sellers_EMEA", "Sellers", BEN.id),
    set(3, "Twin_A", "Twin", ANN.id),
    set(4, "Twin_B", "Twin", BEN.id),
  ],
  permissionSetGroups: [set(5, "Desk", "Service desk", BEN.id)],
  publicGroups: [set(6, "Chatters", "All chatters", BEN.id)],
  roles: [
    { id: sfId("00E", 1), name: "CEO", label: "Chief", parentId: null },
    { id: sfId("00E", 2), name: "Clerk", label: "Clerks", parentId: sfId("00E", 1) },
  ],
  permissionHolders: new Map([
    ["ModifyAllData", new Set([ANN.id])],
    ["ManageUsers", new Set([ANN.id, BEN.id])],
  ]),
};
const INVENTORY = inventoryOf({
  users: [ANN, BEN],
  apps: [app("Slack", SLACK), app("Bob's Tool"), app("Data Loader", sfId("0xI", 2))],
  directory: DIRECTORY,
});

function resolve(text: string, base = "version: 1\nunlisted: report\napps: []\n") {
  const parsed = parsePolicy(`version: 1\nunlisted: report\n${text}\n`, "p.yaml", () => ({ text: base }));
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  return resolvePolicy(parsed.policy, INVENTORY, AS_OF);
}
function problems(text: string, base?: string): string {
  const result = resolve(text, base);
  return "problems" in result ? formatProblems(result.problems) : "";
}
function resolved(text: string, base?: string) {
  const result = resolve(text, base);
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return result.resolved;
}
/** What the org does not have and need not, with the place that names it. */
const absent = (text: string, base?: string) =>
  findings({ resolved: resolved(text, base), inventory: INVENTORY, asOf: AS_OF }).flatMap(
    ({ code, params, at: policy }) =>
      code.endsWith("-absent") ? `${code} ${Object.values(params)[0]} ${policy.file}:${policy.line}` : [],
  );

const slack = (users: string) => `apps:\n  - { id: ${SLACK}, users: ${users} }`;
const exemption = (what: string) =>
  `apps: []\nexemptions:\n  - { ${what}, reason: a, owner: b, expires: 2026-12-31 }`;

describe("a name of the policy's own file that nobody in the org has is an error at its line", () => {
  it.each<[what: string, text: string, message: string]>([
    [
      "a protected user",
      "apps: []\nprotected:\n  users: [bem@dieppe.example]",
      'p.yaml:5:11: no user "bem@dieppe.example" in Dieppe; did you mean "ben@dieppe.example"?',
    ],
    [
      "an offboarded user",
      "apps: []\noffboarded:\n  - nobody@calais.example",
      'p.yaml:5:5: no user "nobody@calais.example" in Dieppe; correct it or remove it',
    ],
    [
      "the user of an exemption",
      exemption("user: an@dieppe.example"),
      'p.yaml:5:13: no user "an@dieppe.example" in Dieppe; did you mean "ann@dieppe.example"?',
    ],
    [
      "the app of an exemption",
      exemption("app: Bobs Tool"),
      'no app named "Bobs Tool" in Dieppe; did you mean "Bob\'s Tool"?',
    ],
    [
      "a protected app",
      "apps: []\nprotected: { apps: [Slak] }",
      'p.yaml:4:21: no app named "Slak" in Dieppe; did you mean "Slack"?',
    ],
    [
      "a protected app, however far its name is from any",
      "apps: []\nprotected: { apps: [Calais Ferry] }",
      'p.yaml:4:21: no app named "Calais Ferry" in Dieppe; `npx sanctioned list` shows the names',
    ],
    [
      "a protected app, by id",
      "apps: []\nprotected: { apps: [0H4000000000009CAA] }",
      "p.yaml:4:21: no app with the id 0H4000000000009CAA in Dieppe; correct it or remove it",
    ],
    [
      "usernames like a pattern",
      slack('{ usernamesLike: ["*@calais.example"] }'),
      'no username like "*@calais.example" in Dieppe; correct it or remove it',
    ],
    [
      "usernames like a pattern under `except`",
      slack('{ everyone: true, except: { usernamesLike: ["c*"] } }'),
      'no username like "c*" in Dieppe',
    ],
    [
      "a permission set",
      slack("{ permissionSets: [Sellars] }"),
      'no permission set "Sellars" in Dieppe; did you mean "Sellers"?',
    ],
    [
      "a permission set group",
      slack("{ permissionSetGroups: [Dusk] }"),
      'no permission set group "Dusk" in Dieppe',
    ],
    [
      "a public group",
      slack("{ publicGroups: [Chatter] }"),
      'no public group "Chatter" in Dieppe; did you mean "Chatters"?',
    ],
    ["a role", slack("{ roles: [Nobody] }"), 'no role "Nobody" in Dieppe; correct it or remove it'],
    [
      "a role with subordinates",
      slack("{ rolesAndSubordinates: [CFO] }"),
      'no role "CFO" in Dieppe; did you mean "CEO"?',
    ],
    [
      "a user type",
      slack("{ userTypes: [Standrad] }"),
      'no user type "Standrad" in Dieppe; did you mean "Standard"?',
    ],
    [
      "a profile of high privilege",
      "apps: []\nhighPrivilege: { profiles: [Nobody] }",
      'no profile "Nobody" in Dieppe',
    ],
    [
      "a permission set of high privilege",
      "apps: []\nhighPrivilege: { permissionSets: [Nobody] }",
      'no permission set "Nobody" in Dieppe',
    ],
    [
      "a permission",
      "apps: []\nhighPrivilege: { permissions: [ModifyAllDate] }",
      'no permission "ModifyAllDate" in Dieppe; did you mean "ModifyAllData"?',
    ],
  ])("%s", (_what, text, message) => {
    expect(problems(text)).toContain(message);
  });

  it("a label that two sets have says which they are; so does one that is another's API name", () => {
    expect(problems(slack("{ permissionSets: [Twin] }"))).toContain(
      '2 permission sets of Dieppe have the label "Twin": Twin_A, Twin_B; say which by its API name',
    );
    expect(problems(slack("{ permissionSets: [Sellers] }"))).toContain(
      '"Sellers" is the API name of one permission set of Dieppe and the label of another: Sellers, Sellers_EMEA',
    );
    expect(problems(slack("{ permissionSets: [Sales, Sellers_EMEA] }"))).toBe("");
  });

  it("an app whose name two have, one of them the other's in another case, is the one that is called so exactly", () => {
    const twins = [app("Twin", sfId("0xI", 7)), app("TWIN", sfId("0xI", 8))];
    const which = (name: string) => {
      const parsed = parsePolicy(
        `version: 1\nunlisted: report\napps: [{ name: ${name}, sanctioned: false }]\n`,
        "p.yaml",
      );
      if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
      const result = resolvePolicy(parsed.policy, { ...INVENTORY, apps: twins }, AS_OF);
      return "problems" in result ? formatProblems(result.problems) : [...result.resolved.listedApps.keys()];
    };
    expect([which("Twin"), which("TWIN")]).toEqual([[twins[0]!.key], [twins[1]!.key]]);
    expect(which("twin")).toContain('2 apps of Dieppe are named "twin"');
    const twice = parsePolicy(
      "version: 1\nunlisted: report\napps: []\nprotected: { apps: [twin] }\n",
      "p.yaml",
    );
    if ("problems" in twice) throw new Error(formatProblems(twice.problems));
    const protecting = resolvePolicy(twice.policy, { ...INVENTORY, apps: twins }, AS_OF);
    expect("problems" in protecting && protecting.problems.map(({ code }) => code)).toEqual([
      "app-name-ambiguous",
    ]);
  });

  it("every name that is wrong is said, not the first alone", () => {
    const text = `apps: []\noffboarded: [x@calais.example, y@calais.example]\nprotected: { users: [z@calais.example] }`;
    expect(problems(text).match(/no user "\w@calais\.example"/g)).toHaveLength(3);
  });
});

describe("what the org need not have is absent, and no error", () => {
  it.each<[what: string, text: string, absent: string[], base?: string]>([
    [
      "users of a policy that is extended",
      "extends: base.yaml\napps: []",
      ["user-absent off@calais.example base.yaml:3", "user-absent safe@calais.example base.yaml:4"],
      "version: 1\nunlisted: report\noffboarded: [off@calais.example]\nprotected: { users: [safe@calais.example] }\napps: []\n",
    ],
    [
      "an app of a policy that is extended",
      "extends: base.yaml\napps: []",
      ["app-absent Calais Ferry base.yaml:3"],
      "version: 1\nunlisted: report\napps: [{ name: Calais Ferry, users: everyone }]\n",
    ],
    [
      "a denied app",
      "apps: [{ name: Calais Ferry, sanctioned: false }]",
      ["app-absent Calais Ferry p.yaml:3"],
    ],
    [
      "a denied app whose name has an @, as usernames have",
      'apps: [{ name: "Chat @ Work", sanctioned: false }]',
      ["app-absent Chat @ Work p.yaml:3"],
    ],
    [
      "a denied app, however near its name is to one without grants",
      "apps: [{ name: Slak, sanctioned: false }]",
      ["app-absent Slak p.yaml:3"],
    ],
    [
      "a sanctioned app: its last grant may be gone",
      "apps: [{ name: Calais Ferry, users: everyone }]",
      ["app-absent Calais Ferry p.yaml:3"],
    ],
    [
      "a sanctioned app by id, whatever name stands beside the id",
      "apps: [{ id: 0H4000000000009CAA, name: Slack, users: everyone }]",
      ["app-absent 0H4000000000009CAA p.yaml:3"],
    ],
    [
      "the app of an exemption that has expired: its last grant may be gone for that",
      exemption("app: Calais Ferry").replace("2026-12-31", "2026-01-31"),
      ["app-absent Calais Ferry p.yaml:5"],
    ],
    ...["protected: { apps: [Calais Ferry] }", exemption("app: Calais Ferry").slice("apps: []\n".length)].map(
      (text): [string, string, string[], string] => [
        `an app of a policy that is extended: ${text.split(":")[0]}`,
        "extends: base.yaml\napps: []",
        [`app-absent Calais Ferry base.yaml:${text.startsWith("protected") ? 4 : 5}`],
        `version: 1\nunlisted: report\napps: []\n${text}\n`,
      ],
    ),
    [
      "whoever is in scope, or has high privilege, by a policy that is extended",
      "extends: base.yaml\napps: []",
      [
        "name-absent Role of Calais base.yaml:4",
        "name-absent Calais_Set base.yaml:4",
        "name-absent *@calais.example base.yaml:4",
        "name-absent Profile of Calais base.yaml:4",
        "name-absent LaunchFerries base.yaml:5",
        "user-absent captain@calais.example base.yaml:4",
      ],
      `version: 1\nunlisted: report\napps:\n  - { id: ${SLACK}, users: { roles: [Role of Calais], permissionSets: [Calais_Set], usernames: [captain@calais.example, ann@dieppe.example], usernamesLike: ["*@calais.example"], profiles: [Profile of Calais] } }\nhighPrivilege: { permissions: [LaunchFerries, ModifyAllData] }\n`,
    ],
  ])("%s", (_what, text, expected, base) => {
    expect(absent(text, base).sort()).toEqual([...expected].sort());
  });

  it("a denied app by id is, whatever name stands beside the id", () => {
    expect(absent("apps: [{ id: 0H4000000000009CAA, name: Calais Ferry, sanctioned: false }]")).toEqual([
      "app-absent 0H4000000000009CAA p.yaml:3",
    ]);
  });
});

describe("a typing mistake is an error where it would cost something:", () => {
  const [slackApp, bobs, stranger] = [app("Slack", SLACK), app("Bob's Tool"), app("Payroll Sync")];
  /** What is wrong with a policy in an org where Ann holds Slack, Bob's Tool and Payroll Sync, which is not installed. */
  const wrong = (text: string, base?: string) => {
    const grants = [slackApp, bobs, stranger].map((one) => grant(ANN.id, one));
    const parsed = parsePolicy(`version: 1\n${text}\n`, "p.yaml", () => ({ text: base ?? "" }));
    if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
    const result = resolvePolicy(
      parsed.policy,
      { ...INVENTORY, apps: [slackApp, bobs, stranger], grants },
      AS_OF,
    );
    return "problems" in result ? formatProblems(result.problems) : "";
  };
  const said = (name: string, meant: string) => `no app named "${name}" in Dieppe; did you mean "${meant}"?`;

  it.each([
    [
      "a denial that would deny nothing",
      "unlisted: report\napps: [{ name: Slakc, sanctioned: false }]",
      said("Slakc", "Slack"),
    ],
    [
      "a denial by what nobody sees",
      'unlisted: report\napps: [{ name: "S\\u200black", sanctioned: false }]',
      "no app named",
    ],
    [
      "a sanction, where unlisted apps lose their grants",
      "unlisted: revoke\nplatformApps: revoke\napps: [{ name: Bobs Tool, users: everyone }]",
      said("Bobs Tool", "Bob's Tool"),
    ],
    [
      "a wrong id beside the name of an app",
      "unlisted: revoke\nplatformApps: revoke\napps: [{ id: 0H4000000000009CAA, name: slack, users: everyone }]",
      "no app with the id 0H4000000000009CAA",
    ],
  ])("%s", (_what, text, message) => expect(wrong(text)).toContain(message));

  it.each([
    [
      "a sanction, where unlisted apps are only reported",
      "unlisted: report\napps: [{ name: Slakc, users: everyone }]",
    ],
    [
      "a name near that of an app which another entry lists",
      `unlisted: revoke\nplatformApps: revoke\napps: [{ name: Slakc, sanctioned: false }, { id: ${SLACK}, users: everyone }]`,
    ],
    ...["Payroll Sync", "Payrol Sync"].map((name) => [
      `the name of an app that went, which a stranger without an id has taken: ${name}`,
      `unlisted: revoke\nplatformApps: revoke\napps: [{ id: 0H4000000000009CAA, name: ${name}, users: everyone }]`,
    ]),
    [
      "a name that differs in digits",
      "unlisted: revoke\nplatformApps: revoke\napps: [{ name: Slack 2, sanctioned: false }, { name: Slack, users: everyone }]",
    ],
  ])("but not %s", (_what, text) => expect(wrong(text)).toBe(""));

  it.each([
    ["a protected app", "apps: []\nprotected: { apps: [Slakc] }", said("Slakc", "Slack")],
    ["an offboarded user", "apps: []\noffboarded: [ann@dieppe.exampel]", 'no user "ann@dieppe.exampel"'],
    [
      "a profile",
      `apps: [{ id: ${SLACK}, users: { profiles: [Standard Usr] } }]`,
      'no profile "Standard Usr" in Dieppe; did you mean "Standard User"?',
    ],
  ])("in a policy that is extended too: %s", (_what, text, message) => {
    expect(wrong("extends: base.yaml", `version: 1\nunlisted: report\n${text}\n`)).toContain(message);
  });

  it("but people whose names are short, or another's in the next domain, are other people", () => {
    const base =
      "version: 1\nunlisted: report\napps: []\noffboarded: [ben2@dieppe.example, bea@dieppe.example, ben@calais.example]\n";
    expect(wrong("extends: base.yaml", base)).toBe("");
  });
});

describe("a name is the app's, whatever its case and its blanks,", () => {
  it.each([
    ["sanctioned", "apps: [{ name: ' SLACK', users: everyone }]"],
    ["sanctioned by id", `apps: [{ id: ${SLACK}, name: SLACK, users: everyone }]`],
    ["denied", "apps: [{ name: data  loader, sanctioned: false }]"],
    ["protected", "apps: []\nprotected: { apps: [slack] }"],
    ["exempt", exemption('app: "DATA\\u00a0LOADER"')],
  ])("where it is %s", (_where, text) => {
    expect(problems(text)).toBe("");
    expect(absent(text)).toEqual([]);
  });

  it("where it is of a policy that is extended", () => {
    const base = "version: 1\nunlisted: report\napps: []\nprotected: { apps: [slack] }\n";
    expect([...resolved("extends: base.yaml\napps: []", base).protectedApps.keys()]).toEqual([SLACK]);
  });
});

describe("what is said both ways, by name here and by id there, is a problem", () => {
  it.each<[rule: string, text: string, message: string]>([
    [
      "an app exempt and protected",
      `${exemption("app: Slack")}\nprotected: { apps: [${SLACK}] }`,
      'p.yaml:5:5: the app "Slack" is exempt and protected (p.yaml:6); an exemption of a protected app does nothing: remove one of the two',
    ],
    [
      "an app denied and protected",
      `apps:\n  - { id: ${SLACK}, sanctioned: false }\nprotected: { apps: [Slack] }`,
      `p.yaml:5:21: the app "${SLACK}" is denied and protected (p.yaml:4); remove it from one of the two`,
    ],
  ])("%s", (_rule, text, message) => {
    expect(problems(text)).toContain(message);
  });
});

describe("people", () => {
  it("bear the line that offboards or protects them, and what gives them privilege", () => {
    const { people } = resolved(
      "apps: []\noffboarded:\n  - ANN@dieppe.example\nprotected:\n  users:\n    - ben@dieppe.example\nhighPrivilege: { permissions: [ModifyAllData] }",
    );
    expect(
      [...people.values()].map((person) => [
        person.username,
        person.offboarded?.line ?? null,
        person.protected?.line ?? null,
        person.privilege,
      ]),
    ).toEqual([
      [ANN.username, 5, null, "the permission ModifyAllData"],
      [BEN.username, null, 8, null],
    ]);
  });

  it("have their privilege through the first of several reasons: permission, profile, permission set", () => {
    const why = (privilege: string) =>
      [...resolved(`apps: []\nhighPrivilege: { ${privilege} }`).people.values()].map(
        (person) => person.privilege,
      );
    expect(why("permissions: [ModifyAllData, ManageUsers]")).toEqual([
      "the permission ModifyAllData",
      "the permission ManageUsers",
    ]);
    expect(why("permissionSets: [Sellers_EMEA, Twin_B], profiles: [System Administrator]")).toEqual([
      null,
      "the profile System Administrator",
    ]);
    expect(why("permissionSets: [Sellers_EMEA, Twin_B]")).toEqual([null, "the permission set Sellers_EMEA"]);
  });

  it("are in scope by a type that the platform has, or that a user of the org has", () => {
    const types = (text: string) => [
      ...[...resolved(slack(`{ userTypes: [${text}] }`)).listedApps.values()][0]!.users!.userTypes,
    ];
    expect(types("Guest, Robot")).toEqual(["Guest", "Robot"]);
  });
});

describe("a pattern of usernames", () => {
  const matching = (pattern: string) => {
    const { listedApps: rules, people } = resolved(slack(`{ usernamesLike: ["${pattern}"] }`));
    const [rule] = rules.values();
    return [...people.values()].flatMap(({ username, memberOf }) =>
      memberOf.some((number) => rule!.users!.memberSets.has(number)) ? username : [],
    );
  };
  it.each([
    ["*", [ANN.username, BEN.username]],
    ["a*", [ANN.username]],
    ["***n@*", [ANN.username, BEN.username]],
    ["?nn@dieppe.example", [ANN.username]],
    ["BEN@*", [BEN.username]],
    ["*@dieppe.exampl?", [ANN.username, BEN.username]],
  ])("%s matches %j", (pattern, usernames) => {
    expect(matching(pattern)).toEqual(usernames);
  });

  it.each([
    "nn@dieppe.example",
    "ann@dieppe",
    "ann@dieppe?example?",
    "[a]nn@dieppe.example",
    "(ann|ben)@*",
    "ann@dieppe.exampl.",
  ])("%s matches nobody", (pattern) => {
    expect(problems(slack(`{ usernamesLike: ["${pattern}"] }`))).toContain(`no username like "${pattern}"`);
  });
});

describe("the policy's own org", () => {
  it("is taken by id and by name", () => {
    expect(problems(`org: { id: ${INVENTORY.org.id}, name: Dieppe }\napps: []`)).toBe("");
  });

  it("is told by id before its name, and nothing else is said of another's org", () => {
    const other = problems(
      "org: { id: 00D000000000002, name: Calais }\napps: []\noffboarded: [x@calais.example]",
    );
    expect(other).toContain(
      "the policy is for the org 00D000000000002EAA, but the credentials lead to Dieppe",
    );
    expect(other).not.toContain("no user");
    expect(other).not.toContain('"Calais"');
  });
});

it("an app that both files protect, in two ways, stands where the file itself names it", () => {
  const { protectedApps } = resolved(
    `protected: { apps: [${SLACK}] }\napps: []\nextends: base.yaml`,
    "version: 1\nunlisted: report\napps: []\nprotected: { apps: [Slack] }\n",
  );
  expect([...protectedApps.values()]).toMatchObject([{ file: "p.yaml", line: 3 }]);
});

it("an app that the extended policy denies by id is sanctioned by name in so many words alone", () => {
  const base = `version: 1\nunlisted: report\napps: [{ id: ${SLACK}, sanctioned: false }]\n`;
  const own = (more: string) => `extends: base.yaml\napps: [{ name: Slack, users: everyone${more} }]`;
  expect(problems(own(""), base)).toContain("is listed twice");
  expect(resolved(own(", sanctioned: true"), base).listedApps.get(SLACK)?.entry.denied).toBeNull();
});
