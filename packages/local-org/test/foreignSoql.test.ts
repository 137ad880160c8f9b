import { describe, expect, it } from "vitest";
import { dieppeTrading } from "../src/orgs/dieppeTrading.ts";
import { smallOrg } from "../src/orgs/smallOrg.ts";
import { checkClauses } from "../src/soql/clauses.ts";
import { dateSpan } from "../src/soql/dateLiterals.ts";
import { evaluate } from "../src/soql/evaluate.ts";
import { SoqlError } from "../src/soql/soqlError.ts";
import { Store } from "../src/store/store.ts";
import type { View } from "../src/store/view.ts";

const NOW = Date.parse("2026-11-26T12:00:00Z"); // a Thursday
const fixture = dieppeTrading();
const view = viewOf(new Store(fixture), fixture.caller);

function viewOf(store: Store, caller: string): View {
  return { ...store.view(store.openSession(store.userId(caller)!), 67), now: NOW };
}
function records(soql: string, seen = view): Record<string, unknown>[] {
  const { rows, record } = evaluate(soql, seen);
  return rows.map((row) => {
    const { attributes: _, ...fields } = record(row, "/services/data/v67.0");
    return fields;
  });
}
function refusal(soql: string): string {
  try {
    evaluate(soql, view);
  } catch (error) {
    if (error instanceof SoqlError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "answered";
}

describe("a clause that the local org does not honour is refused, and never ignored", () => {
  it.each([
    ["SELECT Id FROM User USING SCOPE mine", "INVALID_QUERY_SCOPE"],
    ["SELECT Id FROM User FOR VIEW", "MALFORMED_QUERY"],
    ["SELECT Id FROM User FOR REFERENCE", "MALFORMED_QUERY"],
    ["SELECT Id FROM User FOR UPDATE", "MALFORMED_QUERY"],
    ["SELECT Id FROM User UPDATE TRACKING", "MALFORMED_QUERY"],
    ["SELECT Id FROM User UPDATE VIEWSTAT", "MALFORMED_QUERY"],
    ["SELECT Id FROM User WITH SECURITY_ENFORCED", "MALFORMED_QUERY: unexpected token: 'SECURITY_ENFORCED'"],
    ["SELECT Id FROM User WITH USER_MODE", "MALFORMED_QUERY: unexpected token: 'USER_MODE'"],
    ["SELECT Id FROM User WITH DATA CATEGORY Places__c AT here__c", "MALFORMED_QUERY"],
    ["SELECT Id FROM User ALL ROWS", "MALFORMED_QUERY: unexpected token"],
    ["SELECT TYPEOF Owner WHEN User THEN Id ELSE Name END FROM Group", "MALFORMED_QUERY"],
    ["SELECT FORMAT(CreatedDate) FROM OauthToken", "MALFORMED_QUERY"],
    ["SELECT Name n FROM User", "MALFORMED_QUERY: only aggregate expressions use field aliasing"],
    ["SELECT Id FROM OauthToken WHERE CALENDAR_YEAR(CreatedDate) = 2020", "INVALID_FIELD"],
    ["SELECT Id FROM User ORDER BY COUNT(Id)", "INVALID_FIELD"],
    ["SELECT Id, id FROM User", "INVALID_FIELD: duplicate field selected: Id"],
    [
      "SELECT FIELDS(ALL) FROM User",
      "MALFORMED_QUERY: The SOQL FIELDS function must have a LIMIT of at most 200",
    ],
    ["SELECT FIELDS(ALL) FROM User LIMIT 201", "MALFORMED_QUERY: The SOQL FIELDS function"],
    ["SELECT FIELDS(CUSTOM) FROM User LIMIT 1", "MALFORMED_QUERY"],
    ["SELECT Id, FIELDS(ALL) FROM User LIMIT 1", "INVALID_FIELD: duplicate field selected: Id"],
    ["SELECT toLabel(CreatedDate) FROM OauthToken", "INVALID_FIELD"],
    [
      "SELECT AppName, COUNT(Id) FROM OauthToken",
      "MALFORMED_QUERY: Field must be grouped or aggregated: AppName",
    ],
    ["SELECT COUNT(), AppName FROM OauthToken GROUP BY AppName", "MALFORMED_QUERY"],
    ["SELECT COUNT() FROM OauthToken GROUP BY AppName", "MALFORMED_QUERY"],
    [
      "SELECT COUNT(Id) FROM OauthToken GROUP BY CreatedDate",
      "INVALID_FIELD: field 'CreatedDate' can not be grouped",
    ],
    ["SELECT COUNT(Id) FROM OauthToken GROUP BY CUBE(AppName)", "MALFORMED_QUERY"],
    ["SELECT GROUPING(AppName) FROM OauthToken GROUP BY ROLLUP(AppName)", "MALFORMED_QUERY"],
    ["SELECT COUNT(Id) FROM OauthToken LIMIT 1", "MALFORMED_QUERY: Non-grouped query"],
    [
      "SELECT SUM(AppName) FROM OauthToken",
      "MALFORMED_QUERY: field AppName does not support aggregate operator SUM",
    ],
    ["SELECT MAX(IsActive) FROM User", "MALFORMED_QUERY"],
    ["SELECT COUNT(Nope) FROM User", "INVALID_FIELD"],
    ["SELECT AppName a, COUNT(Id) a FROM OauthToken GROUP BY AppName", "MALFORMED_QUERY: duplicate alias: a"],
    [
      "SELECT AppName FROM OauthToken GROUP BY AppName ORDER BY UserId",
      "MALFORMED_QUERY: Field must be grouped",
    ],
  ])("%s", (soql, expected) => {
    expect(refusal(soql).slice(0, expected.length)).toBe(expected);
  });

  it("so is a clause that the parser may learn later", () => {
    const query = { sObject: "User", fields: [], tomorrow: "x" };
    expect(() => checkClauses(query)).toThrow("the local org knows no clause tomorrow");
  });

  it("USING SCOPE everything changes nothing, and is answered", () => {
    expect(records("SELECT Id FROM User USING SCOPE everything")).toHaveLength(fixture.users.length);
  });
});

describe("aggregates", () => {
  it("COUNT of a field counts what is not null, COUNT_DISTINCT the different ones", () => {
    const used = fixture.grants.filter(({ lastUsedAt }) => lastUsedAt !== null);
    expect(
      records("SELECT COUNT(Id), COUNT(LastUsedDate) used, COUNT_DISTINCT(AppName) FROM OauthToken"),
    ).toEqual([{ expr0: 448, used: used.length, expr1: new Set(fixture.grants.map(({ app }) => app)).size }]);
  });

  it("MIN, MAX, SUM and AVG of what is there; of nothing null", () => {
    const counts = fixture.grants.map(({ useCount }) => useCount!).filter((count) => count !== null);
    const sum = counts.reduce((a, b) => a + b, 0);
    const latest = fixture.grants.map(({ createdAt }) => Date.parse(createdAt!)).sort((a, b) => b - a)[0]!;
    expect(
      records("SELECT MIN(UseCount) a, MAX(CreatedDate) b, SUM(UseCount) c, AVG(UseCount) d FROM OauthToken"),
    ).toEqual([
      {
        a: Math.min(...counts),
        b: new Date(latest).toISOString().replace("Z", "+0000"),
        c: sum,
        d: sum / counts.length,
      },
    ]);
    expect(
      records("SELECT MAX(UseCount), SUM(UseCount), COUNT(Id) FROM OauthToken WHERE AppName = 'none'"),
    ).toEqual([{ expr0: null, expr1: null, expr2: 0 }]);
  });

  it("GROUP BY, HAVING and ORDER BY go by the groups, whose records are AggregateResults", () => {
    const counted = records(
      "SELECT AppName, COUNT(Id) FROM OauthToken GROUP BY AppName HAVING COUNT(Id) > 12 ORDER BY COUNT(Id) DESC, AppName LIMIT 2",
    );
    expect(counted).toEqual([
      { AppName: "Outlook Plugin", expr0: expect.any(Number) },
      { AppName: "Slack", expr0: 186 },
    ]);
    const { rows, record } = evaluate(
      "SELECT User.Profile.Name p, COUNT(Id) n FROM OauthToken GROUP BY User.Profile.Name",
      view,
    );
    expect(record(rows[0]!, "")).toEqual({
      attributes: { type: "AggregateResult" },
      p: expect.any(String),
      n: expect.any(Number),
    });
    const total = rows.reduce((sum, row) => sum + Number(record(row, "").n), 0);
    expect(total).toBe(448);
  });

  it("an alias of the object stands for it everywhere", () => {
    expect(
      records(
        "SELECT t.AppName, COUNT(t.Id) n FROM OauthToken t WHERE t.AppName = 'slack' GROUP BY t.AppName ORDER BY t.AppName",
      ),
    ).toEqual([{ AppName: "Slack", n: 186 }]);
  });
});

describe("date literals are stretches of time", () => {
  it.each([
    ["TODAY", "2026-11-26", "2026-11-27"],
    ["YESTERDAY", "2026-11-25", "2026-11-26"],
    ["THIS_WEEK", "2026-11-22", "2026-11-29"],
    ["LAST_MONTH", "2026-10-01", "2026-11-01"],
    ["NEXT_QUARTER", "2027-01-01", "2027-04-01"],
    ["THIS_FISCAL_YEAR", "2026-01-01", "2027-01-01"],
    ["LAST_90_DAYS", "2026-08-28", "2026-11-27"],
    ["LAST_N_DAYS:1", "2026-11-25", "2026-11-27"],
    ["NEXT_N_DAYS:2", "2026-11-27", "2026-11-29"],
    ["N_DAYS_AGO:3", "2026-11-23", "2026-11-24"],
    ["last_n_weeks:2", "2026-11-08", "2026-11-22"],
    ["N_MONTHS_AGO:12", "2025-11-01", "2025-12-01"],
    ["LAST_N_QUARTERS:5", "2025-07-01", "2026-10-01"],
  ])("%s", (literal, from, to) => {
    expect(dateSpan(literal, NOW)).toEqual({ from: Date.parse(from), to: Date.parse(to) });
  });

  it("before one is before it begins, after it when it has ended, and null is in none", () => {
    const store = new Store({ ...fixture, grants: [] });
    const times = [
      "2026-11-25T23:59:59Z",
      "2026-11-26T00:00:00Z",
      "2026-11-26T23:59:59Z",
      "2026-11-27T00:00:00Z",
    ];
    for (const createdAt of [null, ...times.map(Date.parse)])
      store.addGrant({ username: fixture.caller, app: "x", createdAt, lastUsedAt: null, useCount: 1 });
    const found = (condition: string) =>
      evaluate(
        `SELECT Id FROM OauthToken WHERE CreatedDate ${condition}`,
        viewOf(store, fixture.caller),
      ).rows.map(({ CreatedDate }) =>
        CreatedDate === null ? "null" : times.map(Date.parse).indexOf(Number(CreatedDate)),
      );
    expect(found("= TODAY")).toEqual([1, 2]);
    expect(found("< TODAY")).toEqual([0]);
    expect(found("<= TODAY")).toEqual([0, 1, 2]);
    expect(found("> TODAY")).toEqual([3]);
    expect(found(">= TODAY")).toEqual([1, 2, 3]);
    expect(found("!= TODAY")).toEqual(["null", 0, 3]);
    expect(found("IN (YESTERDAY, TOMORROW)")).toEqual([0, 3]);
    expect(found("= LAST_N_DAYS:1")).toEqual([0, 1, 2]);
  });
});

describe("a nested query in WHERE", () => {
  const small = smallOrg();
  const seen = viewOf(new Store(small), small.caller);
  const ids = (soql: string) => records(soql, seen).map(({ Id }) => Id);

  it("finds who is, or is not, among what it selects", () => {
    const assigned =
      "SELECT AssigneeId FROM PermissionSetAssignment WHERE PermissionSet.IsOwnedByProfile = false";
    const [all, some, others] = [
      ids("SELECT Id FROM User"),
      ids(`SELECT Id FROM User WHERE Id IN (${assigned})`),
      ids(`SELECT Id FROM User WHERE Id NOT IN (${assigned})`),
    ];
    expect(some.length).toBeGreaterThan(0);
    expect(others.length).toBeGreaterThan(0);
    expect([...some, ...others].sort()).toEqual([...all].sort());
    const held = new Set(records(assigned, seen).map(({ AssigneeId }) => AssigneeId));
    expect(some.every((id) => held.has(id))).toBe(true);
    const roles = "SELECT Id FROM UserRole";
    const noRole = records(`SELECT UserRoleId FROM User WHERE UserRoleId NOT IN (${roles})`, seen);
    expect(noRole.every(({ UserRoleId }) => UserRoleId === null)).toBe(true);
  });

  it.each([
    ["SELECT Id FROM User WHERE Id IN (SELECT Id FROM User)", "same object type"],
    ["SELECT Id FROM User WHERE Id IN (SELECT Name FROM Profile)", "an id or a reference"],
    ["SELECT Id FROM User WHERE Id IN (SELECT Id, Name FROM Profile)", "an id or a reference"],
    ["SELECT Id FROM User WHERE Name IN (SELECT Id FROM Profile)", "left operand"],
    ["SELECT Id FROM User WHERE ProfileId IN (SELECT Id FROM Profile LIMIT 1)", "no limit"],
    ["SELECT Id FROM User WHERE ProfileId IN (SELECT Id FROM Nope)", "is not supported"],
    ["SELECT Id FROM User WHERE ProfileId IN (SELECT Id FROM Profile FOR VIEW)", "keeps no views"],
  ])("%s is refused", (soql, message) => {
    expect(() => records(soql, seen)).toThrow(message);
  });
});

describe("a nested query", () => {
  const small = smallOrg();
  const seen = viewOf(new Store(small), small.caller);

  it("shows what belongs to each record, by its own conditions, order and limit, and null where nothing does", () => {
    const groups = records(
      "SELECT DeveloperName, (SELECT PermissionSet.Name FROM PermissionSetGroupComponents ORDER BY PermissionSet.Name) FROM PermissionSetGroup",
      seen,
    );
    const names = groups.map(({ DeveloperName, PermissionSetGroupComponents: found }) => [
      DeveloperName,
      ((found as { records: { PermissionSet: { Name: string } }[] } | null)?.records ?? []).map(
        ({ PermissionSet }) => PermissionSet.Name,
      ),
    ]);
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual(
      small.permissionSetGroups!.map(({ developerName, permissionSets }) => [
        developerName,
        [...permissionSets].sort(),
      ]),
    );
    const [none] = records("SELECT Id, (SELECT Id FROM Users WHERE Name = 'nobody') FROM Profile", seen);
    expect(none!.Users).toBeNull();
    const one = records("SELECT Id, (SELECT Id FROM Users LIMIT 1) FROM Profile", seen).map(
      ({ Users }) => Users,
    );
    expect(one).toContainEqual({ totalSize: 1, done: true, records: [expect.any(Object)] });
  });

  it.each([
    [
      "SELECT Id, (SELECT Id FROM Nothings) FROM Profile",
      "INVALID_TYPE: Didn't understand relationship 'Nothings'",
    ],
    ["SELECT Id, (SELECT COUNT(Id) FROM Users) FROM Profile", "MALFORMED_QUERY"],
    ["SELECT Id, (SELECT Id FROM Users FOR VIEW) FROM Profile", "MALFORMED_QUERY"],
    ["SELECT Id, (SELECT Nope FROM Users) FROM Profile", "INVALID_FIELD"],
  ])("%s is refused", (soql, expected) => {
    expect(refusal(soql).slice(0, expected.length)).toBe(expected);
  });
});

it("FIELDS() is every field, toLabel() the field itself, and a profile's UserType that of its licence", () => {
  const [user] = records("SELECT FIELDS(ALL) FROM User LIMIT 1");
  expect(Object.keys(user!)).toEqual(Object.keys(view.schema.User!));
  expect(records("SELECT FIELDS(STANDARD) FROM User")).toHaveLength(fixture.users.length);
  const small = smallOrg();
  const groups = records(
    "SELECT toLabel(Type), toLabel(Type) t FROM Group",
    viewOf(new Store(small), small.caller),
  );
  expect(groups[0]).toEqual({ Type: expect.any(String), t: groups[0]!.Type });
  expect(new Set(records("SELECT UserType FROM Profile").map(({ UserType }) => UserType))).toEqual(
    new Set(["Standard"]),
  );
});
