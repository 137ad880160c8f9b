import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, generateOrg, OUTLOOK, SLACK } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function list(fixture: OrgFixture, options: Partial<LocalOrgOptions> = {}) {
  org = await startLocalOrg({ org: fixture, ...options });
  const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
  return await listInventory(reader);
}

/** What the org holds, as text that does not depend on the order. */
function truth(): string[] {
  return org!.store
    .grants()
    .map(({ UserId, CreatedDate, LastUsedDate, UseCount }) =>
      [UserId, CreatedDate, LastUsedDate, UseCount].join(" "),
    )
    .sort();
}
const seen = (grants: Awaited<ReturnType<typeof list>>["grants"]) =>
  grants.map((g) => [g.userId, g.createdAt, g.lastUsedAt, g.useCount].join(" ")).sort();
const tokenQueries = () => org!.requests.flatMap(({ soql }) => (soql?.includes("OauthToken") ? [soql] : []));

describe("the inventory of Dieppe Trading", () => {
  it("is what a public audit tool finds, which counts and fetches the tokens of 256 users at a time", async () => {
    const inventory = await list(dieppeTrading());
    const ask = async (soql: string) => {
      const address = `${org!.url}/services/data/v67.0/query?q=${encodeURIComponent(soql)}`;
      const headers = { authorization: `Bearer ${org!.accessToken}` };
      const answer = await (await fetch(address, { headers })).json();
      return answer as {
        totalSize: number;
        records: { UserId: string; AppName: string; CreatedDate: string }[];
      };
    };
    const ids = [...inventory.users.keys()];
    const chunks = [ids.slice(0, 256), ids.slice(256)];
    const found = [];
    for (const chunk of chunks) {
      const where = `FROM OauthToken WHERE UserId IN (${chunk.map((id) => `'${id}'`).join(",")})`;
      const { records } = await ask(`SELECT UserId, AppName, CreatedDate ${where}`);
      expect(records).toHaveLength((await ask(`SELECT COUNT() ${where}`)).totalSize);
      found.push(...records);
    }
    const theirs = found.map(
      ({ UserId, AppName, CreatedDate }) => `${UserId} ${AppName} ${Date.parse(CreatedDate)}`,
    );
    const ours = inventory.grants.map(({ userId, app, createdAt }) => `${userId} ${app.name} ${createdAt}`);
    expect(theirs).toHaveLength(448);
    expect(ours.sort()).toEqual(theirs.sort());
  });

  it("is every grant, with its user and its app", async () => {
    const inventory = await list(dieppeTrading());
    expect(seen(inventory.grants)).toEqual(truth());
    const users = (name: string) =>
      new Set(inventory.grants.filter(({ app }) => app.name === name).map(({ userId }) => userId)).size;
    expect([users("Outlook Plugin"), users("Slack"), users("Bob's Lead Scoring Tool")]).toEqual([
      240, 180, 12,
    ]);
    expect(inventory.apps.map(({ key, kind }) => [key, kind])).toEqual([
      [OUTLOOK.id, "connected-app"],
      [SLACK.id, "connected-app"],
      ["0H4000000000003CAA", "connected-app"],
      ["name:Bob's Lead Scoring Tool", "unknown"],
    ]);
    expect(inventory.users.size).toBe(351);
    const changesOfUser = inventory.grants.filter(
      ({ userId }, i) => userId !== inventory.grants[i - 1]?.userId,
    );
    expect(changesOfUser).toHaveLength(new Set(inventory.grants.map(({ userId }) => userId)).size);
    expect(inventory.proof).toMatchObject({
      countBefore: 448,
      read: 448,
      countAfter: 448,
      partition: "CreatedDate",
      ranges: 1,
      permissions: { PermissionsCustomizeApplication: true },
    });
  });

  it("asks for grants in exactly these requests", async () => {
    await list(dieppeTrading());
    expect(tokenQueries()).toEqual([
      "SELECT COUNT() FROM OauthToken",
      "SELECT Id, UserId, AppName, AppMenuItem.ApplicationId, CreatedDate, LastUsedDate, UseCount FROM OauthToken ORDER BY CreatedDate ASC NULLS FIRST",
      "SELECT COUNT() FROM OauthToken",
    ]);
  });

  it.each([{ nullTokenIds: true }, { totalSizeAtCeiling: "capped" as const }, { externalClientApps: false }])(
    "is the same where the platform is %j",
    async (options) => {
      expect(seen((await list(dieppeTrading(), options)).grants)).toEqual(truth());
    },
  );
});

