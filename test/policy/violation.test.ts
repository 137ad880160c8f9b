import { describe, expect, it } from "vitest";
import { parsePolicy, policyFromObject } from "../../src/policy/load.ts";
import { formatProblems } from "../../src/policy/problem.ts";

const head = "version: 1\nunlisted: report\napps:\n";

function problems(text: string): string[] {
  const result = parsePolicy(text, "p.yaml");
  return "problems" in result
    ? formatProblems(result.problems)
        .split("\n")
        .filter((line) => line.startsWith("p.yaml:"))
    : [];
}

/** Problems of a policy with these apps, each on a line from 4 on. */
const withApps = (...apps: string[]) => problems(head + apps.map((app) => `  - ${app}\n`).join(""));

describe("a policy is normalised", () => {
  const text = `version: 1
org: { name: Acme, id: 00D000000001942 }
unlisted: report
apps:
  - name: Slack
    id: 0H4000000000002
    owner: it@acme.example
    reason: Chat
    users: { usernames: [Ada@acme.example], profiles: [Sales User] }
  - name: "no"
    users: everyone
`;
  const at = (line: number, column: number) => ({ file: "p.yaml", line, column });

  it("with ids of 18 characters and the place of each name", () => {
    expect(parsePolicy(text, "p.yaml")).toMatchObject({
      policy: {
        file: "p.yaml",
        org: {
          name: { value: "Acme", position: at(2, 14) },
          id: { value: "00D000000001942EAA", position: at(2, 24) },
        },
        unlisted: { value: "report", position: at(3, 1) },
        apps: [
          {
            id: { value: "0H4000000000002CAA", position: at(6, 9) },
            name: { value: "Slack", position: at(5, 11) },
            owner: "it@acme.example",
            reason: "Chat",
            users: {
              everyone: false,
              usernames: [{ value: "Ada@acme.example", position: at(9, 26) }],
              profiles: [{ value: "Sales User", position: at(9, 56) }],
              position: at(9, 5),
            },
            position: at(5, 5),
          },
          { id: null, name: { value: "no" }, owner: null, reason: null, users: { everyone: true } },
        ],
      },
    });
  });

  it("the same with a byte order mark and Windows line ends", () => {
    const plain = parsePolicy(text, "p.yaml");
    const windows = parsePolicy(`\uFEFF${text.replaceAll("\n", "\r\n")}`, "p.yaml");
    expect(JSON.stringify(windows)).toBe(JSON.stringify(plain));
  });

  it("an empty list of apps and a missing org are allowed", () => {
    expect(parsePolicy("version: 1\nunlisted: report\napps: []\n", "p.yaml")).toMatchObject({
      policy: { org: null, apps: [] },
    });
  });
});

