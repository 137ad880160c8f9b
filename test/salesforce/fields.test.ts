import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import type { DirectoryNeeds } from "../../src/inventory/needs.ts";
import { checkOf, componentCheck, rowCheck } from "../../src/salesforce/answers.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { type AlteredOrg, type Answer, alterAnswers, json } from "../altered.ts";

const EVERYTHING: DirectoryNeeds = {
  permissionSets: "all",
  permissionSetGroups: ["Desk"],
  publicGroups: ["Sellers", "Everybody"],
  roles: true,
  permissions: ["ManageUsers"],
  appSettings: true,
  identityProviders: false,
};

let org: LocalOrg;
let between: AlteredOrg;
let alter: (request: string, answer: Answer) => Partial<Answer> | null = () => null;
const asked = new Set<string>();
beforeAll(async () => {
  org = await startLocalOrg({
    org: smallOrg(),
    usageBesideRows: "usage-alone",
    consumerSecretsInMetadata: "allowed",
  });
  between = await alterAnswers(org, (request, answer) => alter(request, answer));
  alter = (request) => {
    asked.add(request);
    return null;
  };
  await list();
});
afterAll(async () => {
  await between.close();
  await org.close();
});

const list = async () =>
  listInventory(
    await connect(readCredentials({ instanceUrl: between.url, accessToken: org.accessToken }, {}), {
      sleep: async () => undefined,
      random: () => 0,
    }),
    { needs: EVERYTHING },
  );
const failure = (): Promise<unknown> =>
  list().then(
    () => null,
    (error: unknown) => error,
  );

type Row = Record<string, unknown>;
/** The rows with the first one's field as it should not be; undefined takes it away. */
const withField = ([first, ...rows]: Row[], path: readonly string[], value: unknown): Row[] => {
  if (first === undefined) return [];
  const changed = structuredClone(first);
  let parent = changed;
  for (const step of path.slice(0, -1)) {
    parent[step] ??= {};
    parent = parent[step] as Row;
  }
  parent[path.at(-1)!] = value;
  return [changed, ...rows];
};
const WRONG: [string, unknown][] = [
  ["missing", undefined],
  ["a number", -7.5],
  ["a list", [["x"]]],
  ["an object", { x: {} }],
];

describe("whatever row of whatever query is not what it has to be ends in one sentence with the field's name", () => {
  it("each field of each query of a listing", async () => {
    const queries = [...asked].filter((request) => / FROM \w+/.test(request) && !request.includes("COUNT()"));
    const passed: string[] = [];
    let tried = 0;
    for (const request of queries) {
      const [, selected, object] = /SELECT (.+?) FROM (\w+)/.exec(request)!;
      const change = (rows: (rows: Row[]) => unknown[]) => {
        let isChanged = false;
        alter = (now, answer) =>
          now === request
            ? json(answer, (page: { records: Row[] }) => {
                isChanged = page.records.length > 0;
                return { ...page, records: rows(page.records) };
              })
            : null;
        return () => isChanged;
      };
      for (const field of selected!.split(", ")) {
        const [what, value] = WRONG[tried++ % WRONG.length]!;
        const isChanged = change((rows) => withField(rows, field.split("."), value));
        const error = await failure();
        if (!isChanged()) continue;
        const said = error instanceof InconclusiveError ? error.message : String(error);
        if (!said.startsWith(`in the org's answer, ${object}.${field} is ${what} where `))
          passed.push(`${object}.${field} as ${what}: ${said}`);
      }
      change(([_first, ...rows]) => [null, ...rows])();
      const error = await failure();
      if (error !== null && !(error instanceof InconclusiveError)) passed.push(`${object} as null: ${error}`);
    }
    expect(passed).toEqual([]);
    expect(tried).toBeGreaterThan(50);
  }, 120_000);

  it.each([
    ["apps", "identifier", 5, "a number"],
    ["apps", "identifier", "../../../revoke", "a text of another form"],
    ["apps", "developerName", {}, "an object"],
    ["users", "userIdentifier", undefined, "missing"],
    ["users", "lastUsedAt", "soon", "a text of another form"],
    ["users", "useCount", "many", "a text of another form"],
    ["tokens", "initialConnectionAt", 5, "a number"],
  ])("the usage of external client apps: %s with %s as %j", async (list, field, value, what) => {
    alter = (request, answer) =>
      request.includes("/apps/oauth/usage")
        ? json(answer, (page: Record<string, Row[]>) =>
            page[list] === undefined ? page : { ...page, [list]: withField(page[list], [field], value) },
          )
        : null;
    const error = await failure();
    expect(error).toBeInstanceOf(InconclusiveError);
    expect(String(error)).toMatch(new RegExp(`/apps/oauth/usage\\S* ${list}\\.${field} is ${what} where`));
  });

  it.each([[null], [{ users: null }], ["x"]])("a list of users that is none: %j", async (body) => {
    alter = (request, answer) => (/usage.*users/.test(request) ? json(answer, () => body) : null);
    expect(await failure()).toMatchObject({ code: "usage-answer-not-known" });
  });
});

