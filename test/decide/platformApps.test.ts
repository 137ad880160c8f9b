import { describe, expect, it } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { findings } from "../../src/decide/findings.ts";
import { EMPTY_DIRECTORY, type Grant, type Inventory } from "../../src/inventory/inventory.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { DAY_MS } from "../../src/time.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, like, NO_STANDING_ACCESS, user } from "../inventories.ts";

const ANN = user(1);
const BEA = user(2);
const NAMED = "platform-app-not-proven";
/** The mobile app as Salesforce's package brings it, which the app menu says. */
const MOBILE = { ...app("Salesforce for iOS", "0H4000000000001CAA"), namespace: "sf_chttr_apps" };
const OTHER = app("Notetaker", "0H4000000000002CAA");

function org(
  one = MOBILE as Grant["app"],
  more: Partial<Grant> = {},
  rest: Partial<Omit<Inventory, "users">> = {},
) {
  return inventoryOf({ users: [ANN, BEA], grants: [grant(ANN.id, one, more)], ...rest });
}

function resolved(policy: Partial<PolicyFile>, inventory: Inventory) {
  return resolve({ version: 1, unlisted: "revoke", platformApps: "keep", apps: [], ...policy }, inventory);
}

/** What the first grant gets, and why. */
function answer(policy: Partial<PolicyFile>, inventory: Inventory): string {
  const [{ action, code, at }] = decide(resolved(policy, inventory), inventory, AS_OF) as [never] as [
    ReturnType<typeof decide>[number],
  ];
  return `${action} ${code} ${at.file.split(" at ")[1] ?? ""}`.trim();
}

function found(policy: Partial<PolicyFile>, inventory: Inventory): string[] {
  return findings({ resolved: resolved(policy, inventory), inventory, asOf: AS_OF }).map(
    ({ code, severity, app }) => `${severity} ${code} ${app?.id ?? app?.name ?? "-"}`,
  );
}

describe("an app of Salesforce's own, by its id and package, that is not listed", () => {
  it.each([
    ["keep", "revoke", "keep platform-app platformApps"],
    ["keep", "report", "keep platform-app platformApps"],
    ["report", "revoke", "report platform-app platformApps"],
    ["report", "report", "report platform-app platformApps"],
    ["revoke", "revoke", "revoke platform-app platformApps"],
    ["revoke", "report", "revoke platform-app platformApps"],
  ] as const)("with platformApps: %s and unlisted: %s", (platformApps, unlisted, expected) => {
    expect(answer({ platformApps, unlisted }, org())).toBe(expected);
    expect(found({ platformApps, unlisted }, org())).toEqual([]);
  });

  it("is as any app where the policy does not say it", () => {
    const policy = resolve({ version: 1, unlisted: "report", apps: [] }, org());
    expect(decide(policy, org(), AS_OF)[0]).toMatchObject({ action: "report", code: "app-not-listed" });
  });

  it.each([
    [
      "an entry that denies it",
      { apps: [{ id: MOBILE.id!, sanctioned: false }] },
      "revoke app-denied apps[0].sanctioned",
    ],
    [
      "an entry that lists it for somebody else",
      { apps: [{ name: MOBILE.name, users: { usernames: [BEA.username] } }] },
      "revoke user-not-allowed apps[0].users",
    ],
    [
      "an entry that lists it",
      { apps: [{ id: MOBILE.id!, users: "everyone" as const }] },
      "keep sanctioned apps[0]",
    ],
    [
      "a pattern",
      { appsLike: [{ name: "*for iOS", sanctioned: false as const }] },
      "revoke app-denied appsLike[0].sanctioned",
    ],
    [
      "protection, where the group goes",
      { platformApps: "revoke" as const, protected: { apps: [MOBILE.id!] } },
      "keep protected protected.apps[0]",
    ],
    ["what is said of leavers", { offboarded: [ANN.username] }, "revoke user-offboarded offboarded[0]"],
  ])("%s stands above that line", (_what, policy, expected) => {
    expect(answer(policy, org())).toBe(expected);
  });

  const old = { createdAt: AS_OF - 100 * DAY_MS, lastUsedAt: AS_OF - 100 * DAY_MS };
  it("is, where it is kept, held to the defaults like a listed one, so that to list it adds no revocation", () => {
    const policy = { defaults: { maxIdleDays: 30 } };
    expect(answer(policy, org(MOBILE, old))).toBe("revoke idle defaults.maxIdleDays");
    const listed = { ...policy, apps: [{ id: MOBILE.id!, users: "everyone" as const }] };
    expect(answer(listed, org(MOBILE, old))).toBe("revoke idle defaults.maxIdleDays");
    // What the rule of time can only report hides nothing that is kept, nor the other way round.
    const untold = { lastUsedAt: null, useCount: 3, createdAt: AS_OF - 100 * DAY_MS };
    expect(answer(policy, org(MOBILE, untold))).toBe("report use-unknown defaults.maxIdleDays");
  });

  it("is held to `unlistedScopes` where it is only reported", () => {
    const settings = { adminApprovedUsersOnly: null, refreshTokenDays: null, ipRelaxation: null };
    const directory = {
      ...EMPTY_DIRECTORY,
      appSettings: new Map([[MOBILE.key, { scopes: ["full"], ...settings }]]),
    };
    const policy = { unlistedScopes: ["api" as const] };
    const asking = org(MOBILE, {}, { directory });
    expect(answer(policy, asking)).toBe("keep platform-app platformApps");
    expect(answer({ ...policy, platformApps: "report" }, asking)).toBe(
      "revoke scope-exceeded unlistedScopes",
    );
    // Where they cannot be read that is a finding, and none where the app is kept.
    expect(found({ ...policy, platformApps: "report" }, org())).toEqual([
      `warning scopes-unreadable ${MOBILE.id}`,
    ]);
    expect(found(policy, org())).toEqual([]);
  });

  it("gets in without a grant where it is kept, and not where it is not", () => {
    const entry = {
      kind: "client-credentials" as const,
      app: MOBILE,
      name: MOBILE.name,
      couldBe: [],
      userId: ANN.id,
      through: [],
      lastSeen: AS_OF,
      knownBy: ["app-settings" as const],
    };
    const standing = org(MOBILE, {}, { standingAccess: { ...NO_STANDING_ACCESS, entries: [entry] } });
    expect(found({}, standing)).toEqual([]);
    expect(found({ platformApps: "revoke" }, standing)).toEqual([
      `error standing-access-unlisted ${MOBILE.id}`,
    ]);
    const impostor = app(MOBILE.name, MOBILE.id);
    const theirs = org(
      impostor,
      {},
      {
        standingAccess: { ...NO_STANDING_ACCESS, entries: [{ ...entry, app: impostor }] },
      },
    );
    expect(found({}, theirs)).toContain(`error standing-access-unlisted ${MOBILE.id}`);
  });
});

