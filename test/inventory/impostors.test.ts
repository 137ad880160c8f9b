import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { look } from "../../src/inventory/look.ts";
import { evaluate } from "../../src/plan/evaluate.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { needsOf } from "../../src/resolve/policyNeeds.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { sfId } from "../inventories.ts";

const ANN = "ann@small.example";
const BEN = "ben@small.example";
const SLACK = sfId("0H4", 11);
const OTHER_SLACK = sfId("0H4", 12);
const NOTES = sfId("0xI", 11);

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

type FixtureApp = OrgFixture["apps"][number];
type App = Partial<FixtureApp> & Pick<FixtureApp, "id">;
interface Given {
  readonly apps: readonly App[];
  /** User and app (an id, or the name of one that is not installed) of each grant. */
  readonly grants: readonly (readonly [username: string, app: string])[];
  readonly options?: Partial<LocalOrgOptions>;
  readonly env?: Record<string, string>;
}

async function start({ apps, grants, options, env }: Given) {
  const small = smallOrg();
  const fixture: OrgFixture = {
    ...small,
    users: small.users.map((user) => ({ ...user, isFrozen: false })),
    apps: apps.map((app) => ({ name: "Slack", inAppMenu: true, ...app })),
    grants: grants.map(([username, app], i) => ({
      username,
      app,
      createdAt: `2026-01-01T00:00:${String(i + 10)}Z`,
      lastUsedAt: null,
      useCount: 1,
    })),
  };
  org = await startLocalOrg({ org: fixture, callerApp: null, ...options });
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, env ?? {}));
}

/** What becomes of each grant, as `user app-id-or-name code`, and the findings. */
async function judged(policy: Partial<PolicyFile>, given: Given) {
  const parsed = policyFromObject(
    { version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], ...policy },
    "policy",
  );
  if ("problems" in parsed) throw new Error(formatProblems(parsed.problems));
  const inventory = await listInventory(await start(given), { needs: needsOf(parsed.policy) });
  const { decisions, findings } = evaluate(parsed.policy, inventory, Date.parse("2026-02-01T00:00:00Z"));
  return {
    grants: decisions
      .map(({ grant: { userId, app }, code }) => {
        const [name] = inventory.users.get(userId)!.username.split("@");
        return `${name} ${app.id ?? app.name}: ${code}`;
      })
      .sort(),
    findings: findings.map(({ code, app }) => `${code} ${app?.id ?? app?.name ?? ""}`),
  };
}