describe("no grant is lost or counted twice", () => {
  it.each([0, 1, 499, 500, 501, 2_000, 2_001, 2_499, 2_500, 2_501, 5_000])(
    "in an org of %i grants",
    async (grants) => {
      for (const totalSizeAtCeiling of ["all", "capped"] as const) {
        const inventory = await list(generateOrg({ seed: grants, users: 300, grants, apps: 9 }), {
          totalSizeAtCeiling,
        });
        expect(seen(inventory.grants)).toEqual(truth());
        await org!.close();
      }
    },
  );

  it("with 3,000 grants of one instant", async () => {
    const fixture = generateOrg({ seed: 1, users: 400, grants: 3_600, apps: 9 });
    const instant = "2024-05-05T05:05:05.000Z";
    const ties = {
      ...fixture,
      grants: fixture.grants.map((g, i) => (i < 3_000 ? { ...g, createdAt: instant } : g)),
    };
    for (const totalSizeAtCeiling of ["all", "capped"] as const) {
      expect(seen((await list(ties, { totalSizeAtCeiling })).grants)).toEqual(truth());
      await org!.close();
    }
  });

  it("with one user of 2,600 grants", async () => {
    const fixture = generateOrg({ seed: 2, users: 50, grants: 3_000, apps: 9 });
    const one = {
      ...fixture,
      grants: fixture.grants.map((g, i) => (i < 2_600 ? { ...g, username: "user7@generated.example" } : g)),
    };
    expect(seen((await list(one)).grants)).toEqual(truth());
  });

  it("with grants that have no date", async () => {
    const fixture = generateOrg({ seed: 4, users: 50, grants: 2_700, apps: 9 });
    const undated = {
      ...fixture,
      grants: fixture.grants.map((g, i) => (i < 40 ? { ...g, createdAt: null } : g)),
    };
    expect(seen((await list(undated)).grants)).toEqual(truth());
  });

  it("with 2,700 grants of one user at one instant, by app", async () => {
    const fixture = generateOrg({ seed: 6, users: 50, grants: 2_700, apps: 9 });
    const same = fixture.grants.map((g) => ({
      ...g,
      username: "user7@generated.example",
      createdAt: "2024-05-05T05:05:05.000Z",
    }));
    expect(seen((await list({ ...fixture, grants: same })).grants)).toEqual(truth());
  });

  it("more of one user and app at one instant than the org hands out is inconclusive", async () => {
    const fixture = generateOrg({ seed: 5, users: 50, grants: 2_700, apps: 9 });
    const same = {
      ...fixture,
      grants: fixture.grants.map((g) => ({
        ...g,
        app: "App 1",
        username: "user7@generated.example",
        createdAt: "2024-05-05T05:05:05.000Z",
      })),
    };
    const error: unknown = await list(same).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InconclusiveError);
  });
});

describe("what cannot be proven complete is inconclusive", () => {
  it("a caller without Customize Application, who would see its own grants alone", async () => {
    const fixture = dieppeTrading();
    await expect(list({ ...fixture, caller: "ada.dubois@dieppe.example" })).rejects.toThrow(
      "ada.dubois@dieppe.example may not see every user's grants. Grant them Customize Application and Manage Users",
    );
  });

  it("grants that come while the list is read, each time", async () => {
    org = await startLocalOrg({
      org: dieppeTrading(),
      faults: [{ kind: "latency", match: "SELECT Id, UserId, AppName", ms: 30 }],
    });
    const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
    const coming = setInterval(
      () =>
        org!.store.addGrant({
          username: "ada.dubois@dieppe.example",
          app: "Slack",
          createdAt: 0,
          lastUsedAt: null,
          useCount: 0,
        }),
      5,
    );
    await expect(listInventory(reader))
      .rejects.toThrow(/after \d+ ranges were read again: grants come and go/)
      .finally(() => clearInterval(coming));
  });
});

