import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { salesforceErrors } from "../../src/salesforce/errors.ts";
import { ApiError } from "../../src/salesforce/failure.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function open(fixture: OrgFixture, options: Partial<LocalOrgOptions> = {}): Promise<OrgReader> {
  org = await startLocalOrg({ org: fixture, ...options });
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
}

/** The reader, in an org that refuses queries of OauthToken. */
function refusing(
  reader: OrgReader,
  isRefused: (soql: string) => boolean,
  code = "INVALID_FIELD",
  status = 400,
): OrgReader {
  const check = (soql: string) => {
    if (!soql.includes("FROM OauthToken") || !isRefused(soql)) return;
    const said = { host: "org", salesforceCode: code, status, message: "no" };
    throw new ApiError(salesforceErrors["request-refused"].says(said), code, status);
  };
  return {
    ...reader,
    query: async (soql, options) => {
      check(soql);
      return await reader.query(soql, options);
    },
    count: async (soql) => {
      check(soql);
      return await reader.count(soql);
    },
  };
}

/** Whether a query asks for more than is known to work: users and names of apps by `IN`, in no order. */
const isUnproven = (soql: string) =>
  /ORDER BY|LIMIT|CreatedDate [<>=!]|UserId [<>=!]|AppName [<>=!]/.test(soql);
const documented = (reader: OrgReader, code?: string, status?: number) =>
  refusing(reader, isUnproven, code, status);

/** What the org holds, as text that does not depend on the order. */
const truth = () =>
  org!.store
    .grants()
    .map(({ UserId, CreatedDate, LastUsedDate, UseCount }) =>
      [UserId, CreatedDate, LastUsedDate, UseCount].join(" "),
    )
    .sort();
const seen = ({ grants }: Pick<Inventory, "grants">) =>
  grants.map((g) => [g.userId, g.createdAt, g.lastUsedAt, g.useCount].join(" ")).sort();

/** The reader, in an org whose list of users lacks some. */
function without(reader: OrgReader, ids: ReadonlySet<string>): OrgReader {
  return {
    ...reader,
    query: async <Row>(soql: string, options?: Parameters<OrgReader["query"]>[1]) => {
      const answer = await reader.query<Row>(soql, options);
      if (!soql.includes(" FROM User")) return answer;
      const rows = answer.rows.filter((row) => !ids.has((row as { Id: string }).Id));
      return { ...answer, rows, totalSize: answer.totalSize - (answer.rows.length - rows.length) };
    },
  };
}

const userOf = (fixture: OrgFixture, n: number) => fixture.users[n]!;
const ofUser = (fixture: OrgFixture, n: number, from: number, to: number): OrgFixture => ({
  ...fixture,
  grants: fixture.grants.map((grant, i) =>
    i >= from && i < to ? { ...grant, username: userOf(fixture, n).username } : grant,
  ),
});

