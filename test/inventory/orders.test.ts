import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
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

async function start(fixture: OrgFixture, options: Partial<LocalOrgOptions> = {}) {
  org = await startLocalOrg({ org: fixture, ...options });
  return connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
}

/** Of each user and app name how many grants, as the org has them and as they are listed. */
const truth = () =>
  org!.store
    .grants()
    .map((row) => `${row.UserId} ${row.AppName ?? ""} ${row.UseCount}`)
    .sort();
const seen = ({ grants }: Awaited<ReturnType<typeof listInventory>>) =>
  grants.map(({ userId, app, useCount }) => `${userId} ${app.name} ${useCount}`).sort();

const INSTANT = "2024-05-05T05:05:05.000Z";
const base = generateOrg({ seed: 3, users: 60, grants: 10, apps: 3 });
/** Grants of the users and apps in turn, in blocks as long as said. */
const grantsOf = (
  blocks: readonly (readonly [user: number, app: string, count: number])[],
  createdAt: string | null = INSTANT,
): OrgFixture => ({
  ...base,
  apps: [
    ...base.apps,
    ...[...new Set(blocks.map(([, app]) => app))].map((name) => ({ id: null, name, inAppMenu: false })),
  ],
  grants: blocks.flatMap(([user, app, count]) =>
    Array.from({ length: count }, (_, i) => ({
      username: `user${user}@generated.example`,
      app,
      createdAt,
      lastUsedAt: null,
      useCount: i,
    })),
  ),
});

/** Thousands of grants of one user at one instant, whose apps differ in what databases overlook. */
const SHAPES: [string, OrgFixture][] = [
  [
    "case",
    grantsOf([
      [7, "Zoom", 1_500],
      [7, "apple", 1_500],
    ]),
  ],
  [
    "case alone",
    grantsOf([["Slack", "slack", "Box", "box", "Zoom", "zoom"]].flat().map((app) => [7, app, 400] as const)),
  ],
  [
    "accents, blanks and marks",
    grantsOf(
      [
        "İstanbul",
        "istanbul",
        'Bob\'s "Tool"\\',
        "Bob's Tool",
        "Bob's Tool ",
        "Émile",
        "emile",
        "apple",
        "Quince",
      ].map((app) => [7, app, 600] as const),
    ),
  ],
  [
    "many users, and one with most",
    grantsOf([
      ...Array.from({ length: 50 }, (_, i) => [i, "App 1", 40] as const),
      [7, "Zed", 1_800],
      [7, "apple", 900],
    ]),
  ],
];

/** Takes the names of many grants away, as an app that has none. */
function unname(): void {
  for (const [i, row] of org!.store.grants().entries())
    if (i % 5 < 2) Object.assign(row, { AppName: i % 5 === 0 ? null : "" });
}

const UNDATED = [
  { nullTokenIds: true, queryPages: "live" as const },
  { refusedFields: ["OauthToken.CreatedDate"] },
  { refusedFields: ["OauthToken.CreatedDate", "OauthToken.Id"] },
];
const COLLATIONS = ["folded", "binary", "accents", "mixed"] as const;

describe("grants that share one instant are all listed, however the org compares and sorts", () => {
  describe.each(SHAPES)("%s", (_shape, fixture) => {
    it.each(COLLATIONS)("%s", async (collation) => {
      for (const totalSizeAtCeiling of ["all", "capped"] as const) {
        const reader = await start(fixture, { collation, totalSizeAtCeiling });
        expect(seen(await listInventory(reader))).toEqual(truth());
        await org!.close();
      }
    });

    // Each shape and each collation meets each way; all three of each pair took half of this file's time.
    it.each(COLLATIONS)("%s, without dates, ids or pages that stand still", async (collation) => {
      const at = COLLATIONS.indexOf(collation) + SHAPES.findIndex(([, one]) => one === fixture);
      const undated = {
        ...fixture,
        grants: fixture.grants.map((grant) => ({ ...grant, createdAt: null })),
      };
      const reader = await start(undated, { collation, ...UNDATED[at % UNDATED.length]! });
      expect(seen(await listInventory(reader))).toEqual(truth());
    });
  });
});

it.each(COLLATIONS)(
  "grants of apps without a name, null or empty, are listed beside the others: %s",
  async (collation) => {
    const reader = await start(
      grantsOf([
        [7, "Zoom", 1_500],
        [7, "apple", 1_500],
      ]),
      { collation },
    );
    unname();
    expect(seen(await listInventory(reader))).toEqual(truth());
  },
);

describe("grants that nothing tells apart but their number", () => {
  it.each([501, 2_000, 2_001, 2_499, 2_500])(
    "%i of one user and app at one instant are read, page by page, twice",
    async (count) => {
      for (const options of [{}, { totalSizeAtCeiling: "capped" as const, queryPages: "live" as const }]) {
        const reader = await start(
          grantsOf([
            [7, "App 1", count],
            [8, "App 1", 3],
          ]),
          options,
        );
        expect(seen(await listInventory(reader))).toEqual(truth());
        await org!.close();
      }
    },
  );

  it.each([
    ["at one instant", INSTANT, {}],
    ["without a date", null, {}],
    ["where the org hands out no dates", INSTANT, { refusedFields: ["OauthToken.CreatedDate"] }],
  ])("more than a query hands out is inconclusive: %s", async (_what, createdAt, options) => {
    for (const totalSizeAtCeiling of ["all", "capped"] as const) {
      const reader = await start(grantsOf([[7, "App 1", 2_501]], createdAt), {
        ...options,
        totalSizeAtCeiling,
      });
      const error: unknown = await listInventory(reader).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(InconclusiveError);
      expect(String(error)).toContain(
        "more than 2500 grants of one user and app cannot be told apart by date",
      );
      await org!.close();
    }
  });

  it("one that goes between its pages is not missed: they are read until they are the same twice", async () => {
    const reader = await start(grantsOf([[7, "App 1", 1_400]]), { queryPages: "live", nullTokenIds: true });
    let pages = 0;
    const inventory = await listInventory({
      ...reader,
      query: async (soql, options) => {
        if (options?.enough !== 1 && soql.includes("OauthToken") && ++pages === 1) {
          // The reader asks page by page: a grant of the first goes once the first is there.
          const gone = setInterval(() => {
            if (!org!.requests.some(({ path }) => /query\/\w+-500$/.test(path))) return;
            clearInterval(gone);
            org!.store.revoke(String(org!.store.grants()[0]!.DeleteToken));
          }, 1);
        }
        return await reader.query(soql, options);
      },
    });
    expect(seen(inventory)).toEqual(truth());
    expect(inventory.grants).toHaveLength(1_399);
  });
});
