import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Document, parseDocument } from "yaml";
import { policyProblems } from "../../src/policy/errors.ts";
import { parsePolicy, policyFromObject } from "../../src/policy/load.ts";
import type { OpenFile } from "../../src/policy/namedFile.ts";
import type { Policy, Position } from "../../src/policy/policy.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { saidValues } from "../../src/policy/saidValues.ts";
import { summarizePolicy } from "../../src/policy/summary.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { cases } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, PROFILES, sfId, user } from "../inventories.ts";

const BASE = `version: 1
unlisted: report
limits: { revocations: 9, percent: 5 }
defaults: { maxIdleDays: 90, maxAgeDays: 700 }
apps:
  - name: Slack
    owner: it@acme.example
    users: { profiles: [Sales User] }
    maxIdleDays: 60
  - name: Payroll Sync
    users: everyone
offboarded: [jane@acme.example]
protected: { users: [glass@acme.example] }
`;
const OWN = `version: 1
extends: shared/base.yaml
limits: { revocations: 20 }
apps:
  - name: Slack
    id: 0H4000000000001CAA
    users: { profiles: [Standard User] }
offboarded: [joe@acme.example, jane@acme.example]
`;

/** Opens files from a map, by path. */
const files =
  (texts: Record<string, string>): OpenFile =>
  (file) =>
    texts[file] === undefined ? { why: "is not there", remedy: null } : { text: texts[file] };

function parse(own: string, texts: Record<string, string> = { "policy/shared/base.yaml": BASE }): Policy {
  const result = parsePolicy(own, "policy/acme.yaml", files(texts));
  if ("problems" in result) throw new Error(formatProblems(result.problems));
  return result.policy;
}
function problems(own: string, texts: Record<string, string> = { "policy/shared/base.yaml": BASE }): string {
  const result = parsePolicy(own, "policy/acme.yaml", files(texts));
  return "problems" in result ? formatProblems(result.problems) : "";
}