describe("the grants of external client apps", () => {
  it("are counted once where OauthToken shows them too, by id or by name", async () => {
    const fixture = dieppeTrading();
    const external = (id: string, name: string, inAppMenu: boolean) => ({ id, name, inAppMenu });
    const inventory = await list({
      ...fixture,
      apps: [external("0xI000000000001EAA", "Notes", true), external("0xI000000000002EAA", "Board", false)],
      grants: ["Notes", "Notes", "Board"].map((app) => ({ ...fixture.grants[0]!, app })),
    });
    expect(inventory.grants.map(({ app }) => app.id).sort()).toEqual([
      "0xI000000000001EAA",
      "0xI000000000001EAA",
      "0xI000000000002EAA",
    ]);
    expect(inventory.proof.fromUsage).toBe(0);
  });

  it("that only the usage resources show are in the list", async () => {
    const fixture = dieppeTrading();
    const external = { id: "0xI000000000001EAA", name: "Notes", inAppMenu: true };
    org = await startLocalOrg({
      org: { ...fixture, apps: [external], grants: [{ ...fixture.grants[0]!, app: "Notes" }] },
    });
    const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
    // An org that keeps these grants out of OauthToken.
    const inventory = await listInventory({
      ...reader,
      query: async (soql, options) =>
        soql.includes("FROM OauthToken")
          ? { rows: [], totalSize: 0, pages: 1 }
          : await reader.query(soql, options),
      count: async (soql) => (soql.includes("FROM OauthToken") ? 0 : await reader.count(soql)),
    });
    expect(inventory.grants).toHaveLength(1);
    expect(inventory.grants[0]).toMatchObject({
      app: { id: external.id, name: "Notes", kind: "external-client-app" },
      createdAt: Date.parse(fixture.grants[0]!.createdAt!),
    });
    expect(inventory.proof).toMatchObject({ read: 0, fromUsage: 1 });
  });

  it("that only the usage resources show count one a token, each with its time", async () => {
    const fixture = dieppeTrading();
    const external = { id: "0xI000000000001EAA", name: "Notes", inAppMenu: true };
    const users = fixture.users.slice(0, 130);
    const grants = users.flatMap(({ username }, i) =>
      Array.from({ length: 1 + (i % 3) }, (_, n) => ({
        username,
        app: "Notes",
        createdAt: `2024-01-0${n + 1}T08:00:00Z`,
        lastUsedAt: null,
        useCount: n,
      })),
    );
    const inventory = await list(
      { ...fixture, apps: [external], grants },
      { usageBesideRows: "usage-alone" },
    );
    expect(inventory.grants.map((g) => [g.userId, g.createdAt].join(" ")).sort()).toEqual(
      org!.store
        .grants()
        .map(({ UserId, CreatedDate }) => [UserId, CreatedDate].join(" "))
        .sort(),
    );
    expect(inventory.proof).toMatchObject({ read: 0, fromUsage: grants.length });
  });

  it("whose tokens the org does not show are one a user and app, as its usage says", async () => {
    const fixture = dieppeTrading();
    const external = { id: "0xI000000000001EAA", name: "Notes", inAppMenu: true };
    const inventory = await list(
      { ...fixture, apps: [external], grants: [{ ...fixture.grants[0]!, app: "Notes" }] },
      {
        usageBesideRows: "usage-alone",
        faults: [{ kind: "status", match: "/tokens", status: 403 }],
      },
    );
    expect(inventory.grants).toMatchObject([{ createdAt: Date.parse(fixture.grants[0]!.createdAt!) }]);
  });

  it("are all listed where one goes while the pages are read, and pages without an end end", async () => {
    const fixture = dieppeTrading();
    const external = { id: "0xI000000000001EAA", name: "Notes", inAppMenu: true };
    const grants = fixture.users
      .slice(0, 250)
      .map(({ username }) => ({ ...fixture.grants[0]!, username, app: "Notes" }));
    org = await startLocalOrg({
      org: { ...fixture, apps: [external], grants },
      usageBesideRows: "usage-alone",
    });
    const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
    let gone = false;
    const inventory = await listInventory({
      ...reader,
      get: async <T>(path: string) => {
        if (path.includes("users?page=1") && !gone) {
          gone = true;
          org!.store.revoke(String(org!.store.grants()[0]!.DeleteToken));
        }
        return await reader.get<T>(path);
      },
    });
    const listed = new Set(inventory.grants.map(({ userId }) => userId as string));
    expect(org.store.grants().filter(({ UserId }) => !listed.has(String(UserId)))).toEqual([]);

    let next = 0;
    const endless = listInventory({
      ...reader,
      get: async <T>(path: string) =>
        path.includes("/users")
          ? ({
              users: [{ userIdentifier: `005${String(next++ % 300).padStart(12, "0")}` }],
              nextPageUrl: "x",
            } as T)
          : await reader.get<T>(path),
    });
    await expect(endless).rejects.toThrow("do not come to an end");
  });

  it("that the org does not show are inconclusive", async () => {
    const fixture = dieppeTrading();
    const apps = [...fixture.apps, { id: "0xI000000000001EAA", name: "Notes", inAppMenu: false }];
    const faults = [{ kind: "status" as const, match: "/apps/oauth/usage", status: 403 }];
    const error: unknown = await list({ ...fixture, apps }, { faults }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InconclusiveError);
    expect(String(error)).toMatch(/does not show who uses them .*\. Grant the user/);
  });
});

