import { afterEach, describe, expect, it } from "vitest";
import { LocalOrgError } from "../src/errors.ts";
import { checkFixture } from "../src/fixture/readFixture.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BEN, DIALER, PAYROLL, PORTAL, smallOrg } from "../src/orgs/smallOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { as, ask, form, json, query } from "./ask.ts";

let org: LocalOrg;
afterEach(() => org.close());

const AT = Date.parse("2026-06-01T08:00:00Z");
const COLUMNS = "Id, AppName, CreatedDate, LastUsedDate, UseCount, DeleteToken";
const rowsOf = async (app: string) =>
  (await query(org, `SELECT ${COLUMNS} FROM OauthToken WHERE AppName = '${app}'`)).body.records;
const revoke = (token: string) => ask(org, "/services/oauth2/revoke", form({ token }));
const start = async (options: Partial<LocalOrgOptions> = {}) => {
  org = await startLocalOrg({ org: smallOrg(), ...options });
};

describe("rotation makes a new token and ends the old one at once (help 005316711)", () => {
  it("and perhaps a new row: another id and date, used once", async () => {
    await start();
    const [before] = await rowsOf(DIALER.name);
    expect(org.store.rotate(ANN.toUpperCase(), DIALER.id, AT)).toHaveLength(1);
    const [after, ...others] = await rowsOf(DIALER.name);
    expect(others).toEqual([]);
    expect(after).toMatchObject({
      CreatedDate: "2026-06-01T08:00:00.000+0000",
      LastUsedDate: "2026-06-01T08:00:00.000+0000",
      UseCount: 1,
    });
    expect(after.Id).not.toBe(before.Id);
    expect(await revoke(before.DeleteToken)).toMatchObject({
      status: 400,
      body: expect.stringContaining("invalid_token"),
    });
    expect((await revoke(after.DeleteToken)).status).toBe(200);
    expect(await rowsOf(DIALER.name)).toEqual([]);
  });

  it("or the same row, with its date, used once more", async () => {
    await start({ rotation: "stays" });
    const [before] = await rowsOf(DIALER.name);
    org.store.rotate(ANN, DIALER.name, AT);
    const [after] = await rowsOf(DIALER.name);
    expect(after).toEqual({
      ...before,
      LastUsedDate: "2026-06-01T08:00:00.000+0000",
      UseCount: 2,
      DeleteToken: expect.any(String),
    });
    expect(after.DeleteToken).not.toBe(before.DeleteToken);
  });

  it("of every token that the user has of the app, and of no other", async () => {
    await start();
    for (const [username, app] of [
      [ANN, "Old Tool"],
      [BEN, "Old Tool"],
    ] as const)
      org.store.addGrant({ username, app, createdAt: 0, lastUsedAt: null, useCount: 0 });
    expect(org.store.rotate(ANN, "Old Tool", AT)).toHaveLength(2);
    expect(org.store.grants().map(({ CreatedDate }) => CreatedDate === AT)).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect([org.store.rotate(ANN, "none", AT), org.store.rotate("nobody", DIALER.id, AT)]).toEqual([[], []]);
  });

  it("a night of it goes through every app whose settings say that it rotates", async () => {
    const fixture = smallOrg();
    const apps = fixture.apps.map((app) =>
      [DIALER.id, PORTAL.id].includes(String(app.id))
        ? { ...app, settings: { ...app.settings, rotates: true } }
        : app,
    );
    await start({ org: { ...fixture, apps } });
    const names = org.store.rotateAll(AT).map(({ AppName }) => AppName);
    expect(names).toEqual([DIALER.name, PORTAL.name]);
    expect(org.store.grants()).toHaveLength(4);
  });

  it("at the call of a demo or another process: one, or all", async () => {
    await start();
    const rotated = await ask(
      org,
      "/__local-org/rotations",
      json("POST", { username: ANN, app: PAYROLL.name }),
    );
    expect(rotated).toMatchObject({ status: 200, body: [{ username: ANN, app: PAYROLL.name, useCount: 1 }] });
    expect(JSON.stringify(rotated.body)).not.toContain(String(org.store.grants().at(-1)!.DeleteToken));
    expect((await ask(org, "/__local-org/rotations", json("POST", {}))).body).toEqual([]);
    expect((await ask(org, "/__local-org/rotations", json("POST", { username: ANN }))).status).toBe(400);
  });

  it("between the reading of a token and the call that revokes it: the fault `rotate`", async () => {
    await start();
    const [before] = await rowsOf(DIALER.name);
    org.setFaults([{ kind: "rotate", match: "/services/oauth2/revoke", app: DIALER.name, count: 1 }]);
    expect(await revoke(before.DeleteToken)).toMatchObject({
      status: 400,
      body: expect.stringContaining("invalid_token"),
    });
    const [after] = await rowsOf(DIALER.name);
    expect(after.CreatedDate).not.toBe(before.CreatedDate);
    expect((await revoke(after.DeleteToken)).status).toBe(200);
  });

  it("before any other call, of the grants that the fault names", async () => {
    await start();
    org.setFaults([
      { kind: "rotate", match: "FROM User", username: ANN, app: DIALER.name },
      { kind: "rotate", match: "FROM User" },
    ]);
    await query(org, "SELECT Id FROM User");
    expect(
      org.store.grants().filter(({ CreatedDate }) => Number(CreatedDate) > Date.parse("2026-01-02")),
    ).toMatchObject([{ AppName: DIALER.name }]);
  });
});

