import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LocalOrgError } from "../src/errors.ts";
import type { OrgFixture } from "../src/fixture/fixture.ts";
import { checkFixture } from "../src/fixture/readFixture.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BEN, BOT, smallOrg } from "../src/orgs/smallOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { as, ask, query } from "./ask.ts";

const CURRENT = "0Ak000000000001AAA";
const SESSIONS: NonNullable<OrgFixture["sessions"]> = [
  { username: ANN, app: "Dialer", createdAt: "2026-03-01T08:00:00Z" },
  { username: ANN.toUpperCase(), app: null, createdAt: "2026-03-02T08:00:00.500Z" },
  { username: BEN, app: "Dialer", createdAt: "2026-03-03T08:00:00Z" },
];

let org: LocalOrg;
beforeEach(() => restart({}));
afterEach(() => org.close());

async function restart(options: Partial<LocalOrgOptions>): Promise<void> {
  await org?.close();
  const fixture = checkFixture({ ...smallOrg(), sessions: SESSIONS }, "test");
  org = await startLocalOrg({ org: fixture, ...options });
}
const path = (id: string) => `/services/data/v67.0/sobjects/AuthSession/${id}`;
const remove = (id: string, token = org.accessToken) =>
  ask(org, path(id), { method: "DELETE", ...as(token) });
const records = async (soql: string, token = org.accessToken) =>
  (await query(org, soql, as(token))).body.records.map(
    ({ attributes: _, ...fields }: Record<string, unknown>) => fields,
  );
const ids = async (where: string, token?: string) =>
  (await records(`SELECT Id FROM AuthSession ${where}`, token)).map(({ Id }: { Id: string }) => Id);
const live = () => org.store.sessions().map(({ id }) => id);
const refused = (errorCode: string) => [{ errorCode, message: expect.any(String) }];

describe("live sessions", () => {
  it("stand beside the caller's own, each with its login", async () => {
    const rows = await records(
      "SELECT Id, CreatedDate, SessionType, IsCurrent, LoginHistoryId, Users.Username FROM AuthSession ORDER BY CreatedDate",
    );
    expect(
      rows.map(({ Users, ...row }: { Users: { attributes: unknown; Username: string } }) => [
        Users.Username,
        row,
      ]),
    ).toEqual([
      [
        ANN,
        {
          Id: "0Ak000000000002CAA",
          CreatedDate: "2026-03-01T08:00:00.000+0000",
          SessionType: "Oauth2",
          IsCurrent: false,
          LoginHistoryId: "0Ya000000000002CAA",
        },
      ],
      [ANN, expect.objectContaining({ CreatedDate: "2026-03-02T08:00:00.500+0000", SessionType: "UI" })],
      [BEN, expect.objectContaining({ IsCurrent: false })],
      [BOT, expect.objectContaining({ Id: CURRENT, IsCurrent: true, SessionType: "Oauth2" })],
    ]);
    expect(
      await records(
        "SELECT Application, LoginTime, UserId FROM LoginHistory WHERE LoginTime < 2026-03-04T00:00:00Z",
      ),
    ).toEqual([
      { Application: "Dialer", LoginTime: "2026-03-01T08:00:00.000+0000", UserId: org.store.userId(ANN) },
      { Application: null, LoginTime: "2026-03-02T08:00:00.500+0000", UserId: org.store.userId(ANN) },
      { Application: "Dialer", LoginTime: "2026-03-03T08:00:00.000+0000", UserId: org.store.userId(BEN) },
    ]);
  });

  it("and logins say how they were made", async () => {
    const ways =
      "SELECT LoginType, LoginSubType, Status, AuthenticationServiceId FROM LoginHistory ORDER BY LoginTime";
    const web = { LoginType: "Application", LoginSubType: null };
    const app = { LoginType: "Remote Access 2.0", LoginSubType: "OauthRefreshToken" };
    expect(await records(ways)).toEqual(
      [app, web, app, app].map((way) => ({ ...way, Status: "Success", AuthenticationServiceId: null })),
    );
    expect(await records("SELECT LoginType FROM AuthSession WHERE IsCurrent = true")).toEqual([
      { LoginType: "Remote Access 2.0" },
    ]);
  });

  it("of others are for callers with Manage Users", async () => {
    const token = org.sessionFor(BEN);
    expect(await ids("", token)).toEqual([CURRENT, live()[2]]);
    expect(await records("SELECT Application FROM LoginHistory", token)).toEqual([
      { Application: "sanctioned" },
      { Application: "Dialer" },
    ]);
    expect(await ids("")).toEqual([CURRENT, ...live()]);
  });

  it("are found by what Salesforce filters by", async () => {
    const [first, second, third] = live();
    expect(await ids("WHERE IsCurrent = true")).toEqual([CURRENT]);
    expect(await ids(`WHERE UsersId = '${org.store.userId(ANN)}'`)).toEqual([first, second]);
    expect(await ids("WHERE LoginHistoryId = '0Ya000000000003CAA'")).toEqual([second]);
    expect(await ids(`WHERE Id IN ('${first!.slice(0, 15)}', '${third}')`)).toEqual([first, third]);
    expect(await ids("WHERE IsCurrent = false AND CreatedDate > 2026-03-01T08:00:00Z")).toEqual([
      second,
      third,
    ]);
  });

  it.each(["AuthSession WHERE SessionType = 'UI'", "LoginHistory WHERE Application = 'Dialer'"])(
    "SELECT Id FROM %s is INVALID_FIELD",
    async (rest) => {
      expect(await query(org, `SELECT Id FROM ${rest}`)).toMatchObject({
        status: 400,
        body: refused("INVALID_FIELD"),
      });
    },
  );

  it("are described and retrieved", async () => {
    const { body } = await ask(org, "/services/data/v67.0/sobjects/AuthSession/describe");
    const types = Object.fromEntries(
      body.fields.map((f: { name: string; type: string }) => [f.name, f.type]),
    );
    expect(types).toEqual({
      Id: "id",
      CreatedDate: "datetime",
      IsAssociatedWithJwtAccessToken: "boolean",
      IsCurrent: "boolean",
      LoginHistoryId: "reference",
      LoginType: "string",
      SessionType: "string",
      SourceIp: "string",
      UsersId: "reference",
    });
    expect((await ask(org, path(live()[0]!))).body).toMatchObject({ UsersId: org.store.userId(ANN) });
  });

  it("come from a test as well", async () => {
    const added = org.store.addSession({ username: BEN, app: "Old Tool", createdAt: 0 })!;
    expect(await ids("WHERE CreatedDate < 1971-01-01T00:00:00Z")).toEqual([added.id]);
    expect(org.store.sessions().at(-1)).toEqual(added);
    expect(org.store.addSession({ username: "nobody", app: null, createdAt: 0 })).toBeNull();
  });

  it("of users whom the fixture does not have are refused", () => {
    const sessions = [{ ...SESSIONS[0], username: "nobody" }];
    const check = () => checkFixture({ ...smallOrg(), sessions }, "test");
    expect(check).toThrow(LocalOrgError);
    expect(check).toThrow("/sessions/0: no user nobody");
  });
});