it("Workbench is none of Salesforce's products, whatever package brought it", () => {
  const workbench = { ...app("Workbench", "0H4000000000004CAA"), namespace: "sf_com_apps" };
  expect(answer({}, org(workbench))).toBe("revoke app-not-listed unlisted");
  const taken = { platformApps: "revoke" as const, unlisted: "report" as const };
  expect(answer(taken, org(workbench))).toBe("report app-not-listed unlisted");
});

describe("a name alone never keeps an app", () => {
  const bare = app("Salesforce for iOS", "0H4000000000003CAA");
  it.each([
    ["one without an id", app("Salesforce for iOS")],
    ["one that the org made itself", bare],
    ["one of somebody else's package", { ...bare, namespace: "acme" }],
    ["one of a package that is called nearly so", { ...bare, namespace: "sf_chttr_app" }],
    ["one of a package that is called so in other case", { ...bare, namespace: "SF_CHTTR_APPS" }],
    ["an external client app", { ...bare, kind: "external-client-app" as const, namespace: "sf_chttr_apps" }],
    ["one in other case", { ...bare, name: "SALESFORCE FOR IOS" }],
    ["one with other blanks", { ...bare, name: " Salesforce\u00a0 for\u200b iOS" }],
    ["one without blanks", { ...bare, name: "SalesforceForIOS" }],
    ["one in wide letters", { ...bare, name: "Ｓalesforce for iOS" }],
  ])("%s: it is reported, and an error until it is told whose it is", (_what, impostor) => {
    for (const platformApps of ["keep", "report"] as const)
      for (const unlisted of ["revoke", "report"] as const) {
        expect(answer({ platformApps, unlisted }, org(impostor))).toBe(`report ${NAMED} platformApps`);
        expect(found({ platformApps, unlisted }, org(impostor))).toEqual([
          `error ${NAMED} ${impostor.id ?? impostor.name}`,
        ]);
      }
    expect(answer({ platformApps: "revoke" }, org(impostor))).toBe("revoke app-not-listed unlisted");
    expect(found({ platformApps: "revoke" }, org(impostor))).toEqual([]);
  });

  it("nor beside one of the same name that is proven: each is judged by itself", () => {
    const both = org(MOBILE, {}, { grants: [grant(ANN.id, MOBILE), grant(ANN.id, bare)] });
    const decisions = decide(resolved({}, both), both, AS_OF).map(({ action, code }) => `${action} ${code}`);
    expect(decisions).toEqual(["keep platform-app", `report ${NAMED}`]);
    // A grant without an id is of either, or of a stranger.
    const doubtful = like(MOBILE, bare);
    const three = { ...both, apps: [MOBILE, bare, doubtful], grants: [grant(ANN.id, doubtful)] };
    expect(answer({}, three)).toBe("report app-unresolved unlisted");
    expect(found({}, three)).toEqual([]);
  });

  it("nor hides it from what the policy says of it, or of apps that are not listed", () => {
    expect(answer({ apps: [{ id: bare.id!, users: "everyone" }] }, org(bare))).toBe(
      "keep sanctioned apps[0]",
    );
    expect(found({ apps: [{ id: bare.id!, users: "everyone" }] }, org(bare))).toEqual([]);
    expect(answer({ apps: [{ id: bare.id!, sanctioned: false }] }, org(bare))).toMatch(/^revoke app-denied/);
    expect(answer({ offboarded: [ANN.username] }, org(bare))).toMatch(/^revoke user-offboarded/);
    const old = { createdAt: AS_OF - 100 * DAY_MS };
    expect(answer({ defaults: { maxAgeDays: 30 } }, org(bare, old))).toBe(
      "revoke too-old defaults.maxAgeDays",
    );
    expect(answer({}, org(OTHER))).toBe("revoke app-not-listed unlisted");
  });

  it("is no finding without grants", () => {
    expect(found({}, org(OTHER, {}, { apps: [OTHER, bare] }))).toEqual([]);
  });
});
