import { describe, expect, it } from "vitest";
import { type App, EMPTY_DIRECTORY } from "../../src/inventory/inventory.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { appKey } from "../../src/plan/parts.ts";
import { isUnaltered, planFile } from "../../src/plan/planFile.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { planText } from "../../src/report/planText.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, sfId, user } from "../inventories.ts";

const slack = (more: Partial<App> = {}): App => ({ ...app("Slack", sfId("0H4", 1)), ...more });
const BOBS = app("Bob's Tool");
const DATA = app("Data Loader", sfId("0H4", 2));
const SAFE = app("Safe", sfId("0H4", 3));
const ANN = user(1);
const BEN = user(2, { isFrozen: true, profileName: null });
const STRANGER = sfId("005", 77);
const PLACE = "generated policy";

const ORG = inventoryOf({
  users: [ANN, BEN, user(3)],
  apps: [slack(), BOBS, DATA, SAFE],
  directory: { ...EMPTY_DIRECTORY, permissionHolders: new Map([["ModifyAllData", new Set([ANN.id])]]) },
  grants: [
    grant(ANN.id, slack(), { createdAt: AS_OF - DAY_MS, useCount: 3 }),
    grant(ANN.id, BOBS, { createdAt: null, lastUsedAt: null, useCount: null }),
    grant(BEN.id, BOBS),
    grant(ANN.id, BOBS),
    grant(STRANGER, BOBS),
    grant(ANN.id, DATA),
  ],
});
const FILE: PolicyFile = {
  version: 1,
  unlisted: "revoke",
  platformApps: "revoke",
  leavers: { frozen: "report" },
  apps: [
    {
      id: slack().id!,
      users: "everyone",
      owner: "it@dieppe.example",
      reason: "Chat",
      reviewBy: "2027-03-31",
      maxIdleDays: 60,
    },
    { name: DATA.name, sanctioned: false },
  ],
  protected: { apps: [SAFE.id!] },
  highPrivilege: { permissions: ["ModifyAllData"] },
  exemptions: [
    { app: BOBS.name, user: BEN.username, reason: "Migrating", owner: "ben", expires: "2026-12-31" },
  ],
};
const written = (all = true, org = ORG, file = FILE) =>
  planFile(evaluate(resolve(file, org).policy, org, AS_OF), { all }) as ReturnType<typeof planFile>;

describe("a plan file says whether the user can authorize the app again", () => {
  it.each<[App, string]>([
    [slack({ adminApprovedOnly: false }), "yes"],
    [slack({ adminApprovedOnly: true }), "if-preauthorized"],
    [slack({ adminApprovedOnly: null }), "unknown"],
    [slack({ adminApprovedOnly: false, kind: "external-client-app" }), "yes"],
    [BOBS, "if-approved"],
    [{ ...BOBS, adminApprovedOnly: false }, "if-approved"],
  ])("%j: %s", (one, reauthorize) => {
    const org = inventoryOf({ users: [ANN], grants: [grant(ANN.id, one)] });
    const [only] = written(false, org, {
      version: 1,
      unlisted: "revoke",
      platformApps: "revoke",
      apps: [],
    }).revocations;
    expect(only!.reauthorize).toBe(reauthorize);
  });

  it.each([
    [{ isActive: false }, "not-active"],
    [{ isActive: false, isFrozen: true }, "not-active"],
    [{ isFrozen: true }, "frozen"],
  ])("not while nobody logs in as the user: %j: %s", (state, reauthorize) => {
    const ann = { ...ANN, ...state };
    const org = inventoryOf({ users: [ann], grants: [grant(ann.id, slack({ adminApprovedOnly: false }))] });
    const [only] = written(false, org, {
      version: 1,
      unlisted: "revoke",
      platformApps: "revoke",
      apps: [],
    }).revocations;
    expect(only!.reauthorize).toBe(reauthorize);
  });
});

