import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { generateOrg, PORTAL, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { checkApiShare } from "../../src/inventory/apiShare.ts";
import { AppRegister } from "../../src/inventory/appRegister.ts";
import { readAppSettings } from "../../src/inventory/appSettings.ts";
import { grantMaker } from "../../src/inventory/grantRow.ts";
import { listGrants } from "../../src/inventory/grants.ts";
import { readLinkRows } from "../../src/inventory/linkRows.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { type DirectoryNeeds, NO_NEEDS } from "../../src/inventory/needs.ts";
import { readTwice } from "../../src/inventory/readRange.ts";
import { readUsageUsers } from "../../src/inventory/usage.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { appIdOf } from "../../src/salesforce/id.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { type AlteredOrg, type Answer, alterAnswers, json } from "../altered.ts";

type Alter = (request: string, answer: Answer) => Partial<Answer> | null;

let org: LocalOrg | undefined;
let between: AlteredOrg | undefined;
let waited: number;
afterEach(async () => {
  await between?.close();
  await org?.close();
  between = org = undefined;
});

/** A reader of an org whose answers are altered. */
async function open(alter: Alter, options: Partial<LocalOrgOptions> = {}): Promise<OrgReader> {
  org = await startLocalOrg({ org: smallOrg(), readOnly: true, ...options });
  between = await alterAnswers(org, alter);
  waited = 0;
  const clock = {
    sleep: async (ms: number) => {
      waited += ms;
    },
    random: () => 1,
  };
  return connect(readCredentials({ instanceUrl: between.url, accessToken: org.accessToken }, {}), clock);
}

interface Page {
  totalSize: number;
  done: boolean;
  records: object[];
}
const has = (request: string, ...parts: string[]) => parts.every((part) => request.includes(part));
const COUNT = "SELECT COUNT() FROM OauthToken";
const NEWEST = "FROM OauthToken ORDER BY CreatedDate DESC NULLS LAST";
const OLDEST = "ORDER BY CreatedDate ASC NULLS FIRST";

describe("an org that goes on for ever is inconclusive before long", () => {
  /** As many grants as are worth several pages, and users. */
  const large = generateOrg({ grants: 1_200, users: 20, apps: 8, seed: 3 });
  const counting = (value: (nth: number) => number, what = COUNT): Alter => {
    let nth = 0;
    return (request, answer) =>
      has(request, what) ? json<Page>(answer, (page) => ({ ...page, totalSize: value(nth++) })) : null;
  };
  const needing = (more: Partial<DirectoryNeeds>): DirectoryNeeds => ({ ...NO_NEEDS, ...more });

  it.each<[string, code: string, mostCalls: number, () => Alter, DirectoryNeeds?]>([
    ["more grants than there are atoms", "more-than-is-read", 30, () => counting(() => 9e15)],
    [
      "more users than there are people",
      "more-than-is-read",
      30,
      () => counting(() => 9e9, "UserType FROM User"),
    ],
    [
      "more links than there are people",
      "more-than-is-read",
      120,
      () => counting(() => 9e9, "SELECT COUNT() FROM ThirdPartyAccountLink"),
      needing({ identityProviders: true }),
    ],
    [
      "a count of grants that is another each time",
      "grant-count-not-matched",
      1_000,
      () => {
        const more = counting((nth) => 1_200 + nth);
        const newest = counting((nth) => 1_300 + nth, NEWEST);
        return (request, answer) => more(request, answer) ?? newest(request, answer);
      },
    ],
    [
      "a grant or two in each answer, of a million",
      "grants-without-end",
      400,
      () => (request, answer) => {
        if (has(request, COUNT)) return json<Page>(answer, (page) => ({ ...page, totalSize: 1_000_000 }));
        if (!has(request, OLDEST)) return null;
        return json<Page>(answer, (page) => ({
          totalSize: 1_000_000,
          done: true,
          records: page.records.slice(0, 2),
        }));
      },
    ],
  ])("with %s: %s", async (_what, code, mostCalls, alter, needs = NO_NEEDS) => {
    const reader = await open(alter(), { org: large });
    const calls = reader.calls;
    const outcome = await listInventory(reader, { needs }).then(
      () => "complete",
      (error: { code?: string }) => error.code,
    );
    expect(outcome).toBe(code);
    expect(reader.calls - calls).toBeLessThan(mostCalls);
  });

  it("where each stretch of a long list is another each time that it is counted", async () => {
    const rows = Array.from({ length: 1_200 }, (_, i) => ({
      Id: null,
      UserId: "005000000000001AAA",
      AppName: "App",
      AppMenuItem: null,
      CreatedDate: new Date(Date.UTC(2026, 0, 1) + i * 10_000).toISOString(),
      LastUsedDate: null,
      UseCount: null,
    }));
    const select = (soql: string) => {
      const [, from = "0"] = /CreatedDate >= ([\w:.-]+)/.exec(soql) ?? [];
      const [, to = "9"] = /CreatedDate < ([\w:.-]+)/.exec(soql) ?? [];
      const found = rows.filter(({ CreatedDate }) => from <= CreatedDate && CreatedDate < to);
      return soql.includes("DESC") ? found.reverse() : found;
    };
    let calls = 0;
    const reader = {
      ...{ concurrency: 8, clockSkewMs: 0, apiUsage: null },
      query: async (soql: string) => {
        calls++;
        const found = select(soql);
        const more = soql.includes("DESC") ? 1 : 0;
        return { rows: found.slice(0, 10), totalSize: found.length + more, pages: 1 };
      },
      count: async (soql: string) => {
        calls++;
        return select(soql).length + 1;
      },
    } as unknown as OrgReader;
    const listing = listGrants(reader, {
      countBefore: rows.length,
      toGrant: grantMaker(new AppRegister([])),
      userIds: async () => [],
      now: () => new Date(),
      onProgress: () => undefined,
    });
    await expect(listing).rejects.toMatchObject({ code: "grant-count-not-matched" });
    expect(calls).toBeGreaterThan(1_500);
    expect(calls).toBeLessThan(2_200);
  });

  it("where it is busy for ever, twenty minutes after it began to wait", async () => {
    let busy = false;
    const reader = await open(() =>
      busy ? { status: 503, headers: { "retry-after": "100" }, body: "" } : null,
    );
    busy = true;
    await expect(listInventory(reader)).rejects.toMatchObject({ name: "InconclusiveError" });
    expect(waited).toBeLessThanOrEqual(20 * 60_000);
  });

  it("where public groups are in public groups without an end", async () => {
    const groupId = (n: number) => `00G${String(n).padStart(12, "0")}AAA`;
    const name = (n: number) => `G${n}`;
    let level = 0;
    const alter: Alter = (request, answer) => {
      if (has(request, "FROM GroupMember"))
        return json<Page>(answer, () => ({
          totalSize: 1,
          done: true,
          records: [{ GroupId: groupId(level), UserOrGroupId: groupId(++level) }],
        }));
      if (!has(request, "FROM Group")) return null;
      const records = Array.from({ length: 400 }, (_, n) => ({
        Id: groupId(n),
        Name: name(n),
        DeveloperName: name(n),
        Type: "Regular",
        RelatedId: null,
      }));
      return json<Page>(answer, () => ({ totalSize: 400, done: true, records }));
    };
    const reader = await open(alter);
    const asked = listInventory(reader, { needs: needing({ publicGroups: ["G0"], roles: true }) });
    await expect(asked).rejects.toMatchObject({ code: "groups-nested-too-deep" });
    expect(level).toBe(50);
  });
});

describe("the usage of an app is read for as long as it gets on", () => {
  const usersOf = async (entries: (page: number) => number[]) => {
    let page = 0;
    const reader = await open((request, answer) => {
      if (!has(request, "/apps/oauth/usage/", "/users")) return null;
      const users = entries(page).map((n) => ({ userIdentifier: `005${String(n).padStart(12, "0")}AAA` }));
      return {
        ...json(answer, () => ({
          users,
          nextPageUrl: `/services/data/v67.0/apps/oauth/usage/x?page=${++page}`,
        })),
        status: 200,
      };
    });
    const calls = reader.calls;
    const outcome = await readUsageUsers(reader, appIdOf(PORTAL.id)).catch((error: unknown) => error);
    return { outcome, calls: reader.calls - calls };
  };

  it.each<[string, (page: number) => number[], number]>([
    ["whose pages bring the same users again", () => [1, 2, 3], 2],
    ["whose pages go in a circle", (page) => [page % 3], 4],
    ["whose pages bring a user each", (page) => [page], 12],
  ])("one %s ends", async (_what, entries, mostCalls) => {
    const { outcome, calls } = await usersOf(entries);
    expect(outcome).toMatchObject({ code: "usage-without-end" });
    expect(calls).toBeLessThanOrEqual(mostCalls);
  });
});

it("an org that does not say how many API calls it has has no more than a million", async () => {
  const reader = await open((_request, { headers }) => {
    const { "sforce-limit-info": _, ...others } = headers;
    return { headers: others };
  });
  expect(reader.apiUsage).toBeNull();
  checkApiShare(reader, 200_000);
  expect(() => checkApiShare(reader, 200_001)).toThrow(
    expect.objectContaining({ code: "api-share-exceeded" }),
  );
});

it("grants that no division makes fit are read as far as Salesforce hands them out, and no further", async () => {
  const enough: unknown[] = [];
  const reader = {
    query: async (_soql: string, options?: { enough?: number }) => {
      enough.push(options?.enough);
      return { rows: [], totalSize: 1, pages: 1 };
    },
    count: async () => 1,
  } as unknown as OrgReader;
  const reading = { dated: true, ids: true, toGrant: grantMaker(new AppRegister([])) };
  await expect(readTwice(reader, [], reading)).rejects.toMatchObject({ code: "range-count-not-matched" });
  expect(enough).toEqual([2_501, 2_501, 2_501, 2_501]);
});

describe("links to identity providers are read for as long as that gets on", () => {
  const calls = async (rowsOfAnswer: number) => {
    let asked = 0;
    let user = 0;
    const reader = {
      query: async () => {
        asked++;
        const rows = Array.from({ length: rowsOfAnswer }, () => ({
          ...{ Id: null, SsoProviderId: null, SsoProviderName: "Google", Provider: "Google" },
          UserId: `005${String(user++).padStart(12, "0")}AAA`,
        }));
        return { rows, totalSize: 1_000_000, pages: 1 };
      },
      count: async () => 1_000,
    } as unknown as OrgReader;
    const read = readLinkRows(reader, 1_000, async () => []);
    await expect(read).rejects.toMatchObject({ code: "account-link-count-not-matched" });
    return asked;
  };

  it("a link or two in each answer, and always more of them", async () => {
    expect(await calls(2)).toBeLessThan(200);
  });

  it("a page of links in each answer, and always more of them", async () => {
    expect(await calls(500)).toBeLessThan(200);
  });
});

it("metadata that lists components without an end is read in part", async () => {
  const names = Array.from({ length: 3_000 }, (_, n) => `App_${n}`);
  let reads = 0;
  const soap = (result: string) => ({
    status: 200,
    headers: { "content-type": "text/xml" },
    body: `<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata"><soapenv:Body><r>${result}</r></soapenv:Body></soapenv:Envelope>`,
  });
  org = await startLocalOrg({ org: smallOrg(), readOnly: true });
  between = await alterAnswers(
    org,
    () => null,
    (_, body) => {
      if (body.includes("readMetadata")) {
        reads++;
        return soap("<result></result>");
      }
      if (!body.includes("listMetadata")) return null;
      return soap(
        names
          .map((name) => `<result><fullName>${name}</fullName><type>ConnectedApp</type></result>`)
          .join(""),
      );
    },
  );
  const reader = await connect(
    readCredentials({ instanceUrl: between.url, accessToken: org.accessToken }, {}),
  );
  const app = { key: "a", id: null, name: "A", kind: "connected-app", adminApprovedOnly: null } as const;
  await readAppSettings(reader, [app]);
  expect(reads).toBe(200);
});