describe("a policy that extends another", () => {
  it("names the file of what it contradicts in the other: a line alone would mean its own", () => {
    const own = OWN.replace("offboarded: [joe@acme.example,", "offboarded: [glass@acme.example,");
    expect(problems(own)).toContain(
      'the user "glass@acme.example" is offboarded and protected (policy/shared/base.yaml:13)',
    );
  });

  it("whose users nobody here is, is an error at its line, where the org has the app", () => {
    const base =
      "version: 1\nunlisted: report\napps:\n  - name: Slack\n    users: { profiles: [Elsewhere] }\n";
    const held = (name: string) => {
      const policy = parse("version: 1\nextends: shared/base.yaml\n", { "policy/shared/base.yaml": base });
      const found = resolvePolicy(policy, inventoryOf({ users: [user(1)], apps: [app(name)] }), AS_OF);
      return "problems" in found
        ? formatProblems(found.problems)
        : found.resolved.absent.map((absent) => absent.name);
    };
    expect(held("Slack")).toContain("policy/shared/base.yaml:5:5: nobody in Dieppe is in scope of the app");
    expect(held("Calendly")).toEqual(["Elsewhere", "Slack"]);
  });

  it("may have a baseline of it name users whom the org does not have; its own may not", () => {
    const texts = {
      "policy/shared/base.yaml": "version: 1\nunlisted: report\nbaseline: known.yaml\napps: []\n",
      "policy/shared/known.yaml":
        "version: 1\nexpires: 2026-12-31\nwritten: 2026-11-01\ngrants: [{ app: Slack, user: else@acme.example }]\n",
    };
    const org = inventoryOf({ users: [user(1)], apps: [app("Slack")] });
    const shared = resolvePolicy(parse("version: 1\nextends: shared/base.yaml\n", texts), org, AS_OF);
    expect("resolved" in shared && shared.resolved.absent.map(({ name }) => name)).toEqual([
      "else@acme.example",
    ]);
    const own = parse("version: 1\nunlisted: report\nbaseline: shared/known.yaml\napps: []\n", texts);
    const refused = resolvePolicy(own, org, AS_OF);
    expect("problems" in refused && formatProblems(refused.problems)).toContain(
      'policy/shared/known.yaml:4:30: no user "else@acme.example" in Dieppe',
    );
  });

  it("adds to its patterns of denied apps, and may say one of them again", () => {
    const likes = (...names: string[]) =>
      `appsLike:\n${names.map((name) => `  - { name: ${name}, sanctioned: false }\n`).join("")}`;
    const own = `version: 1\nextends: shared/base.yaml\n${likes("Dr*", "X*")}`;
    const { appsLike } = parse(own, { "policy/shared/base.yaml": `${BASE}${likes("dr*", "Y*")}` });
    expect(appsLike.map(({ pattern: { value, position } }) => [value, position.file])).toEqual([
      ["Dr*", "policy/acme.yaml"],
      ["X*", "policy/acme.yaml"],
      ["Y*", "policy/shared/base.yaml"],
    ]);
  });

  it("adds to its exceptions from high privilege", () => {
    const privilege = (user: string) =>
      `highPrivilege:\n  profiles: [Admin]\n  exceptions: [{ user: ${user}, reason: a, owner: b, reviewBy: 2027-01-01 }]\n`;
    const own = `version: 1\nextends: shared/base.yaml\n${privilege("a@b.c")}`;
    const { highPrivilege } = parse(own, { "policy/shared/base.yaml": `${BASE}${privilege("d@e.f")}` });
    expect(highPrivilege?.exceptions.map(({ user }) => user?.value)).toEqual(["a@b.c", "d@e.f"]);
  });

  it("has the other's apps and no more where it lists none itself", () => {
    const { apps } = parse("version: 1\nextends: shared/base.yaml\n");
    expect(apps.map(({ name }) => name?.value)).toEqual(["Slack", "Payroll Sync"]);
  });

  it("wins key by key and app by app, and adds to its lists", () => {
    expect(summarizePolicy(parse(OWN))).toEqual({
      unlisted: "report",
      defaults: { maxIdleDays: 90, maxAgeDays: 700 },
      limits: { revocations: 20, percent: 5, perApp: 50 },
      apps: {
        "Payroll Sync": { users: "everyone", maxIdleDays: 90, maxAgeDays: 700 },
        "Slack (0H4000000000001CAA)": {
          owner: "it@acme.example",
          users: { profiles: "Standard User" },
          maxIdleDays: 60,
          maxAgeDays: 700,
        },
      },
      offboarded: "jane@acme.example, joe@acme.example",
      protected: { users: "glass@acme.example" },
    });
  });

  it("keeps where each value comes from", () => {
    const policy = parse(OWN);
    expect(policy.unlisted.position).toEqual({ file: "policy/shared/base.yaml", line: 2, column: 1 });
    const slack = policy.apps.find(({ name }) => name?.value === "Slack")!;
    expect([slack.users!.position.file, slack.times.maxIdleDays!.position.file]).toEqual([
      "policy/acme.yaml",
      "policy/shared/base.yaml",
    ]);
    const lineOf = ({ position }: { position: Position }) =>
      policy.problemAt(position, policyProblems["policy-empty"]()).sourceLine;
    // Of the file under review alone: who may write that need not be one who may read the other.
    expect([lineOf(slack.users!), lineOf(policy.unlisted)]).toEqual([
      "    users: { profiles: [Standard User] }",
      "",
    ]);
  });

  it.each([
    [
      "a base that is not there",
      OWN,
      {},
      "policy/acme.yaml:2:10: the file policy/shared/base.yaml is not there; name one relative to policy",
    ],
    [
      "a base that extends another",
      OWN,
      { "policy/shared/base.yaml": `${BASE}extends: x.yaml\n` },
      "policy/shared/base.yaml:14:1: a policy that is extended may not extend another; remove it",
    ],
    [
      "a base that is not right by itself",
      OWN,
      { "policy/shared/base.yaml": BASE.replace("report", "drop") },
      "policy/acme.yaml:2:10: `extends` names policy/shared/base.yaml, which has problems (line 2: value-not-allowed); `npx sanctioned validate policy/shared/base.yaml` shows them",
    ],
    [
      "an app without users in either",
      `${OWN}extras:\n`
        .replace("extras:\n", "")
        .replace("name: Slack", "name: Other")
        .replace("    users: { profiles: [Standard User] }\n", ""),
      undefined,
      'the app "Other" has no "users"; say who is in scope',
    ],
    [
      "an app that the base denies and the file gives users, without saying that it means that",
      OWN,
      {
        "policy/shared/base.yaml": BASE.replace("users: { profiles: [Sales User] }", "sanctioned: false"),
      },
      'policy/acme.yaml:7:5: the app "Slack" is denied (policy/shared/base.yaml:8) and has users in scope; remove one of the two; to allow what an extended policy denies, say `sanctioned: true` as well',
    ],
    [
      "that those of Salesforce's own go too, which is not said",
      OWN,
      { "policy/shared/base.yaml": BASE.replace("unlisted: report", "unlisted: revoke") },
      "policy/shared/base.yaml:2:1: `unlisted: revoke` takes Salesforce's own apps too (mobile app, CLI, Data Loader …) where `apps` does not list them, and the policy does not say that this is meant; add `platformApps: keep`",
    ],
    [
      "the same, of the file itself",
      OWN.replace("limits:", "unlisted: revoke\nlimits:"),
      undefined,
      "policy/acme.yaml:3:1: `unlisted: revoke` takes Salesforce's own apps too",
    ],
  ])("%s is one clear problem", (_rule, own, texts, message) => {
    expect(problems(own, texts as Record<string, string> | undefined)).toContain(message);
  });

  describe("merges key by key what both say", () => {
    const summary = (base: string, own: string) =>
      summarizePolicy(
        parse(`version: 1\nextends: base.yaml\n${own}`, {
          "policy/base.yaml": `version: 1\nunlisted: report\napps: []\n${base}`,
        }),
      );
    it("who has high privilege, and what that means", () => {
      const base =
        "highPrivilege: { profiles: [Admin], permissions: [ManageUsers], action: revoke, grantedSince: 2026-01-01 }";
      expect(summary(base, "highPrivilege: { profiles: [Standard] }").highPrivilege).toEqual({
        profiles: "Standard",
        permissions: "ManageUsers",
        action: "revoke",
        grantedSince: "2026-01-01",
      });
      expect(summary(base, "highPrivilege: { grantedWithinDays: 7 }").highPrivilege).toEqual({
        profiles: "Admin",
        permissions: "ManageUsers",
        action: "revoke",
        grantedWithinDays: 7,
      });
    });
    it("the org", () => {
      expect(summary("org: { id: 00D000000000001EAA }", "org: { name: Calais }").org).toEqual({
        id: "00D000000000001EAA",
        name: "Calais",
      });
    });
    it("an app's settings, but not who is in scope, nor its scopes", () => {
      const apps = (entry: string) => `apps:\n  - { name: Slack, ${entry} }\n`;
      const base = `version: 1\nunlisted: report\n${apps(
        "users: { profiles: [Sales], except: { roles: [CEO] } }, scopes: [api, id], settings: { ipRelaxation: enforce, refreshTokenMaxDays: 9 }",
      )}`;
      const own = `version: 1\nextends: base.yaml\n${apps(
        "users: { roles: [Rep] }, scopes: [web], settings: { refreshTokenMaxDays: 5, adminApprovedUsersOnly: true }",
      )}`;
      expect(summarizePolicy(parse(own, { "policy/base.yaml": base })).apps).toEqual({
        Slack: {
          users: { roles: "Rep" },
          scopes: "web",
          settings: { ipRelaxation: "enforce", refreshTokenMaxDays: 5, adminApprovedUsersOnly: true },
        },
      });
    });
    it("what leavers get, the limits and the defaults", () => {
      expect(
        summary(
          "leavers: { frozen: report, inactive: report }\nlimits: { percent: 5 }\ndefaults: { maxAgeDays: 9 }",
          "leavers: { inactive: revoke }\nlimits: { perApp: 1 }\ndefaults: { maxIdleDays: 8 }",
        ),
      ).toMatchObject({
        leavers: { frozen: "report" },
        limits: { revocations: 50, percent: 5, perApp: 1 },
        defaults: { maxIdleDays: 8, maxAgeDays: 9 },
      });
    });
  });

  describe("turns an entry of the other around", () => {
    const entry = (file: string, text: string) =>
      `version: 1\n${file}\napps:\n  - { name: Slack, ${text} }\n`;
    const one = (own: string, base: string) =>
      parse(entry("extends: base.yaml", own), { "policy/base.yaml": entry("unlisted: report", base) }).apps;
    it("denying what that sanctions, of which it takes no more than which app is meant and whose it is", () => {
      const apps = one(
        "sanctioned: false",
        "id: 0H4000000000001CAA, owner: it, reason: Cases, mode: report, users: everyone, scopes: [api], reviewBy: 2027-01-01, settings: { ipRelaxation: enforce }, maxIdleDays: 3",
      );
      expect(apps).toHaveLength(1);
      expect(apps[0]).toMatchObject({
        id: { value: "0H4000000000001CAA", position: { file: "policy/base.yaml" } },
        denied: { file: "policy/acme.yaml", line: 4 },
        owner: "it",
        reason: null,
        mode: null,
        users: null,
        scopes: null,
        reviewBy: null,
        settings: null,
        times: { maxIdleDays: null },
        shared: false,
      });
    });
    it("sanctioning what that denies, where it says so", () => {
      const apps = one("sanctioned: true, users: everyone", "sanctioned: false, reason: Vishing target");
      expect(apps).toMatchObject([{ denied: null, reason: null, users: { everyone: true } }]);
    });
    it("also where one of them says the id and the other the name", () => {
      const inventory = inventoryOf({ apps: [app("Slack", "0H4000000000001CAA")] });
      const policy = parse(
        "version: 1\nextends: base.yaml\napps: [{ id: 0H4000000000001, sanctioned: false }]",
        {
          "policy/base.yaml": entry("unlisted: report", "users: everyone"),
        },
      );
      const resolution = resolvePolicy(policy, inventory, AS_OF);
      if ("problems" in resolution) throw new Error(formatProblems(resolution.problems));
      const [listed] = resolution.resolved.listedApps.values();
      expect(listed?.entry.denied).toMatchObject({ file: "policy/acme.yaml" });
    });
  });

  it("knows an app of the other by its name as names are compared, and one that is called exactly so first", () => {
    const base =
      "version: 1\nunlisted: report\napps:\n  - { name: SLACK, users: everyone, owner: a }\n  - { name: Slack, users: everyone, owner: b }\n";
    const owners = (name: string) =>
      parse(`version: 1\nextends: base.yaml\napps: [{ name: ${name}, mode: report }]\n`, {
        "policy/base.yaml": base
          .split("\n")
          .slice(0, name === "Slack" ? 5 : 4)
          .join("\n"),
      }).apps.map(({ owner, mode }) => [owner, mode?.value ?? null]);
    expect(owners("Slack")).toEqual([
      ["b", "report"],
      ["a", null],
    ]);
    expect(owners("slack")).toEqual([["a", "report"]]);
  });

  it("takes entries of one name with two ids for two apps, and completes by id one that says no name", () => {
    const base =
      "version: 1\nunlisted: report\napps:\n  - { name: S, id: 0H4000000000001, users: everyone }\n  - { id: 0H4000000000002, users: everyone, owner: it }\n";
    const named = (entry: string) =>
      parse(`version: 1\nextends: base.yaml\napps: [{ ${entry}, users: everyone }]\n`, {
        "policy/base.yaml": base,
      }).apps.map(({ name, id, owner }) => [name?.value ?? null, id?.value.slice(0, 15) ?? null, owner]);
    expect(named("name: S, id: 0H4000000000003")).toEqual([
      ["S", "0H4000000000003", null],
      ["S", "0H4000000000001", null],
      [null, "0H4000000000002", "it"],
    ]);
    expect(named("name: T, id: 0H4000000000002")).toEqual([
      ["T", "0H4000000000002", "it"],
      ["S", "0H4000000000001", null],
    ]);
    expect(named("name: T")).toHaveLength(3);
  });

  it.each([
    ["sanctions", "sanctioned: true", "users: everyone, mode: report"],
    ["denies", "sanctioned: false", "sanctioned: false, mode: report"],
  ])("completes an entry that %s what the other does too", (_rule, own, base) => {
    const policy = parse(`version: 1\nextends: base.yaml\napps: [{ name: S, ${own} }]\n`, {
      "policy/base.yaml": `version: 1\nunlisted: report\napps: [{ name: S, ${base} }]\n`,
    });
    expect(policy.apps.map(({ mode }) => mode?.value)).toEqual(["report"]);
  });

  it("takes what an object of a program leaves undefined from the other", () => {
    const result = policyFromObject(
      { version: 1, extends: "base.yaml", mode: undefined, limits: { percent: undefined, perApp: 1 } },
      "the program",
      files({
        "base.yaml": "version: 1\nunlisted: report\nmode: report\nlimits: { percent: 5 }\napps: []\n",
      }),
    );
    if ("problems" in result) throw new Error(formatProblems(result.problems));
    const { mode, limits } = result.policy;
    expect([mode.value, limits.percent, limits.perApp]).toEqual(["report", 5, 1]);
  });

  it("guesses none of two apps of one name", () => {
    const two =
      "version: 1\nunlisted: report\napps:\n  - { name: S, id: 0H4000000000001, users: everyone }\n  - { name: S, id: 0H4000000000002, users: everyone }\n";
    const own = "version: 1\nextends: base.yaml\napps: [{ name: S, mode: report, users: everyone }]\n";
    expect(parse(own, { "policy/base.yaml": two }).apps.map(({ mode }) => mode?.value ?? null)).toEqual([
      "report",
      null,
      null,
    ]);
  });

  it("says in either file what Salesforce's own apps get, and its own word is the last", () => {
    const base = BASE.replace("unlisted: report", "unlisted: revoke\nplatformApps: report");
    const platformApps = (own: string, said: string) =>
      parse(own, { "policy/shared/base.yaml": said }).platformApps;
    expect(platformApps(OWN, base)).toEqual({
      value: "report",
      position: { file: "policy/shared/base.yaml", line: 3, column: 1 },
    });
    expect(platformApps(`${OWN}platformApps: keep\n`, base)).toMatchObject({
      value: "keep",
      position: { file: "policy/acme.yaml", line: 9 },
    });
    expect(platformApps(`${OWN}unlisted: report\n`, BASE.replace("report", "revoke"))).toBeNull();
  });

  it("need not have every app and user of the base in its org, unless one is called nearly the same", () => {
    const org = (name: string) =>
      inventoryOf({
        users: [
          user(1, { username: "joe@acme.example" }),
          user(2, { username: "jane@acme.example", profileId: PROFILES[1]!.id }),
        ],
        grants: [
          grant(sfId("005", 1), app("Slack", "0H4000000000001CAA")),
          grant(sfId("005", 1), app(name, "0H4000000000002CAA")),
        ],
      });
    const policy = parse(`${OWN}platformApps: keep\n`, {
      "policy/shared/base.yaml": BASE.replace("unlisted: report", "unlisted: revoke"),
    });
    const far = resolvePolicy(policy, org("Calendly"), AS_OF);
    expect("resolved" in far && far.resolved.absent.map(({ name }) => name).sort()).toEqual([
      "Payroll Sync",
      "glass@acme.example",
    ]);
    const near = resolvePolicy(policy, org("Payrol Sync"), AS_OF);
    expect("problems" in near && formatProblems(near.problems)).toContain(
      'policy/shared/base.yaml:10:11: no app named "Payroll Sync" in Dieppe; did you mean "Payrol Sync"?',
    );
  });
});