describe("every problem of the schema is said at its place", () => {
  it.each([
    [
      "an unknown key with a near one",
      "{ name: x, users: everyone, ownr: y }",
      '4:33: unknown key "ownr" in apps[0]; did you mean "owner"? [unknown-key]',
    ],
    [
      "an unknown key with none near",
      "{ name: x, users: everyone, colour: red }",
      '4:33: unknown key "colour" in apps[0]; known here: name, id, sanctioned, mode, owner, reason, reviewBy, expected, expectedBy, users, scopes, settings, maxIdleDays, maxAgeDays, neverUsedAfterDays [unknown-key]',
    ],
    [
      "an unknown selector",
      "{ name: x, users: { role: [CEO] } }",
      '4:25: unknown key "role" in apps[0].users; did you mean "roles"? [unknown-key]',
    ],
    [
      "no users",
      "{ name: x }",
      '4:5: apps[0] has no "users"; say who is in scope: `users: everyone`, or usernames, profiles and the like; or deny it with `sanctioned: false` [key-missing]',
    ],
    [
      "empty users",
      "{ name: x, users: {} }",
      "4:23: apps[0].users is empty; write `users: everyone` or list some [value-empty]",
    ],
    [
      "an empty list",
      "{ name: x, users: { usernames: [] } }",
      "4:36: apps[0].users.usernames is empty; fill it in or leave the key out [value-empty]",
    ],
    [
      "an empty name",
      '{ name: "", users: everyone }',
      "4:7: apps[0].name is empty; fill it in or leave the key out [value-empty]",
    ],
    [
      "a name without a value",
      "{ name: , users: everyone }",
      "4:7: apps[0].name must be text, found nothing; fill it in or leave the key out [value-of-wrong-type]",
    ],
    [
      "yes for everyone",
      "{ name: x, users: yes }",
      '4:23: apps[0].users must be `everyone`, `nobody` or a map of usernames, usernamesLike, profiles …, found "yes"; see docs/policy.md [value-not-allowed]',
    ],
    [
      "a list of users without its kind",
      "{ name: x, users: [Ada] }",
      '4:23: apps[0].users must be `everyone`, `nobody` or a map of usernames, usernamesLike, profiles …, found ["Ada"]; see docs/policy.md [value-not-allowed]',
    ],
    [
      "a boolean for a name, as it is written",
      "{ name: True, users: everyone }",
      "4:13: apps[0].name must be text, found True; quote it if it is meant as text [value-of-wrong-type]",
    ],
    [
      "a number for a name, as it is written",
      "{ name: 0x1F, users: everyone }",
      "4:13: apps[0].name must be text, found 0x1F; quote it if it is meant as text [value-of-wrong-type]",
    ],
    [
      "text for a list",
      "{ name: x, users: { profiles: Sales User } }",
      '4:35: apps[0].users.profiles must be a list, found "Sales User"; see docs/policy.md [value-of-wrong-type]',
    ],
    [
      "an id of something else",
      "{ id: 005000000000001, users: everyone }",
      "4:11: apps[0].id must be text, found 005000000000001; quote it if it is meant as text [value-of-wrong-type]",
    ],
    [
      "an id of a wrong kind",
      "{ id: 0H5000000000001AAA, users: everyone }",
      '4:11: apps[0].id is not a valid id: "0H5000000000001AAA"; an app\'s id has 15 or 18 characters and starts with 0H4 (connected app) or 0xI (external client app) [app-id-not-valid]',
    ],
    [
      "a key that would move the cursor",
      '{ name: x, users: everyone, "a\\e[2J": 1 }',
      '4:33: unknown key "a\\u{1b}[2J" in apps[0]; known here: name, id, sanctioned, mode, owner, reason, reviewBy, expected, expectedBy, users, scopes, settings, maxIdleDays, maxAgeDays, neverUsedAfterDays [unknown-key]',
    ],
  ])("%s", (_name, app, expected) => {
    expect(withApps(app)).toEqual([`p.yaml:${expected}`]);
  });

  it.each([
    [
      "another version",
      "version: 2\nunlisted: report\napps: []\n",
      "1:10: version must be 1, found 2; this release supports no other [value-not-allowed]",
    ],
    [
      "a version in quotes",
      'version: "1"\nunlisted: report\napps: []\n',
      '1:10: version must be 1, found "1"; remove the quotes [value-not-allowed]',
    ],
    [
      "no for unlisted",
      "version: 1\nunlisted: no\napps: []\n",
      '2:11: unlisted must be `revoke` or `report`, found "no"; see docs/policy.md [value-not-allowed]',
    ],
    [
      "an org id of another kind",
      "version: 1\norg: { id: 001000000000001AAA }\nunlisted: report\napps: []\n",
      '2:12: org.id is not a valid id: "001000000000001AAA"; an org\'s id has 15 or 18 characters and starts with 00D [org-id-not-valid]',
    ],
    [
      "an org that says nothing",
      "version: 1\norg: {}\nunlisted: report\napps: []\n",
      "2:6: org is empty; fill it in or leave the key out [value-empty]",
    ],
    [
      "a file that is a list",
      "- a\n",
      '1:1: the policy must be a map, found ["a"]; see docs/policy.md [value-of-wrong-type]',
    ],
  ])("%s", (_name, text, expected) => {
    expect(problems(text)).toEqual([`p.yaml:${expected}`]);
  });

  it("all of them in one run, in the order of the file", () => {
    expect(problems("apps:\n  - { usrs: everyone }\nversion: 3\n")).toEqual([
      'p.yaml:1:1: the policy has no "unlisted"; say `unlisted: revoke` or `unlisted: report` [key-missing]',
      'p.yaml:2:5: apps[0] has no "users"; say who is in scope: `users: everyone`, or usernames, profiles and the like; or deny it with `sanctioned: false` [key-missing]',
      'p.yaml:2:7: unknown key "usrs" in apps[0]; did you mean "users"? [unknown-key]',
      "p.yaml:3:10: version must be 1, found 3; this release supports no other [value-not-allowed]",
    ]);
  });

  it("a great many take time in proportion and are cut short", () => {
    const result = parsePolicy(Array.from({ length: 20_000 }, (_, i) => `k${i}: 1\n`).join(""), "p.yaml");
    const text = "problems" in result ? formatProblems(result.problems) : "";
    expect(text.split("\n").at(-1)).toBe("… and at least 900 more problems");
  });
});