describe("the usage of external client apps", () => {
  const fixture = dieppeTrading();
  const notes = { id: "0xI000000000001EAA", name: "Notes", inAppMenu: true };
  const withNotes = { ...fixture, apps: [...fixture.apps, notes] };

  it.each([
    [403, "usage-not-shown"],
    [400, "list-not-completed"],
  ])("that the org refuses with %i is inconclusive: %s", async (status, code) => {
    const faults = [{ kind: "status" as const, match: "/apps/oauth/usage", status }];
    await expect(list(withNotes, { faults })).rejects.toMatchObject({ code });
  });

  it("ends with a page that has no entries, whatever it says of a next one", async () => {
    org = await startLocalOrg({ org: withNotes });
    const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
    const asked: string[] = [];
    const inventory = await listInventory({
      ...reader,
      get: async <T>(path: string) => {
        if (!path.includes("/usage")) return await reader.get<T>(path);
        asked.push(path);
        return { apps: [], users: [], nextPageUrl: "more" } as T;
      },
    });
    expect(inventory.proof.fromUsage).toBe(0);
    expect(asked).toEqual([
      "/apps/oauth/usage?page=0&pageSize=100",
      `/apps/oauth/usage/${notes.id}/users?page=0&pageSize=100`,
    ]);
  });
});

describe("the app of a grant", () => {
  it.each(['O\'Reilly "Notes"', "back\\slash", "two\nlines", "emoji 🦆", "\u202emirrored", " spaces "])(
    "keeps its name as it is: %j",
    async (app) => {
      const fixture = dieppeTrading();
      const { grants } = await list({
        ...fixture,
        apps: [...fixture.apps, { id: null, name: app, inAppMenu: false }],
        grants: [{ ...fixture.grants[0]!, app, useCount: 0, lastUsedAt: null }],
      });
      expect(grants).toEqual([
        expect.objectContaining({
          app: { key: `name:${app}`, id: null, name: app, kind: "unknown", adminApprovedOnly: null },
          useCount: 0,
          lastUsedAt: null,
        }),
      ]);
    },
  );

  it("has the registered name where the grant's label differs, and two apps of one name stay two", async () => {
    const fixture = dieppeTrading();
    const twin = (id: string, name: string) => ({ id, name, inAppMenu: true, grantLabel: "Label" });
    const { grants } = await list({
      ...fixture,
      apps: [twin("0H4000000000011CAA", "Twin"), twin("0H4000000000012CAA", "Twin")],
      grants: ["0H4000000000011CAA", "0H4000000000012CAA"].map((app) => ({ ...fixture.grants[0]!, app })),
    });
    expect(grants.map(({ app }) => [app.key, app.name]).sort()).toEqual([
      ["0H4000000000011CAA", "Twin"],
      ["0H4000000000012CAA", "Twin"],
    ]);
  });

  it("without an id is the one registered app of that name, and unknown where two have it", async () => {
    const fixture = dieppeTrading();
    const grant = (app: string) => ({
      username: "ada.dubois@dieppe.example",
      app,
      createdAt: null,
      lastUsedAt: null,
      useCount: 0,
    });
    const external = (id: string, name: string) => ({ id, name, inAppMenu: false });
    const inventory = await list({
      ...fixture,
      apps: [
        ...fixture.apps,
        external("0xI000000000001EAA", "Notes"),
        external("0xI000000000002EAA", "Twin"),
        external("0xI000000000003EAA", "Twin"),
      ],
      grants: [grant("Notes"), grant("Twin")],
    });
    // The usage resources say whose Twin it is; the row does not, and could be of another.
    expect(inventory.grants.map(({ app }) => app.key).sort()).toEqual([
      "0xI000000000001EAA",
      "0xI000000000002EAA",
      "name:Twin",
    ]);
  });
});