describe("a baseline", () => {
  const GOOD = "version: 1\nunlisted: report\napps: []\nbaseline: known.yaml\n";
  const known =
    "version: 1\nexpires: 2026-12-31\nwritten: 2026-11-23\ngrants:\n  - { app: Slack, user: Ann@acme.example }\n";
  it("is read beside the policy", () => {
    expect(parse(GOOD, { "policy/known.yaml": known }).baseline).toMatchObject({
      expires: {
        value: "2026-12-31",
        position: { file: "policy/known.yaml", line: 2 },
      },
      written: { value: "2026-11-23", position: { file: "policy/known.yaml", line: 3 } },
      grants: [
        {
          app: { value: { name: "Slack" }, position: { file: "policy/known.yaml", line: 5 } },
          user: { value: "Ann@acme.example" },
          granted: null,
        },
      ],
    });
  });
  it.each([
    ["not there", {}, "policy/acme.yaml:4:11: the file policy/known.yaml is not there"],
    [
      "without an end",
      { "policy/known.yaml": known.replace("expires: 2026-12-31\n", "") },
      "policy/acme.yaml:4:11: `baseline` names policy/known.yaml, which has problems (line 1: key-missing); fix it there",
    ],
    [
      "with a day that is none",
      { "policy/known.yaml": known.replace("12-31", "02-30") },
      'policy/known.yaml:2:10: expires is not a day of the calendar: "2026-02-30"',
    ],
    [
      "with a time on a day that is none",
      { "policy/known.yaml": known.replace(" }", ", granted: 2026-02-30T10:00:00Z }") },
      'policy/known.yaml:5:52: grants[0].granted is not a time: "2026-02-30T10:00:00Z"',
    ],
    [
      "with an id that was copied wrongly",
      { "policy/known.yaml": known.replace("Slack", "0H4000000000001CAB") },
      "policy/known.yaml:5:12: grants[0].app is not the id of anything",
    ],
    [
      "with a time that is none",
      { "policy/known.yaml": known.replace(" }", ", granted: soon }") },
      'policy/known.yaml:5:52: grants[0].granted is not a time: "soon"',
    ],
  ])("%s is one clear problem", (_rule, texts, message) => {
    expect(problems(GOOD, texts as Record<string, string>)).toContain(message);
  });
});