describe("what contradicts itself is refused at the second place", () => {
  it.each([
    [
      "an app without name and id",
      ["{ users: everyone }"],
      "4:5: an app has neither name nor id; give its id (0H4… or 0xI…; 0SO… of an identity provider), its name, or both [app-without-name-and-id]",
    ],
    [
      "one app id in both its forms",
      ["{ id: 0H4000000000002, users: everyone }", "{ id: 0H4000000000002CAA, users: everyone }"],
      '5:11: the app id "0H4000000000002CAA" is listed twice; keep one of the two (the first is in line 4) [app-listed-twice]',
    ],
    [
      "one app name without ids",
      ["{ name: Slack, users: everyone }", "{ name: Slack, users: everyone }"],
      '5:13: the app name "Slack" is listed twice; keep one of the two (the first is in line 4) [app-listed-twice]',
    ],
    [
      "one username in other case",
      ["{ name: x, users: { usernames: [ada@x.example, Ada@X.example] } }"],
      '4:52: the username "Ada@X.example" is listed twice; keep one of the two (the first is in line 4) [entry-listed-twice]',
    ],
    [
      "one profile",
      ["{ name: x, users: { profiles: [A, A] } }"],
      '4:39: the profile "A" is listed twice; keep one of the two (the first is in line 4) [entry-listed-twice]',
    ],
  ])("%s", (_name, apps, expected) => {
    expect(withApps(...apps)).toEqual([`p.yaml:${expected}`]);
  });

  it("but apps with ids of their own may share a name", () => {
    expect(
      withApps(
        "{ name: Slack, id: 0H4000000000001, users: everyone }",
        "{ name: Slack, id: 0H4000000000002, users: everyone }",
      ),
    ).toEqual([]);
  });
});

describe("a policy given as an object", () => {
  const inline = (value: unknown) => {
    const result = policyFromObject(value, "inline policy");
    return "problems" in result ? formatProblems(result.problems) : result.policy;
  };

  it("says its problems by path", () => {
    expect(inline({ version: 1, unlisted: "report", apps: [{ name: "x", users: "all" }] })).toBe(
      'inline policy at apps[0].users: apps[0].users must be `everyone`, `nobody` or a map of usernames, usernamesLike, profiles …, found "all"; see docs/policy.md [value-not-allowed]',
    );
    expect(
      inline({
        version: 1,
        unlisted: "report",
        apps: [
          { name: "x", users: "everyone" },
          { name: "x", users: "everyone" },
        ],
      }),
    ).toBe(
      'inline policy at apps[1].name: the app name "x" is listed twice; keep one of the two (the first is inline policy at apps[0].name) [app-listed-twice]',
    );
  });

  it("is held to the same rules", () => {
    expect(inline({ version: 1, unlisted: "report", apps: [], owner: undefined })).toContain(
      'unknown key "owner"',
    );
    expect(
      inline({ version: 1, unlisted: "report", apps: [{ name: "x", users: "everyone", owner: undefined }] }),
    ).toMatchObject({ unlisted: { value: "report" }, apps: [{ owner: null }] });
  });

  it.each([[null], [undefined], ["text"], [12n], [[]], [new Date(0)], [() => 1], [Symbol("x")]])(
    "anything else is a problem and no crash: %s",
    (value) => {
      expect(inline(value)).toMatch(/^inline policy: the policy /);
    },
  );

  it("a value that holds itself is a problem and no crash", () => {
    const loop: Record<string, unknown> = { version: 1, unlisted: "report" };
    loop.apps = loop;
    expect(inline(loop)).toBe(
      "inline policy at apps: apps must be a list, found a map; see docs/policy.md [value-of-wrong-type]",
    );
  });
});