describe("where the org takes no comparison but IN, grants are listed by users", () => {
  const fixture = generateOrg({ seed: 21, users: 260, grants: 1_400, apps: 6 });

  it.each([
    ["documented", "INVALID_FIELD"],
    ["documented-and-created", "MALFORMED_QUERY"],
    ["documented", "UNKNOWN_EXCEPTION"],
  ] as const)(
    "completely, where it takes what is %s, with whatever code it refuses the others (%s), and the proof says so",
    async (oauthTokenFilters, oauthTokenFilterRefusal) => {
      org = await startLocalOrg({ org: fixture, oauthTokenFilters, oauthTokenFilterRefusal });
      const credentials = readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {});
      const reader = await connect(credentials, { sleep: async () => undefined, random: () => 0 });
      const { proof, ...inventory } = await listInventory(reader);
      expect(seen(inventory)).toEqual(truth());
      expect(proof).toMatchObject({
        partition: "UserId IN",
        read: 1_400,
        countBefore: 1_400,
        countAfter: 1_400,
      });
      expect(proof.calls).toBeLessThan(30);
      for (const { soql } of org.requests) expect(soql?.split("','").length ?? 0).toBeLessThanOrEqual(200);
    },
  );

  it("also where it refuses them with a code that nobody has seen", async () => {
    const reader = await open(fixture);
    const { proof } = await listInventory(documented(reader, "SOME_CODE_OF_THE_FUTURE", 403));
    expect(proof).toMatchObject({ partition: "UserId IN", read: 1_400 });
    const asked = org!.requests.filter(({ soql }) => soql?.includes("FROM OauthToken"));
    expect(proof.calls - asked.length).toBe(2); // two were refused on the way
  });

  it("and by date or by ranges of users where those are taken", async () => {
    const reader = await open(fixture);
    const rangesRefused = refusing(reader, (soql) => /UserId [<>]/.test(soql));
    expect((await listInventory(rangesRefused)).proof.partition).toBe("CreatedDate");
    const datesRefused = refusing(reader, (soql) => /CreatedDate [<>=!]/.test(soql));
    expect((await listInventory(datesRefused)).proof.partition).toBe("UserId");
  });

  it.each([
    ["the newest first", /ORDER BY CreatedDate DESC NULLS LAST$/],
    ["numbers of a stretch of time", /COUNT\(\).*WHERE CreatedDate/],
  ])("also where it refuses %s only once all is read", async (_what, form) => {
    const reader = await open(fixture);
    let gone = false;
    // A grant that goes makes the list count its stretches.
    const moving: OrgReader = {
      ...reader,
      query: async (soql, options) => {
        const answer = await reader.query(soql, options);
        if (!gone && soql.includes("CreatedDate >=")) {
          gone = true;
          org!.store.revoke(String(org!.store.grants()[0]!.DeleteToken));
        }
        return answer as never;
      },
    };
    const inventory = await listInventory(refusing(moving, (soql) => form.test(soql)));
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof.partition).toBe("UserId");
  });

  it("a refusal of them too is inconclusive", async () => {
    const reader = await open(fixture);
    const all = refusing(reader, (soql) => soql.includes(" WHERE ") || soql.includes(" ORDER "));
    await expect(listInventory(all)).rejects.toMatchObject({ code: "list-not-completed" });
  });

  it("an answer with a grant of somebody who was not asked for is inconclusive", async () => {
    const reader = documented(await open(fixture));
    const wrong: OrgReader = {
      ...reader,
      query: async <Row>(soql: string, options?: Parameters<OrgReader["query"]>[1]) => {
        const answer = await reader.query<Row>(soql, options);
        if (!soql.includes("UserId IN")) return answer;
        const [first, ...rows] = answer.rows;
        return { ...answer, rows: [{ ...first, UserId: "005000000009999AAA" } as Row, ...rows] };
      },
    };
    await expect(listInventory(wrong)).rejects.toMatchObject({ code: "grants-out-of-order" });
  });
});