it("two apps of one name, told by their ids, are no contradiction", () => {
  const apps = (one: string, other: string) =>
    `version: 1\nunlisted: report\napps:\n  - { name: A, id: 0H4000000000001, ${one} }\n  - { name: A, id: 0xI000000000002, ${other} }\nprotected: { apps: [{ id: 0H4000000000003 }, { name: 0H4000000000003 }] }\n`;
  expect(problems(apps("users: everyone", "sanctioned: false"))).toBe("");
  expect(problems(apps("sanctioned: false", "users: everyone"))).toBe("");
});

describe("contradictions are problems that name both lines", () => {
  const policy = (rest: string, apps = "apps: []") => `version: 1\nunlisted: report\n${apps}\n${rest}\n`;
  const exempt = (what: string) => `exemptions:\n  - { ${what}, reason: a, owner: b, expires: 2026-12-31 }`;
  it.each([
    [
      "protected and offboarded",
      policy("protected: { users: [A@b.c] }\noffboarded: [a@b.c]"),
      'policy/acme.yaml:5:14: the user "a@b.c" is offboarded and protected (in line 4)',
    ],
    [
      "sanctioned and denied",
      policy(
        "",
        "apps:\n  - { name: A, sanctioned: false }\n  - { name: A, id: 0H4000000000001, users: everyone }",
      ),
      'policy/acme.yaml:4:13: the app "A" is sanctioned and denied (in line 5)',
    ],
    [
      "sanctioned by name alone and denied by an id beside the name",
      policy(
        "",
        "apps:\n  - { name: A, users: everyone }\n  - { name: A, id: 0H4000000000001, sanctioned: false }",
      ),
      'policy/acme.yaml:5:13: the app "A" is sanctioned and denied (in line 4)',
    ],
    [
      "denied and protected",
      policy("protected: { apps: [A] }", "apps:\n  - { name: A, sanctioned: false }"),
      'the app "A" is denied and protected (in line 5)',
    ],
    [
      "an exemption for a protected user",
      policy(`protected: { users: [a@b.c] }\n${exempt("user: a@b.c")}`),
      'policy/acme.yaml:6:13: the user "a@b.c" is exempt and protected (in line 4)',
    ],
    [
      "an exemption for a protected app",
      policy(`protected: { apps: [A] }\n${exempt("app: A")}`),
      'the app "A" is exempt and protected (in line 4)',
    ],
    [
      "an exemption for an offboarded user",
      policy(`offboarded: [a@b.c]\n${exempt("user: a@b.c")}`),
      'the user "a@b.c" is exempt and offboarded (in line 4)',
    ],
    [
      "in scope and excepted",
      policy("", "apps:\n  - { name: A, users: { profiles: [P], except: { profiles: [P] } } }"),
      '"P" is both in scope and excepted (in line 4)',
    ],
    [
      "denied with users",
      policy("", "apps:\n  - { name: A, sanctioned: false, users: everyone }"),
      'the app "A" is denied (policy/acme.yaml:4) and has users in scope',
    ],
    [
      "an exemption of nothing",
      policy("exemptions:\n  - { reason: a, owner: b, expires: 2026-12-31 }"),
      "an exemption names neither an app nor a user",
    ],
    [
      "an exception of nothing",
      policy("highPrivilege: { profiles: [P], exceptions: [{ reason: a, owner: b, reviewBy: 2026-12-31 }] }"),
      "an exception from high privilege names neither an app nor a user",
    ],
    [
      "a pattern that every name is like",
      policy('appsLike: [{ name: "* ?", sanctioned: false }]'),
      "every name is like this pattern; say `unlisted: revoke`",
    ],
    [
      "a pattern twice, in other letters",
      policy("appsLike: [{ name: Dr*, sanctioned: false }, { name: DR*, sanctioned: false }]"),
      'the pattern "DR*" is listed twice',
    ],
    [
      "except alone",
      policy("", "apps:\n  - { name: A, users: { except: { profiles: [P] } } }"),
      "policy/acme.yaml:4:16: `except` alone leaves nobody in scope; add `everyone: true`, or write",
    ],
    ["high privilege of nobody", policy("highPrivilege: { action: alert }"), "highPrivilege names nobody"],
    [
      "two look-backs",
      policy("highPrivilege: { profiles: [P], grantedSince: 2026-01-01, grantedWithinDays: 3 }"),
      "highPrivilege looks back in two ways",
    ],
    [
      "a day that is none",
      policy(exempt("user: a@b.c").replace("12-31", "11-31")),
      'exemptions[0].expires is not a day of the calendar: "2026-11-31"; write it as 2027-03-31',
    ],
    [
      "a timestamp for a day",
      policy(exempt("user: a@b.c").replace("2026-12-31", "2026-12-31T00:00:00Z")),
      'exemptions[0].expires is not a day of the calendar: "2026-12-31T00:00:00Z"; write it as 2027-03-31',
    ],
    [
      "a permission with spaces",
      policy("highPrivilege: { permissions: [Modify All Data] }"),
      "is not the API name of a permission",
    ],
    [
      "a limit below zero",
      policy("limits: { revocations: -1 }"),
      "limits.revocations must be >= 0, found -1",
    ],
    ...["revocations", "perApp"].flatMap((key) =>
      [".inf", "1e400", ".nan", "1e18", "1000001"].map((value): [string, string, string] => [
        `a limit that is none: ${key}: ${value}`,
        policy(`limits: { ${key}: ${value} }`),
        `limits.${key} must be`,
      ]),
    ),
    [
      "a share that is none",
      policy("limits: { percent: .nan }"),
      "limits.percent must be a number, found .nan",
    ],
    [
      "days without an end",
      policy("defaults: { maxIdleDays: .inf }"),
      "defaults.maxIdleDays must be a whole number",
    ],
    [
      "a day of another age",
      policy("highPrivilege: { profiles: [P], grantedSince: 2999-01-01 }"),
      'highPrivilege.grantedSince is not a day from 1999 to 2099: "2999-01-01"',
    ],
    [
      "the id of an app with a letter in another case",
      policy("", "apps:\n  - { id: 0h4000000000001CAA, users: everyone }"),
      "apps[0].id is not a valid id",
    ],
    [
      "the id of an app that was copied wrongly",
      policy("", "apps:\n  - { id: 0H4000000000001CAB, users: everyone }"),
      'policy/acme.yaml:4:11: apps[0].id is not the id of anything: "0H4000000000001CAB"',
    ],
    [
      "the id of an org that was copied wrongly",
      policy("org: { id: 00D000000000001EAB }"),
      "policy/acme.yaml:4:12: org.id is not the id of anything",
    ],
    [
      "a protected app's id that was copied wrongly",
      policy("protected: { apps: [0H4000000000001CAB] }"),
      "protected.apps[0] is not the id of anything",
    ],
    [
      "an exempt app's id that was copied wrongly",
      policy(exempt("app: { id: 0xI000000000001EAB }")),
      "exemptions[0].app is not the id of anything",
    ],
    ["a name of blanks", policy('offboarded: ["  "]'), "offboarded[0] is empty; fill it in"],
    ["a name of what nobody sees", policy('org: { name: "\\u200b\\u3164" }'), "org.name is empty"],
    [
      "a reason of blanks",
      policy(exempt("user: a@b.c").replace("reason: a", 'reason: "\\t"')),
      "exemptions[0].reason is empty",
    ],
    [
      "a scope that is none",
      policy("", "apps:\n  - { name: A, users: everyone, scopes: [apii] }"),
      'found "apii"; did you mean "api"?',
    ],
  ])("%s", (_rule, text, message) => {
    expect(problems(text)).toContain(message);
  });

  it("a name that only begins as an org's id does is a name", () => {
    expect(problems(policy("protected: { apps: [00DataLoader0000X1] }"))).toBe("");
  });

  it("an app by id and by name, once the org says that they are one", () => {
    const inventory = inventoryOf({ apps: [app("Slack", "0H4000000000001CAA")] });
    const resolve = (text: string) => {
      const resolution = resolvePolicy(parse(text), inventory, AS_OF);
      return "problems" in resolution ? formatProblems(resolution.problems) : "";
    };
    expect(
      resolve(
        policy("protected: { apps: [Slack] }", "apps:\n  - { id: 0H4000000000001CAA, sanctioned: false }"),
      ),
    ).toContain(
      'policy/acme.yaml:5:21: the app "0H4000000000001CAA" is denied and protected (policy/acme.yaml:4)',
    );
    expect(resolve(policy(`protected: { apps: [0H4000000000001CAA] }\n${exempt("app: Slack")}`))).toContain(
      'the app "Slack" is exempt and protected (policy/acme.yaml:4)',
    );
  });

  it("an exemption that lasts too long, and one that lasts just long enough", () => {
    const inventory = inventoryOf({ users: [user(1, { username: "a@b.c" })] });
    const resolve = (day: string, more = "") => {
      const text = policy(exempt("user: a@b.c").replace("2026-12-31", day) + more);
      const resolution = resolvePolicy(parse(text), inventory, Date.parse("2026-11-23T12:00:00Z"));
      return "problems" in resolution ? formatProblems(resolution.problems) : "";
    };
    expect(resolve("2027-05-22")).toBe("");
    expect(resolve("2027-05-23")).toContain(
      "the exemption lasts longer than 180 days from now; let it expire by 2027-05-22 and renew it then, or raise `maxExemptionDays`",
    );
    expect(resolve("2027-05-23", "\nmaxExemptionDays: 181")).toBe("");
  });
});