describe("a value that is what it has to be passes, and none is quoted that is not", () => {
  const grant = {
    Id: null,
    UserId: "005000000000001",
    AppName: "",
    AppMenuItem: null,
    CreatedDate: "2026-01-02T03:04:05.000+0000",
    LastUsedDate: null,
    UseCount: 0,
  };
  const check = rowCheck(
    "SELECT Id, UserId, AppName, AppMenuItem.ApplicationId, CreatedDate, LastUsedDate, UseCount FROM OauthToken",
  );

  it.each<object>([
    {},
    { UserId: "005000000000001AAA", UseCount: 12, AppMenuItem: { ApplicationId: null } },
    { AppMenuItem: { ApplicationId: "0H4000000000001CAA" }, CreatedDate: null },
    { LastUsedDate: "2026-01-02T03:04:05Z" },
  ])("%j", (values) => {
    expect(check({ ...grant, ...values })).toBeUndefined();
  });

  it.each<[object, string]>([
    [{ UserId: "" }, "OauthToken.UserId is an empty text where an id"],
    [{ UserId: "00500000000000/../" }, "OauthToken.UserId is a text of another form"],
    [{ AppMenuItem: 5 }, "OauthToken.AppMenuItem.ApplicationId is an object where an id or null"],
    [{ AppMenuItem: {} }, "OauthToken.AppMenuItem.ApplicationId is missing"],
    [{ CreatedDate: "soon" }, "OauthToken.CreatedDate is a text of another form where a time or null"],
    [{ UseCount: -1 }, "OauthToken.UseCount is a number where a whole number from 0 or null"],
    [{ UseCount: 1.5 }, "OauthToken.UseCount is a number"],
    [{ AppName: true }, "OauthToken.AppName is true or false where a text or null"],
  ])("%j", (values, said) => {
    expect(() => check({ ...grant, ...values })).toThrow(said);
  });

  it("of metadata too", () => {
    const app = componentCheck("ConnectedApp");
    expect(app({ fullName: "A", oauthConfig: { scopes: ["Api"] }, oauthPolicy: "" })).toBeUndefined();
    expect(() => app({ fullName: "A", oauthPolicy: { ipRelaxation: {} } })).toThrow(
      "ConnectedApp.oauthPolicy.ipRelaxation is an object where a text or null",
    );
  });

  it("and what no schema describes is not read", () => {
    for (const soql of ["SELECT Id FROM Nothing", "SELECT Nothing FROM User", "SELECT constructor FROM User"])
      expect(() => rowCheck(soql)).toThrow("no schema describes");
    expect(() => componentCheck("constructor")).toThrow("no schema describes");
    expect(() => checkOf("X", {})(7)).toThrow("X is a number where an object");
  });
});
