import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { BOT, DIALER, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import { callsForListing } from "../../src/inventory/apiShare.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { proofText } from "../../src/report/words.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

const LABEL = '"View all External Client Apps, view their settings, and edit their policies"';

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function open(options: Partial<LocalOrgOptions> = {}): Promise<OrgReader> {
  org = await startLocalOrg({ org: smallOrg(), readOnly: true, ...options });
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
}

const list = async (options: Partial<LocalOrgOptions> = {}) => await listInventory(await open(options));
const outcome = (options: Partial<LocalOrgOptions> = {}) =>
  list(options).then(
    ({ proof }) => proof,
    (error: unknown) => error as InconclusiveError,
  );

/** The org, with these permissions of the tool's user besides those that it needs anyway. */
function holding(...permissions: string[]): OrgFixture {
  const fixture = smallOrg();
  const others = ["ViewSetup", "ManageUsers", "CustomizeApplication", "ModifyMetadata"];
  const profiles = fixture.profiles.map((profile) =>
    profile.name === "Bot" ? { ...profile, permissions: [...others, ...permissions] } : profile,
  );
  return { ...fixture, profiles };
}

/** The org without its external client app, but for what is said to remain of it. */
function withoutPortal({ grant = false } = {}): OrgFixture {
  const fixture = smallOrg();
  return {
    ...fixture,
    apps: fixture.apps.filter(({ id }) => id !== PORTAL.id),
    grants: fixture.grants.filter(({ app }) => grant || app !== PORTAL.name),
  };
}

/** Any question for the list of them is answered as if the org knew no such object. */
const UNKNOWN = {
  kind: "status" as const,
  match: "FROM ExternalClientApplication",
  status: 400,
  errorCode: "INVALID_TYPE",
};

describe("a caller has to be allowed to see external client apps", () => {
  it("whether or not the org hides them without: it is asked, and the permission named as Setup calls it", async () => {
    for (const externalClientAppsNeed of ["viewer", "nothing"] as const) {
      const refused = await outcome({ org: holding(), externalClientAppsNeed });
      expect(refused).toMatchObject({ code: "permissions-missing" });
      expect(String(refused)).toContain(`Grant them ${LABEL}, by a permission set`);
      await org!.close();
    }
  });

  it.each(["ExternalClientAppViewer", "ExternalClientAppAdmin"])("%s is enough", async (permission) => {
    const proof = await outcome({ org: holding(permission) });
    expect(proof).toMatchObject({ read: 4, permissions: { [`Permissions${permission}`]: true } });
  });

  it("an org that does not know one of the permissions is asked for the other, and without both it is not held", async () => {
    const [viewer, admin] = ["Viewer", "Admin"].map(
      (name) => `UserPermissionAccess.PermissionsExternalClientApp${name}`,
    ) as [string, string];
    expect(await outcome({ refusedFields: [admin] })).toMatchObject({ read: 4 });
    await org!.close();
    expect(await outcome({ refusedFields: [viewer, admin] })).toMatchObject({ code: "permissions-missing" });
  });
});

describe("that an org has no external client apps is believed", () => {
  it("where it lists none, and nothing else names one", async () => {
    expect(await outcome({ org: withoutPortal() })).toMatchObject({ read: 3, fromUsage: 0 });
    expect(org!.requests.some(({ path }) => path.includes("/apps/oauth/usage"))).toBe(false);
    await org!.close();
    expect(await outcome({ org: withoutPortal(), externalClientApps: false })).toMatchObject({ read: 3 });
    await org!.close();
    expect(await outcome({ org: withoutPortal(), faults: [UNKNOWN] })).toMatchObject({ read: 3 });
  });

  it("also where the caller may not read metadata", async () => {
    const fixture = withoutPortal();
    const profiles = fixture.profiles.map((profile) => ({
      ...profile,
      permissions: profile.permissions.filter((permission) => permission !== "ModifyMetadata"),
    }));
    expect(await outcome({ org: { ...fixture, profiles } })).toMatchObject({ read: 3 });
  });

  it("but not against the app menu, the metadata or a grant: then the list is inconclusive, with what names one", async () => {
    const fixture = smallOrg();
    const hiding = async (isInMenu: boolean, where: string, alter = (reader: OrgReader) => reader) => {
      const apps = fixture.apps.map((app) => ({ ...app, inAppMenu: app.id === PORTAL.id ? isInMenu : true }));
      for (const answer of ["unknown", "empty"]) {
        const reader = await open({
          org: { ...fixture, apps },
          faults: answer === "unknown" ? [UNKNOWN] : [],
        });
        const empty: OrgReader = {
          ...reader,
          query: async <Row>(soql: string, options?: Parameters<OrgReader["query"]>[1]) =>
            answer === "empty" && soql.includes("FROM ExternalClientApplication")
              ? { rows: [] as Row[], totalSize: 0, pages: 1 }
              : await reader.query<Row>(soql, options),
        };
        const listing = listInventory(alter(empty));
        await expect(listing).rejects.toBeInstanceOf(InconclusiveError);
        await expect(listing).rejects.toMatchObject({
          code: "external-apps-hidden",
          message: expect.stringContaining(`${where} names one (${PORTAL.id})`),
        });
        await expect(listing).rejects.toThrow(LABEL);
        await org!.close();
      }
    };
    await hiding(true, "the app menu");
    await hiding(false, "its metadata");
    // The grants of apps in the menu name their id.
    await hiding(true, "a grant", (reader) => ({
      ...reader,
      listMetadata: async () => [],
      query: async (soql, options) => {
        const answer = await reader.query(soql, options);
        return soql.includes("FROM AppMenuItem")
          ? ({ rows: [], totalSize: 0, pages: 1 } as never)
          : (answer as never);
      },
    }));
  });
});

describe("the use of external client apps", () => {
  it.each([
    ["viewer", "INSUFFICIENT_ACCESS", "ExternalClientAppViewer", null],
    ["admin", "INSUFFICIENT_ACCESS", "ExternalClientAppAdmin", null],
    ["admin", "INSUFFICIENT_ACCESS", "ExternalClientAppViewer", "usage-not-shown"],
    ["admin", "404", "ExternalClientAppViewer", "usage-not-there"],
    ["setting", "FUNCTIONALITY_NOT_ENABLED", "ExternalClientAppAdmin", "usage-not-enabled"],
    ["setting", "404", "ExternalClientAppAdmin", "usage-not-there"],
    ["nothing", "404", "ExternalClientAppViewer", null],
  ] as const)(
    "that needs %s, refused with %s: to a caller with %s it is %s",
    async (usageNeeds, usageRefusal, held, code) => {
      const seen = await outcome({ org: holding(held), usageNeeds, usageRefusal });
      if (code === null) return expect(seen).toMatchObject({ read: 4 });
      expect(seen).toBeInstanceOf(InconclusiveError);
      expect(seen).toMatchObject({ code });
      expect(String(seen)).toContain(
        code === "usage-not-shown" ? LABEL : "Setup, External Client Apps, Settings",
      );
    },
  );

  it("that is refused for one app alone is inconclusive too", async () => {
    for (const [match, code] of [
      ["/users", "usage-not-shown"],
      ["/tokens", "usage-not-shown"],
    ] as const) {
      const faults = [{ kind: "status" as const, match, status: 403, errorCode: "INSUFFICIENT_ACCESS" }];
      expect(await outcome({ faults })).toMatchObject({ code });
      await org!.close();
    }
  });

  it("that is refused since the org's calls are used up is no matter of permissions: the list ends there", async () => {
    for (const match of ["/apps/oauth/usage?", "/users", "/tokens"]) {
      const faults = [{ kind: "status" as const, match, status: 403, errorCode: "REQUEST_LIMIT_EXCEEDED" }];
      expect(await outcome({ faults, usageBesideRows: "usage-alone" })).toMatchObject({
        code: "list-not-completed",
      });
      await org!.close();
    }
  });

  it("of an app that nobody uses may be a 404, and the proof says that it was taken for nobody", async () => {
    const fixture = smallOrg();
    const idle = { id: "0xI000000000077AAA", name: "Idle", inAppMenu: false };
    for (const usageLists of ["all", "used"] as const) {
      const proof = await outcome({
        org: { ...fixture, apps: [...fixture.apps, idle] },
        usageLists,
        usageUsersWhenNone: "404",
      });
      if (proof instanceof Error) throw proof;
      expect(proof).toMatchObject({ read: 4, appsWithoutUsers: 1 });
      expect(proofText(proof)).toContain(
        " Of 1 external client app the org has no list of users (HTTP 404), which was taken for no users.",
      );
      await org!.close();
    }
    expect(await outcome()).not.toHaveProperty("appsWithoutUsers");
  });

  it("is asked for of every app, also where the usage lists none of them", async () => {
    const reader = await open({ usageBesideRows: "usage-alone" });
    const silent: OrgReader = {
      ...reader,
      get: async <T>(path: string) =>
        path.includes("/usage?") ? ({ apps: [], nextPageUrl: null } as T) : await reader.get<T>(path),
    };
    expect((await listInventory(silent)).proof).toMatchObject({ read: 3, fromUsage: 1 });
  });

  it("is in the estimate of API calls: one an app, and one a user of it", async () => {
    const fixture = smallOrg();
    const apps = Array.from({ length: 60 }, (_, i) => ({
      id: `0xI${String(100 + i).padStart(12, "0")}AAA`,
      name: `App ${i}`,
      inAppMenu: false,
    }));
    const most = callsForListing(4, 3, 60);
    expect(most - callsForListing(4, 3, 0)).toBe(61);
    await expect(list({ org: { ...fixture, apps }, apiLimit: 400 })).rejects.toThrow(
      `takes up to ${most} API calls`,
    );
    await org!.close();
    const users = Array.from({ length: 150 }, (_, i) => ({
      ...fixture.users[0]!,
      id: `005${String(100 + i).padStart(12, "0")}AAA`,
      username: `user${i}@small.example`,
    }));
    const grants = users.map(({ username }) => ({ ...fixture.grants[0]!, username, app: PORTAL.name }));
    await expect(
      list({ org: { ...fixture, users: [...fixture.users, ...users], grants }, apiLimit: 640 }),
    ).rejects.toThrow("takes up to 150 API calls");
  });
});

describe("a token that the usage of an external client app shows", () => {
  const at = (second: number) => `2026-01-02T00:00:0${second}.000Z`;
  const grant = (second: number | null, app = PORTAL.name) => ({
    username: BOT,
    app,
    createdAt: second === null ? null : at(second),
    lastUsedAt: null,
    useCount: 1,
  });
  /** Lists an org with these rows of the portal, whose usage says these times of tokens. */
  const listed = async (rows: (number | null)[], tokens: (string | null | undefined)[]) => {
    const fixture = smallOrg();
    const reader = await open({
      org: { ...fixture, grants: [grant(9, DIALER.name), ...rows.map((row) => grant(row))] },
    });
    const { grants, proof } = await listInventory({
      ...reader,
      get: async <T>(path: string) => {
        if (!path.includes("/tokens")) return await reader.get<T>(path);
        const said = tokens.map((initialConnectionAt, i) => ({
          initialConnectionAt,
          revocationUrl: `/t/${i}`,
        }));
        return { tokens: said, nextPageUrl: null } as T;
      },
    });
    expect(proof.fromUsage).toBe(grants.filter(({ source }) => source === "usage").length);
    const time = (ms: number | null) => (ms === null ? "undated" : new Date(ms).toISOString());
    return grants
      .filter(({ app }) => app.id === PORTAL.id)
      .map(({ createdAt, source }) => [time(createdAt), source ?? "row"])
      .sort();
  };

  it("and is as old as a row is that row, one to one; another is a grant beside it", async () => {
    expect(await listed([1, 2], [at(1), at(2)])).toEqual([
      [at(1), "row"],
      [at(2), "row"],
    ]);
    await org!.close();
    expect(await listed([1], [at(1), at(2)])).toEqual([
      [at(1), "row"],
      [at(2), "usage"],
    ]);
    await org!.close();
    expect(await listed([1], [at(1), at(1)])).toEqual([
      [at(1), "row"],
      [at(1), "usage"],
    ]);
  });

  it("is listed however many of them the org keeps out of OauthToken", async () => {
    const fixture = smallOrg();
    const grants = [1, 2, 3].map((second) => grant(second));
    for (const [usageBesideRows, read, fromUsage] of [
      ["both", 3, 0],
      ["usage-only-tokens", 1, 2],
      ["usage-alone", 0, 3],
    ] as const) {
      const { proof } = await list({ org: { ...fixture, grants }, usageBesideRows });
      expect(proof).toMatchObject({ read, fromUsage });
      await org!.close();
    }
  });

  it("is a row also where the two say the time to the millisecond and to the second", async () => {
    expect(await listed([1], ["2026-01-02T00:00:01.730Z"])).toEqual([[at(1), "row"]]);
  });

  it("may be one of the rows that have no date, each once", async () => {
    expect(await listed([null, 3], [at(1), at(3), at(4)])).toEqual([
      [at(3), "row"],
      [at(4), "usage"],
      ["undated", "row"],
    ]);
  });

  it("is a grant where it has no time and the rows have one: it may be another", async () => {
    expect(await listed([3], [at(3), null])).toEqual([
      [at(3), "row"],
      ["undated", "usage"],
    ]);
  });

  it("is not made up for a user who has rows and no tokens", async () => {
    expect(await listed([3], [])).toEqual([[at(3), "row"]]);
  });
});