describe("an app that uses its refresh token", () => {
  const refresh = (refresh_token: string) =>
    ask(org, "/services/oauth2/token", form({ grant_type: "refresh_token", refresh_token }));
  const refreshToken = (app: string) =>
    String(org.store.grants().find(({ AppName }) => AppName === app)!.AccessToken);
  const expired = {
    status: 400,
    body: { error: "invalid_grant", error_description: "expired access/refresh token" },
  };
  const rotating = () => {
    const apps = smallOrg().apps.map((app) =>
      app.id === DIALER.id ? { ...app, settings: { ...app.settings, rotates: true } } : app,
    );
    return start({ org: { ...smallOrg(), apps } });
  };

  it("logs in as its user, and its grant is used once more", async () => {
    await start();
    const [before] = await rowsOf(DIALER.name);
    const { body } = await refresh(refreshToken(DIALER.name));
    expect(body).not.toHaveProperty("refresh_token");
    expect((await ask(org, "/services/oauth2/userinfo", as(body.access_token))).body.username).toBe(ANN);
    const [after] = await rowsOf(DIALER.name);
    expect(after).toEqual({ ...before, UseCount: 2, LastUsedDate: expect.stringMatching(/^20/) });
  });

  it("is handed the next one where its tokens rotate, and the old one is worth nothing", async () => {
    await rotating();
    const first = refreshToken(DIALER.name);
    const { body } = await refresh(first);
    expect(body.refresh_token).toBe(refreshToken(DIALER.name));
    expect(body.refresh_token).not.toBe(first);
    expect(await rowsOf(DIALER.name)).toMatchObject([{ UseCount: 1 }]);
    expect((await refresh(body.refresh_token)).status).toBe(200);
  });

  it("loses its grant when an old one is used again (help 005316711)", async () => {
    await rotating();
    const first = refreshToken(DIALER.name);
    const next = (await refresh(first)).body.refresh_token;
    expect(await refresh(first)).toMatchObject(expired);
    expect(await rowsOf(DIALER.name)).toEqual([]);
    expect(await refresh(next)).toMatchObject(expired);
    expect(org.store.grants()).toHaveLength(3);
  });

  it("is refused where the token is none, or its user has left or is frozen; the grant stays as it was (help remoteaccess_oauth_flow_errors)", async () => {
    await start();
    expect(await refresh("none")).toMatchObject(expired);
    const before = await rowsOf(DIALER.name);
    for (const change of [{ isActive: false }, { isActive: true, isFrozen: true }]) {
      org.store.changeUser(ANN, change);
      expect((await refresh(refreshToken(DIALER.name))).status).toBe(400);
    }
    expect(await rowsOf(DIALER.name)).toEqual(before);
  });
});

describe("tokens that only the usage of an external client app shows", () => {
  const USAGE = `/services/data/v67.0/apps/oauth/usage/${PORTAL.id}`;
  const grant = { username: ANN, app: PORTAL.name, lastUsedAt: null, useCount: 1 };
  const inUsage = async () =>
    (await ask(org, `${USAGE}/${org.store.userId(ANN)}/tokens`)).body.tokens.map(
      ({ initialConnectionAt }: { initialConnectionAt: string }) => initialConnectionAt.slice(0, 4),
    );
  const inRows = async () =>
    (await rowsOf(PORTAL.name)).map(({ CreatedDate }: { CreatedDate: string }) => CreatedDate.slice(0, 4));

  it("stand beside rows where the fixture says so, and stay when the row is revoked", async () => {
    const hidden = { ...grant, createdAt: "2024-01-01T00:00:00Z", onlyInUsage: true };
    await start({ org: checkFixture({ ...smallOrg(), grants: [...smallOrg().grants, hidden] }, "test") });
    expect([await inRows(), await inUsage()]).toEqual([["2026"], ["2024", "2026"]]);
    await revoke((await rowsOf(PORTAL.name))[0].DeleteToken);
    expect([await inRows(), await inUsage()]).toEqual([[], ["2024"]]);
    await ask(org, `${USAGE}/${org.store.userId(ANN)}/tokens`, { method: "DELETE", ...as(org.accessToken) });
    expect(await inUsage()).toEqual([]);
    expect((await query(org, "SELECT COUNT() FROM OauthToken")).body.totalSize).toBe(3);
  });

  it.each([
    ["both", ["2023", "2026"]],
    ["usage-only-tokens", ["2026"]],
    ["usage-alone", []],
  ] as const)("are all but the first of a user, all, or none: %s", async (usageBesideRows, rows) => {
    const second = { ...grant, createdAt: "2023-01-01T00:00:00Z" };
    await start({ org: { ...smallOrg(), grants: [...smallOrg().grants, second] }, usageBesideRows });
    expect([await inRows(), await inUsage()]).toEqual([rows, ["2023", "2026"]]);
    expect(await rowsOf(DIALER.name)).toHaveLength(1);
  });

  it("come from another process too", async () => {
    await start();
    const added = { username: ANN, app: PORTAL.name, createdAt: "2022-01-01T00:00:00Z", onlyInUsage: true };
    expect((await ask(org, "/__local-org/grants", json("POST", added))).status).toBe(201);
    expect([await inRows(), await inUsage()]).toEqual([["2026"], ["2022", "2026"]]);
  });

  it("of other apps are refused: no usage would show them", async () => {
    await start();
    const grants = [{ ...grant, app: DIALER.name, createdAt: null, onlyInUsage: true }];
    const check = () => checkFixture({ ...smallOrg(), grants }, "test");
    expect(check).toThrow(LocalOrgError);
    expect(check).toThrow("/grants/0/onlyInUsage");
  });
});