describe("a stranger that bears the name of an app is not that app:", () => {
  const given: Given = {
    apps: [{ id: SLACK }, { id: null, name: "slack" }],
    grants: [
      [ANN, SLACK],
      [ANN, "Slack "],
      [BEN, "slack"],
    ],
  };
  /** The local org knows an app by its name as well, so that a stranger of the very name is added by hand. */
  const impostor = async (policy: Partial<PolicyFile>, apps: readonly App[] = given.apps, env = {}) =>
    judged(policy, {
      apps: [{ id: null, name: "Slack" }, ...apps],
      grants: [
        [ANN, SLACK],
        [BEN, "Slack"],
      ],
      env,
    });

  it.each<[string, Partial<PolicyFile>]>([
    ["of a sanctioned one, by id", { apps: [{ id: SLACK, users: "everyone" }] }],
    ["of a sanctioned one, by name", { apps: [{ name: "Slack", users: "everyone" }] }],
    ["of a protected one", { protected: { apps: [SLACK] } }],
    [
      "of an exempt one",
      { exemptions: [{ app: "Slack", reason: "Migrating", owner: "it", expires: "2026-03-31" }] },
    ],
  ])("%s", async (_rule, policy) => {
    const { grants } = await impostor(policy);
    expect(grants[1]).toBe("ben Slack: app-unresolved");
    expect(grants[0]).not.toContain("unresolved");
  });

  it("nor the tool's own, which is so by its id alone, and said to be looked like", async () => {
    const { grants, findings } = await impostor({}, [{ id: SLACK }], {
      SANCTIONED_OWN_APP: SLACK.slice(0, 15),
    });
    expect(grants).toEqual([`ann ${SLACK}: own-app`, "ben Slack: app-unresolved"]);
    expect(findings).toEqual(["own-app-look-alike Slack"]);
  });

  it("nor the tool's own where that has no grants of its own, as one that logs in by JWT has none", async () => {
    const { grants } = await judged(
      {},
      {
        apps: [{ id: null, name: "Slack" }, { id: SLACK }],
        grants: [[BEN, "Slack"]],
        options: { callerApp: "Slack" },
      },
    );
    expect(grants).toEqual(["ben Slack: app-unresolved"]);
  });

  it.each([true, false])(
    "nor one that has no grant left, as after a revocation: the app menu lists it (%s)",
    async (inAppMenu) => {
      const { grants } = await judged(
        { apps: [{ id: SLACK, users: "everyone" }] },
        {
          apps: [
            { id: null, name: "Slack" },
            { id: SLACK, inAppMenu },
          ],
          grants: [[BEN, "Slack"]],
        },
      );
      // Of an app that the menu does not list, no grant could name the id: nothing else can be meant.
      expect(grants).toEqual([inAppMenu ? "ben Slack: app-unresolved" : `ben ${SLACK}: sanctioned`]);
    },
  );

  it("and an app of nearly the same name is an ordinary one, with a finding", async () => {
    const { grants, findings } = await judged({ apps: [{ id: SLACK, users: "everyone" }] }, given);
    expect(grants).toEqual([
      `ann ${SLACK}: sanctioned`,
      "ann Slack : app-not-listed",
      "ben slack: app-not-listed",
    ]);
    expect(findings).toEqual([`name-shared ${SLACK}`]);
  });

  it("and no name of anybody's makes a policy ambiguous", async () => {
    const { findings } = await impostor({ apps: [{ name: "Slack", users: "everyone" }] });
    expect(findings).toEqual([`weak-match ${SLACK}`, `name-shared ${SLACK}`]);
  });

  it("in a look of a watch too", async () => {
    const reader = await start({
      ...given,
      apps: [{ id: null, name: "Slack" }, { id: SLACK }],
      grants: [[ANN, SLACK]],
    });
    const inventory = await listInventory(reader);
    const time = Date.parse("2026-01-02T00:00:00Z");
    org!.store.addGrant({ username: BEN, app: "Slack", createdAt: time, lastUsedAt: null, useCount: 1 });
    const { inventory: seen } = await look(reader, inventory, time);
    expect(seen.grants.map(({ app }) => [app.id, app.couldBe])).toEqual([
      [SLACK, undefined],
      [null, [SLACK]],
    ]);
  });
});

describe("two apps of one name are two, told by their ids:", () => {
  it("one sanctioned, one denied", async () => {
    const { grants } = await judged(
      {
        apps: [
          { id: SLACK, users: "everyone" },
          { id: OTHER_SLACK, sanctioned: false },
        ],
      },
      {
        apps: [{ id: SLACK }, { id: OTHER_SLACK }],
        grants: [
          [ANN, SLACK],
          [BEN, OTHER_SLACK],
        ],
      },
    );
    expect(grants).toEqual([`ann ${SLACK}: sanctioned`, `ben ${OTHER_SLACK}: app-denied`]);
  });

  it("and one with the name of the tool's own is an ordinary app", async () => {
    const { grants, findings } = await judged(
      { unlisted: "report" },
      {
        apps: [{ id: SLACK }, { id: OTHER_SLACK }],
        grants: [[BEN, OTHER_SLACK]],
        env: { SANCTIONED_OWN_APP: SLACK },
        options: { callerApp: "Slack" },
      },
    );
    expect(grants).toEqual([`ben ${OTHER_SLACK}: app-not-listed`]);
    expect(findings).toEqual([`own-app-look-alike ${OTHER_SLACK}`]);
  });
});

describe("an external client app's grants may come without its id:", () => {
  it("they are its own, where no other app has the name", async () => {
    const { grants } = await judged(
      { apps: [{ id: NOTES, users: "everyone" }] },
      {
        apps: [{ id: NOTES, name: "Notes", inAppMenu: false }],
        grants: [[ANN, NOTES]],
      },
    );
    expect(grants).toEqual([`ann ${NOTES}: sanctioned`]);
  });

  it("and nobody's where a connected app has it: what the usage resources show of them is shown beside", async () => {
    const { grants } = await judged(
      { apps: [{ id: NOTES, users: "everyone" }] },
      {
        apps: [{ id: NOTES, name: "Slack", inAppMenu: false }, { id: SLACK }],
        grants: [[ANN, NOTES]],
      },
    );
    expect(grants).toEqual([`ann ${NOTES}: sanctioned`, "ann Slack: app-unresolved"]);
  });
});