describe("whatever the policies", () => {
  const NOTHING = { version: 1, unlisted: "report", apps: [] };
  const summary = (file: object, base?: object) => {
    const own = base === undefined ? file : { ...file, extends: "base.yaml" };
    return summarizePolicy(parse(JSON.stringify(own), { "policy/base.yaml": JSON.stringify(base ?? {}) }));
  };

  it("one that says nothing itself is the one that it extends, and one that extends nothing much is itself", () => {
    fc.assert(
      fc.property(cases, ({ file }) => {
        expect(summary({ version: 1 }, file)).toEqual(summary(file));
        expect(summary(file, NOTHING)).toEqual(summary(file));
      }),
    );
  });

  it("one that extends its own copy is itself, but for exemptions, which add up", () => {
    fc.assert(
      fc.property(cases, ({ file: { exemptions, highPrivilege, ...file } }) => {
        const { exceptions, ...privilege } = highPrivilege ?? {};
        const plain = {
          ...file,
          ...(Object.keys(privilege).length === 0 ? {} : { highPrivilege: privilege }),
        };
        expect(summary(plain, plain)).toEqual(summary(plain));
      }),
    );
  });

  it("every value of the two stands at its own line of one of them", () => {
    fc.assert(
      fc.property(cases, cases, ({ file: own }, { file: base }) => {
        const lines = (file: object) => new Document(file).toString({ lineWidth: 0 }).split("\n");
        const texts: Record<string, string[]> = {
          "policy/acme.yaml": lines({ ...own, extends: "base.yaml" }),
          "policy/base.yaml": lines(base),
        };
        const result = parsePolicy(
          texts["policy/acme.yaml"]!.join("\n"),
          "policy/acme.yaml",
          files({ "policy/base.yaml": texts["policy/base.yaml"]!.join("\n") }),
        );
        fc.pre(!("problems" in result));
        if ("problems" in result) return;
        for (const { value, at } of saidValues(result.policy)) {
          const said = parseDocument(texts[at.file]![at.line - 1]!.slice(at.column - 1)).toJS();
          expect(said).toEqual(value);
        }
      }),
    );
  });
});