describe("by users, a list is complete", () => {
  const fixture = generateOrg({ seed: 22, users: 60, grants: 3_000, apps: 5 });

  it.each(["all", "capped"] as const)(
    "with one of more grants than a query hands out, by the names of apps (%s)",
    async (totalSizeAtCeiling) => {
      const reader = await open(ofUser(fixture, 7, 0, 2_700), { totalSizeAtCeiling });
      const inventory = await listInventory(documented(reader));
      expect(seen(inventory)).toEqual(truth());
      expect(org!.requests.some(({ soql }) => soql?.includes("AppName IN ("))).toBe(true);
    },
  );

  it("with one of more than a page and fewer than a query hands out, read until they are the same twice", async () => {
    const reader = await open(ofUser(fixture, 7, 0, 1_200));
    expect(seen(await listInventory(documented(reader)))).toEqual(truth());
    expect(org!.requests.some(({ soql }) => soql?.includes("AppName IN ("))).toBe(false);
  });

  it("with grants of one user whose app has no name: an empty one is asked for as any, and none only where it can be", async () => {
    const one = ofUser(fixture, 7, 0, 2_700);
    const grants = one.grants.map((grant, i) => (i % 9 === 0 ? { ...grant, app: "" } : grant));
    const reader = await open({ ...one, grants });
    expect(seen(await listInventory(documented(reader)))).toEqual(truth());
    const nameless: OrgReader = {
      ...reader,
      query: async <Row>(soql: string, options?: Parameters<OrgReader["query"]>[1]) => {
        const answer = await reader.query<Row>(soql.replace("AppName = null", "AppName = ''"), options);
        const rows = answer.rows.map((row) =>
          (row as { AppName?: string }).AppName === "" ? { ...row, AppName: null } : row,
        );
        return { ...answer, rows };
      },
      count: (soql) => reader.count(soql.replace("AppName = null", "AppName = ''")),
    };
    const taking = refusing(nameless, (soql) => isUnproven(soql) && !soql.includes("AppName = null"));
    const inventory = await listInventory(taking);
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof.partition).toBe("UserId IN");
    await expect(listInventory(documented(nameless))).rejects.toMatchObject({ code: "list-not-completed" });
  });

  it("with apps whose names differ by case alone", async () => {
    const one = ofUser(fixture, 7, 0, 2_700);
    const grants = one.grants.map((grant, i) => ({ ...grant, app: ["Loader", "LOADER", "Mailer"][i % 3]! }));
    const reader = await open({ ...one, apps: [], grants });
    expect(seen(await listInventory(documented(reader)))).toEqual(truth());
  });

  it.each([
    ["among the grants that a query hands out", false],
    ["among those of an app alone", true],
  ])("with users who are not in the directory, found %s", async (_where, isLate) => {
    const hidden = new Set([userOf(fixture, 3).id, userOf(fixture, 9).id]);
    const names = new Set([userOf(fixture, 3).username, userOf(fixture, 9).username]);
    const grants = fixture.grants.map((grant) =>
      isLate && names.has(grant.username) ? { ...grant, createdAt: "2026-11-01T00:00:00.000Z" } : grant,
    );
    const reader = await open({ ...fixture, grants });
    const inventory = await listInventory(without(documented(reader), hidden));
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.grants.filter(({ userId }) => hidden.has(userId)).length).toBeGreaterThan(20);
    for (const id of hidden) expect(inventory.users.has(id as never)).toBe(false);
    expect(org!.requests.some(({ soql }) => soql?.includes(" WHERE AppName IN"))).toBe(isLate);
  });

  it("or is inconclusive, where nothing that a query hands out names them", async () => {
    // The stranger's grants are the last of the one app that there is.
    const last = ofUser(generateOrg({ seed: 23, users: 40, grants: 2_700, apps: 1 }), 30, 2_690, 2_700);
    const stranger = userOf(last, 30);
    const grants = last.grants.map((grant) =>
      grant.username === stranger.username ? { ...grant, createdAt: "2026-11-01T00:00:00.000Z" } : grant,
    );
    const reader = await open({ ...last, grants });
    await expect(listInventory(without(documented(reader), new Set([stranger.id])))).rejects.toBeInstanceOf(
      InconclusiveError,
    );
  });

  it("with one who is not in the directory, for whom another's grant that goes at the last count could stand", async () => {
    const few = generateOrg({ seed: 25, users: 60, grants: 900, apps: 3 });
    const stranger = userOf(few, 5);
    const own = few.grants.findIndex(({ username }) => username === stranger.username);
    const grants = few.grants.filter(({ username }, i) => i === own || username !== stranger.username);
    const reader = await open({ ...few, grants });
    let counted = false;
    let gone = false;
    const moving: OrgReader = {
      ...reader,
      count: async (soql) => {
        if (soql.includes("UserId IN")) counted = true;
        else if (counted && !gone && soql === "SELECT COUNT() FROM OauthToken") {
          gone = true;
          const going = org!.store.grants().find(({ UserId }) => UserId !== stranger.id)!;
          org!.store.revoke(String(going.DeleteToken));
        }
        return await reader.count(soql);
      },
    };
    const inventory = await listInventory(without(documented(moving), new Set([stranger.id])));
    expect(seen(inventory)).toEqual(truth());
  });

  it("where grants come and go while it is read", async () => {
    const reader = await open(fixture);
    let left = 6;
    const moving: OrgReader = {
      ...reader,
      query: async (soql, options) => {
        const answer = await reader.query(soql, options);
        if (soql.includes("UserId IN") && left-- > 0) {
          org!.store.revoke(String(org!.store.grants()[left * 7]!.DeleteToken));
          org!.store.addGrant({
            username: userOf(fixture, left).username,
            app: "App 1",
            createdAt: Date.parse("2026-10-01T00:00:00Z") + left,
            lastUsedAt: null,
            useCount: 0,
          });
        }
        return answer as never;
      },
    };
    const inventory = await listInventory(documented(moving));
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.proof.rereads).toBeGreaterThan(0);
  });

  it("or is not begun, where it would take too many of the org's API calls", async () => {
    // The estimate before, and then the one of as many lists as 9,000 users take.
    const reader = await open(generateOrg({ seed: 24, users: 9_000, grants: 600, apps: 3 }), {
      apiLimit: 640,
    });
    await expect(listInventory(documented(reader))).rejects.toThrow("takes up to 135 API calls");
  });
});