describe("a plan file counts", () => {
  it("grants by what they get and why", () => {
    expect(written(false).counts).toEqual({
      revoke: { "app-denied": 1, "app-not-listed": 2 },
      report: { "user-unresolved": 1 },
      keep: { exempt: 1, sanctioned: 1 },
    });
  });

  it("users and apps that hold grants, and no others", () => {
    expect(written(false).inventory).toMatchObject({ grants: 6, connectedUsers: 3, apps: 3 });
  });

  it("what the proof says, with zero for what it does not", () => {
    const proof = {
      ...ORG.proof,
      fromUsage: 2,
      rereads: 1,
      changes: { came: 1, gone: 2, stillListed: 0 },
      permissions: { ManageUsers: true },
    };
    expect(written(false).inventory.proof).toEqual({ ...ORG.proof, fromUsage: 0, rereads: 0 });
    expect(written(false, { ...ORG, proof }).inventory.proof).toEqual(proof);
  });
});

it("a plan file says each grant of a revocation, and what is not known of it", () => {
  const { revocations } = written(false);
  expect(revocations.map(({ app: { name }, grants, code }) => [name, code, grants])).toEqual([
    [
      BOBS.name,
      "app-not-listed",
      [
        { granted: null, lastUsed: null, useCount: null },
        { granted: "2026-11-23T12:00:00.000Z", lastUsed: "2026-11-23T12:00:00.000Z", useCount: 1 },
      ],
    ],
    [
      DATA.name,
      "app-denied",
      [{ granted: "2026-11-23T12:00:00.000Z", lastUsed: "2026-11-23T12:00:00.000Z", useCount: 1 }],
    ],
  ]);
});

it("codes are counted in the order of their names, whatever the order of the grants", () => {
  const codes = (org: typeof ORG) => Object.keys(written(false, org).counts.keep);
  expect(codes(ORG)).toEqual(["exempt", "sanctioned"]);
  expect(codes({ ...ORG, grants: ORG.grants.toReversed() })).toEqual(["exempt", "sanctioned"]);
});

it("the findings of a plan file say their app or that there is none", () => {
  const { findings } = written(false, ORG, {
    ...FILE,
    exemptions: [{ user: ANN.username, reason: "a", owner: "b", expires: "2026-11-22" }],
  });
  expect(findings.find(({ code }) => code === "exemption-expired")!.params).toEqual({
    until: "2026-11-22",
    owner: "b",
  });
  expect(findings.map(({ code, app: about, user: who }) => [code, about?.name ?? null, who]).sort()).toEqual([
    ["exemption-expired", null, ANN.username],
    ["high-privilege-grant", BOBS.name, ANN.username],
    ["high-privilege-grant", BOBS.name, ANN.username],
    ["high-privilege-grant", DATA.name, ANN.username],
    ["high-privilege-grant", "Slack", ANN.username],
    ["weak-match", DATA.name, null],
  ]);
});

it("an exemption of a user alone, or of an app alone, stands in a plan file without the other", () => {
  const given = { reason: "a", owner: "b", expires: "2026-12-31" };
  const { exemptions } = written(true, ORG, {
    ...FILE,
    exemptions: [
      { user: ANN.username, ...given },
      { app: BOBS.name, ...given },
    ],
  });
  expect(exemptions!.map(({ app: about, user: who }) => [about, who])).toEqual([
    [BOBS.name, null],
    [null, ANN.username],
  ]);
});

it("a plan file is as it was written until a single value changes", () => {
  const file = written();
  expect(isUnaltered(file)).toBe(true);
  expect(isUnaltered({ ...file, asOf: "2026-11-23T12:00:00.001Z" })).toBe(false);
});

