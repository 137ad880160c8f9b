import { isDeepStrictEqual } from "node:util";
import { type LocalOrg, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { generateOrg, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { type DirectoryNeeds, NO_NEEDS } from "../../src/inventory/needs.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function readerOf(fixture: OrgFixture): Promise<OrgReader> {
  org = await startLocalOrg({ org: fixture, readOnly: true });
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
}

/** The reader, with the rows of the queries that match changed on the way; what the org counts stays. */
function changing(
  reader: OrgReader,
  match: (soql: string) => boolean,
  change: (rows: unknown[]) => unknown[],
): OrgReader {
  return {
    ...reader,
    query: async <Row>(soql: string, options?: Parameters<OrgReader["query"]>[1]) => {
      const answer = await reader.query<Row>(soql, options);
      return match(soql) ? { ...answer, rows: change(answer.rows) as Row[] } : answer;
    },
    eachPage: <Row>(soql: string, take: (rows: Row[], isFirst: boolean) => void) =>
      reader.eachPage<Row>(soql, (rows, isFirst) =>
        take(match(soql) ? (change(rows) as Row[]) : rows, isFirst),
      ),
  };
}

const EVERYTHING: DirectoryNeeds = {
  permissionSets: "all",
  permissionSetGroups: ["Desk"],
  publicGroups: ["Sellers", "Everybody"],
  roles: true,
  permissions: ["ManageUsers", "ViewAllData"],
  appSettings: true,
  identityProviders: false,
};

describe("an answer that is not all of what the org counts is inconclusive", () => {
  const listed = (outcome: unknown) => ({ ...(outcome as Inventory), proof: null });
  /** The queries of a listing that asks for everything, by what they ask. */
  const queries = async (reader: OrgReader) => {
    const asked = new Set<string>();
    await listInventory(
      changing(
        reader,
        (soql) => {
          asked.add(soql);
          return false;
        },
        (rows) => rows,
      ),
      { needs: EVERYTHING },
    );
    return [...asked];
  };

  it.each<[what: string, change: (rows: unknown[]) => unknown[]]>([
    ["one row short", (rows) => rows.slice(0, -1)],
    ["a row twice", (rows) => [...rows, ...rows.slice(-1)]],
  ])("%s, whichever query it is, or asked again until it is the truth", async (_what, change) => {
    const reader = await readerOf(smallOrg());
    const truth = await listInventory(reader, { needs: EVERYTHING });
    const wrong: string[] = [];
    // What is short of standing access is said to be: it is looked for, and not counted.
    const isCounted = (soql: string) => !/FROM (LoginHistory|AuthSession|SetupEntityAccess)/.test(soql);
    for (const target of (await queries(reader)).filter(isCounted)) {
      let changed = 0;
      const isTarget = (soql: string) => soql === target;
      const outcome: unknown = await listInventory(
        changing(reader, isTarget, (rows) => {
          if (rows.length > 0) changed++;
          return change(rows);
        }),
        { needs: EVERYTHING },
      ).catch((error: unknown) => error);
      if (
        changed > 0 &&
        !(outcome instanceof InconclusiveError) &&
        !isDeepStrictEqual(listed(outcome), listed(truth))
      )
        wrong.push(target);
    }
    expect(wrong).toEqual([]);
  });

  it("and says which query it was, with both numbers", async () => {
    const reader = await readerOf(smallOrg());
    await expect(
      listInventory(
        changing(
          reader,
          (soql) => soql.includes("FROM GroupMember"),
          (rows) => rows.slice(1),
        ),
        { needs: EVERYTHING },
      ),
    ).rejects.toThrow(
      /the org counts 4 rows and handed out 3 for: SELECT GroupId, UserOrGroupId FROM GroupMember/,
    );
  });
});

describe("grants that come in no order that was asked for are inconclusive", () => {
  const isGrants = (soql: string) =>
    soql.includes("FROM OauthToken") && soql.includes("ORDER BY CreatedDate");
  const listed = async (change: (rows: unknown[]) => unknown[]) => {
    const reader = await readerOf(generateOrg({ seed: 3, users: 20, grants: 40, apps: 3 }));
    return await listInventory(changing(reader, isGrants, change)).catch((error: unknown) => error);
  };

  it.each<[rule: string, change: (rows: unknown[]) => unknown[]]>([
    ["two rows changed places", ([first, second, ...rows]) => [second, first, ...rows]],
    ["newest first", (rows) => rows.toReversed()],
    [
      "a row without a date after one with a date",
      (rows) => [...rows.slice(0, -1), { ...(rows.at(-1) as object), CreatedDate: null }],
    ],
  ])("%s", async (_rule, change) => {
    const outcome = await listed(change);
    expect(outcome).toBeInstanceOf(InconclusiveError);
    expect(String(outcome)).toContain("out of order or outside of the range");
  });

  it("rows of one instant have no order among them", async () => {
    const instant = "2024-05-05T05:05:05.000+0000";
    const outcome = await listed((rows) => rows.map((row) => ({ ...(row as object), CreatedDate: instant })));
    expect(outcome).not.toBeInstanceOf(Error);
  });
});

describe("rows outside of the range that was asked for are inconclusive", () => {
  /** More grants than one query can be trusted with, so that a second one asks for the rest. */
  const fixture = generateOrg({ seed: 8, users: 50, grants: 2_600, apps: 4 });
  const isRest = (soql: string) => /FROM OauthToken WHERE CreatedDate >=/.test(soql);

  it.each([
    ["earlier", "2001-01-01T00:00:00.000+0000"],
    ["without a date", null],
  ])("%s", async (_what, CreatedDate) => {
    const reader = await readerOf(fixture);
    const outcome: unknown = await listInventory(
      changing(reader, isRest, ([first, ...rows]) => [{ ...(first as object), CreatedDate }, ...rows]),
    ).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(InconclusiveError);
    expect(String(outcome)).toContain("out of order or outside of the range");
  });
});

describe("many ids are asked for in several queries, and none is lost between them", () => {
  it.each([200, 201, 400, 401])("%i permission sets each have their member", async (count) => {
    const fixture = smallOrg();
    const usernames = fixture.users.map(({ username }) => username);
    const [first] = fixture.permissionSets!;
    const permissionSets = Array.from({ length: count }, (_, i) => ({
      id: `0PS${String(i).padStart(12, "0")}GAA`,
      name: `Set_${i}`,
      label: `Set ${i}`,
      permissions: first!.permissions,
      assignees: [usernames[i % usernames.length]!],
    }));
    const reader = await readerOf({
      ...fixture,
      permissionSets,
      permissionSetGroups: [],
      apps: [],
      grants: [],
    });
    const { directory, users } = await listInventory(reader, {
      needs: { ...NO_NEEDS, permissionSets: "all" },
    });
    expect(
      directory.permissionSets.map(({ name, userIds }) => [
        name,
        [...userIds!].map((id) => users.get(id)!.username),
      ]),
    ).toEqual(permissionSets.map(({ name, assignees }) => [name, assignees]));
    const lists = org!.requests.flatMap(({ soql }) =>
      soql?.includes("PermissionSetId IN (") ? soql.split("','").length : [],
    );
    expect(lists.every((ids) => ids <= 200)).toBe(true);
    expect(lists).toHaveLength(Math.ceil(count / 200));
  });
});

describe("rows of several pages", () => {
  /** 2,600 users with a permission set, in pages that move with what comes and goes. */
  const small = smallOrg();
  const [first] = small.permissionSets!;
  const more = Array.from({ length: 2_600 }, (_, i) => ({
    ...small.users[0]!,
    id: `005${String(i + 100).padStart(12, "0")}AAA`,
    username: `user${i}@small.example`,
  }));
  const fixture = {
    ...small,
    users: [...small.users, ...more],
    permissionSets: [{ ...first!, assignees: more.map(({ username }) => username) }],
    permissionSetGroups: [],
    grants: [],
  };
  const isAssignments = (soql: string) => soql.includes("FROM PermissionSetAssignment WHERE PermissionSetId");
  const needs = { ...NO_NEEDS, permissionSets: "all" as const };

  it("are read until they are the same twice: a member at a boundary is not missed", async () => {
    const reader = await readerOf(fixture);
    let readings = 0;
    // In the first reading one who left hides the one at the boundary; somebody else came, so that the number is right.
    const moving = changing(reader, isAssignments, (rows) =>
      ++readings > 1 ? rows : [...rows.slice(0, 2_000), ...rows.slice(2_001), rows[0]],
    );
    const { directory } = await listInventory(moving, { needs });
    expect(directory.permissionSets[0]!.userIds!.size).toBe(2_600);
    expect(readings).toBe(3);
  });

  it("that are others each time are inconclusive", async () => {
    const reader = await readerOf(fixture);
    let readings = 0;
    const moving = changing(reader, isAssignments, (rows) => rows.toSpliced(readings++, 1, rows.at(-1)!));
    await expect(listInventory(moving, { needs })).rejects.toMatchObject({ code: "rows-not-the-same" });
  });
});
