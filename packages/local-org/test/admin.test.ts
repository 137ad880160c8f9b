import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { BOBS_TOOL, dieppeTrading, SLACK } from "../src/orgs/dieppeTrading.ts";
import { ask, form, json, query } from "./ask.ts";

const ADA = "ada.dubois@dieppe.example";
const GRANTS = "/__local-org/grants";

let org: LocalOrg;
beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
});
afterEach(() => org.close());

describe("a grant that is added", () => {
  it("shows in the list and in Salesforce's, with the times and counter that were given", async () => {
    const given = {
      username: ADA,
      app: SLACK.name,
      createdAt: "2024-02-01T08:00:00Z",
      lastUsedAt: "2024-03-01T08:00:00Z",
      useCount: "7",
    };
    const { status, body } = await ask(org, GRANTS, form(given));
    expect([status, body]).toEqual([
      201,
      {
        username: ADA,
        app: SLACK.name,
        createdAt: "2024-02-01T08:00:00.000+0000",
        lastUsedAt: "2024-03-01T08:00:00.000+0000",
        useCount: 7,
      },
    ]);
    expect((await ask(org, GRANTS)).body).toContainEqual(body);
    const found = await query(
      org,
      "SELECT UseCount, AppMenuItem.ApplicationId FROM OauthToken WHERE CreatedDate = 2024-02-01T08:00:00Z",
    );
    expect(found.body.records).toMatchObject([{ UseCount: 7, AppMenuItem: { ApplicationId: SLACK.id } }]);
  });

  it("is the user's own approval: the sixth for an app revokes the oldest", async () => {
    for (let i = 0; i < 6; i++) await ask(org, GRANTS, json("POST", { username: ADA, app: "Notetaker" }));
    expect(org.store.grants().filter(({ AppName }) => AppName === "Notetaker")).toHaveLength(5);
  });
});

it("grants are removed by user, by app, or by both; never all at once", async () => {
  const remove = (filter: string) => ask(org, `${GRANTS}?${filter}`, { method: "DELETE" });
  expect((await remove("")).status).toBe(400);
  expect((await remove("usrname=x")).status).toBe(400);
  expect(org.store.grants()).toHaveLength(448);
  const bobs = org.store.grants().find(({ AppName }) => AppName === BOBS_TOOL.name)!;
  const one = new URLSearchParams({ username: org.store.username(bobs).toUpperCase(), app: BOBS_TOOL.name });
  expect((await remove(one.toString())).body).toEqual({ removed: 1 });
  expect((await remove(`app=${encodeURIComponent(BOBS_TOOL.name)}`)).body).toEqual({ removed: 11 });
  expect((await remove(`username=${ADA}`)).body.removed).toBeGreaterThan(0);
  expect((await remove(`username=${ADA}`)).body).toEqual({ removed: 0 });
});

describe("what is sent to the admin endpoint", () => {
  it.each([
    ["POST", GRANTS, { username: ADA }],
    ["POST", GRANTS, { username: ADA, app: "x", createdAt: "yesterday" }],
    ["POST", GRANTS, { username: ADA, app: "x", apps: "y" }],
    ["PUT", "/__local-org/faults", [{ kind: "nope" }]],
    ["PUT", "/__local-org/faults", [{ kind: "drop", mtch: "FROM Profile" }]],
  ])("is refused where it is not right: %s %s %j", async (method, path, body) => {
    const answer = await ask(org, path, json(method, body));
    expect([answer.status, answer.body]).toEqual([400, { error: expect.any(String) }]);
    expect((await query(org, "SELECT Id FROM Profile")).status).toBe(200);
    expect(org.store.grants()).toHaveLength(448);
  });

  it("names a user that there is not", async () => {
    expect(await ask(org, GRANTS, json("POST", { username: "x@y", app: "z" }))).toMatchObject({
      status: 404,
      body: { error: "no user x@y" },
    });
  });
});

it("faults can be read back with how often they matched", async () => {
  const fault = { kind: "latency", ms: 1, match: "FROM Profile", after: 1 };
  await ask(org, "/__local-org/faults", json("PUT", [fault]));
  await query(org, "SELECT Id FROM Profile");
  await query(org, "SELECT Id FROM User");
  expect((await ask(org, "/__local-org/faults")).body).toEqual([{ fault, seen: 1 }]);
});

it("calls to the admin endpoint are not in the record of requests, and faults do not hit them", async () => {
  org.setFaults([{ kind: "drop" }]);
  expect((await ask(org, "/__local-org/requests")).body).toEqual([]);
  expect((await ask(org, "/__local-org/writes")).body).toEqual([]);
});