describe("a plan file holds everything where all was asked for, and only counts otherwise", () => {
  it("only then", () => {
    const { rows, apps, users, exemptions } = written(false);
    expect([rows, apps, users, exemptions]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("every grant with its decision, in an order that is not the org's", () => {
    const { rows } = written();
    const [row, ...others] = rows!.filter(({ action }) => action === "report");
    expect(others).toEqual([]);
    expect(row).toEqual({
      user: { id: STRANGER, username: null },
      app: { id: null, name: BOBS.name, kind: "unknown" },
      granted: "2026-11-23T12:00:00.000Z",
      lastUsed: "2026-11-23T12:00:00.000Z",
      useCount: 1,
      action: "report",
      code: "user-unresolved",
      held: null,
      policy: { file: `${PLACE} at unlisted`, line: 0 },
    });
    expect(rows).toHaveLength(6);
    expect(written(true, { ...ORG, grants: ORG.grants.toReversed() }).rows).toEqual(rows);
  });

  it("every app with what the policy makes of it", () => {
    const none = {
      weak: false,
      owner: null,
      reason: null,
      reviewBy: null,
      idleAfterDays: 90,
      idleRule: null,
    };
    expect(Object.fromEntries(written().apps!.map(({ name, id, kind, ...rest }) => [name, rest]))).toEqual({
      Slack: {
        standing: "sanctioned",
        weak: false,
        owner: "it@dieppe.example",
        reason: "Chat",
        reviewBy: "2027-03-31",
        idleAfterDays: 60,
        idleRule: { file: `${PLACE} at apps[0].maxIdleDays`, line: 0 },
        policy: { file: `${PLACE} at apps[0]`, line: 0 },
      },
      [BOBS.name]: { ...none, standing: "not-listed", policy: { file: `${PLACE} at unlisted`, line: 0 } },
      [DATA.name]: {
        ...none,
        standing: "denied",
        weak: true,
        policy: { file: `${PLACE} at apps[1]`, line: 0 },
      },
      Safe: { ...none, standing: "protected", policy: { file: `${PLACE} at protected.apps[0]`, line: 0 } },
    });
  });

  it("every connected user once, with what is known", () => {
    expect(written().users).toEqual([
      {
        id: ANN.id,
        username: ANN.username,
        name: "User 1",
        isActive: true,
        isFrozen: false,
        profile: "Sales User",
        privilege: "the permission ModifyAllData",
      },
      {
        id: BEN.id,
        username: BEN.username,
        name: "User 2",
        isActive: true,
        isFrozen: true,
        profile: "Sales User",
        privilege: null,
      },
      {
        id: STRANGER,
        username: null,
        name: null,
        isActive: null,
        isFrozen: null,
        profile: null,
        privilege: null,
      },
    ]);
  });

  it("no profile of a user whose profile is not in the org", () => {
    const lone = user(1, { profileId: null, profileName: null });
    const org = { ...ORG, users: new Map([[lone.id, lone]]) };
    const file: PolicyFile = { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [] };
    expect(written(true, org, file).users!.find(({ id }) => id === lone.id)).toMatchObject({
      profile: null,
      privilege: null,
    });
  });

  it("every exemption, to its last day", () => {
    const more: PolicyFile = {
      ...FILE,
      exemptions: [
        ...FILE.exemptions!,
        { user: ANN.username, reason: "a", owner: "b", expires: "2026-11-30" },
      ],
    };
    expect(written(true, ORG, more).exemptions).toEqual([
      {
        app: BOBS.name,
        user: BEN.username,
        reason: "Migrating",
        owner: "ben",
        expires: "2026-12-31",
        policy: { file: `${PLACE} at exemptions[0]`, line: 0 },
      },
      {
        app: null,
        user: ANN.username,
        reason: "a",
        owner: "b",
        expires: "2026-11-30",
        policy: { file: `${PLACE} at exemptions[1]`, line: 0 },
      },
    ]);
  });
});

describe("an app of a plan file", () => {
  const strangers = [slack(), like(slack()), app(" "), app("Bob's Tool")];
  const org = inventoryOf({ users: [ANN], grants: strangers.map((one) => grant(ANN.id, one)) });

  it("bears what tells it from others, where its name does not", () => {
    const { rows = [] } = written(true, org, { version: 1, unlisted: "report", apps: [] });
    expect(Object.fromEntries(rows.map((row) => [appKey(row.app), row.app.label]))).toEqual({
      [slack().id!]: `Slack (${slack().id})`,
      "name:Slack": "Slack (no id)",
      "name: ": '" "',
      "name:Bob's Tool": undefined,
    });
  });

  it("is read by that in a terminal", () => {
    const text = planText(
      written(true, org, {
        version: 1,
        unlisted: "revoke",
        platformApps: "revoke",
        apps: [],
        limits: { percent: 100 },
      }),
    );
    expect(text).toContain(`- Slack (${slack().id}): app not listed`);
    expect(text).toContain(`- " ": app not listed`);
    expect(text).toContain(`\n  - ${ANN.username}  in use\n`);
  });

  it("is another than one whose name has the form of its id", () => {
    expect(appKey(slack())).not.toBe(appKey(app(slack().id!)));
  });
});