describe("deleting a session", () => {
  it("is 204, then 404; the login stays, and the log has both", async () => {
    const [first, ...others] = live();
    expect(await remove(first!)).toMatchObject({ status: 204, body: "" });
    expect(live()).toEqual(others);
    expect(await ids("")).toEqual([CURRENT, ...others]);
    expect(
      await records("SELECT Application FROM LoginHistory WHERE Id = '0Ya000000000002CAA'"),
    ).toHaveLength(1);
    expect(await remove(first!.slice(0, 15))).toMatchObject({
      status: 404,
      body: refused("ENTITY_IS_DELETED"),
    });
    expect(org.requests.filter(({ method }) => method === "DELETE")).toMatchObject([
      { path: path(first!), status: 204 },
      { path: path(first!.slice(0, 15)), status: 404 },
    ]);
    expect(org.writes).toEqual([]);
  });

  it("that is none, or any other record, is 404", async () => {
    for (const url of [path("0Ak000000000099AAA"), path("x"), path("y").replace("AuthSession", "User")])
      expect(await ask(org, url, { method: "DELETE", ...as(org.accessToken) })).toMatchObject({
        status: 404,
        body: refused("NOT_FOUND"),
      });
  });

  it("of somebody else needs Manage Users; one's own does not", async () => {
    const [first, , third] = live();
    const token = org.sessionFor(BEN);
    expect(await remove(first!, token)).toMatchObject({ status: 403, body: refused("INSUFFICIENT_ACCESS") });
    expect(live()).toHaveLength(3);
    expect((await remove(third!, token)).status).toBe(204);
    expect((await remove(third!, "none")).status).toBe(401);
  });

  it("logs the caller out where it is the current one", async () => {
    const other = org.sessionFor(BOT);
    expect((await remove(CURRENT)).status).toBe(204);
    expect(await remove(CURRENT)).toMatchObject({ status: 401, body: refused("INVALID_SESSION_ID") });
    expect((await query(org, "SELECT Id FROM User", as(other))).status).toBe(200);
    expect(live()).toHaveLength(3);
  });

  it("is a write, which a read-only org refuses and lists", async () => {
    await restart({ readOnly: true });
    const [first] = live();
    expect(await remove(first!)).toMatchObject({ status: 500, body: refused("READ_ONLY") });
    expect(org.writes).toEqual([`DELETE ${path(first!)}`]);
    expect(live()).toHaveLength(3);
  });
});
