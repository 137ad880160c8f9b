import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { BOBS_TOOL, dieppeTrading, SLACK } from "../src/orgs/dieppeTrading.ts";
import type { Fault } from "../src/server/faults.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { as, ask, form, json, query } from "./ask.ts";

const ADA = "ada.dubois@dieppe.example";
const REVOKE = "/services/oauth2/revoke";
const EXTERNAL = "0xI000000000001AAA";

let org: LocalOrg;
beforeEach(() => restart({}));
afterEach(() => org.close());

async function restart(options: Partial<LocalOrgOptions>): Promise<void> {
  await org?.close();
  org = await startLocalOrg({ org: dieppeTrading(), ...options });
}
const ofApp = (app: string) => org.store.grants().filter(({ AppName }) => AppName === app);
const revoke = (token: unknown) => ask(org, REVOKE, form({ token: String(token) }));

describe("revoking", () => {
  it("takes a refresh token as it takes a delete token", async () => {
    const [grant] = ofApp(SLACK.name);
    expect(await revoke(grant!.AccessToken)).toMatchObject({ status: 200, body: "" });
    expect(org.store.grants()).not.toContain(grant);
    expect((await revoke(grant!.DeleteToken)).status).toBe(400);
  });

  it("of an access token ends that session and takes no grant", async () => {
    const [one, other] = [org.sessionFor(ADA), org.sessionFor(ADA)];
    expect((await revoke(one)).status).toBe(200);
    expect((await query(org, "SELECT Id FROM Profile", as(one))).status).toBe(401);
    expect((await query(org, "SELECT Id FROM Profile", as(other))).status).toBe(200);
    expect(org.store.grants()).toHaveLength(448);
  });

  it("takes neither an authorization code nor an empty token", async () => {
    expect((await revoke(org.store.grants()[0]!.RequestToken)).body).toMatch(/^error=invalid_token&/);
    expect((await revoke("")).body).toMatch(/^error=unsupported_token_type&/);
    expect(org.store.grants()).toHaveLength(448);
  });

  it("takes the token in the address of a POST, as public tools send it", async () => {
    const path = `${REVOKE}?token=${org.store.grants()[0]!.DeleteToken}`;
    expect((await ask(org, path, json("POST", {}))).status).toBe(200);
    expect(org.store.grants()).toHaveLength(447);
  });
});

describe("a revoke call can be made to fail", () => {
  it.each<[fault: Partial<Fault>, status: number, body: unknown]>([
    [{ status: 400 }, 400, "error=invalid_token&error_description=invalid%20token"],
    [
      { status: 400, errorCode: "unsupported_token_type" },
      400,
      expect.stringMatching(/^error=unsupported_token_type&/),
    ],
    [{ status: 404 }, 404, "Bad_Id"],
    [{ status: 500 }, 500, [{ errorCode: "SERVER_UNAVAILABLE", message: "try again later" }]],
    [
      { status: 403, errorCode: "REQUEST_LIMIT_EXCEEDED" },
      403,
      [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "try again later" }],
    ],
  ])("%j", async (fault, status, body) => {
    org.setFaults([{ kind: "status", match: "/revoke", app: BOBS_TOOL.name, ...fault }]);
    expect((await revoke(ofApp(SLACK.name)[0]!.DeleteToken)).status).toBe(200);
    expect(await revoke(ofApp(BOBS_TOOL.name)[0]!.DeleteToken)).toMatchObject({ status, body });
    expect(ofApp(BOBS_TOOL.name)).toHaveLength(12);
  });

  it("for one user's grant of one app alone", async () => {
    const [bobs] = ofApp(BOBS_TOOL.name);
    const same = org.store
      .grants()
      .find((row) => row.UserId === bobs!.UserId && row.AppName !== bobs!.AppName);
    org.setFaults([{ kind: "drop", username: org.store.username(bobs!), app: BOBS_TOOL.name }]);
    await expect(revoke(bobs!.DeleteToken)).rejects.toThrow("fetch failed");
    expect((await revoke(same!.DeleteToken)).status).toBe(200);
    expect((await revoke(ofApp(BOBS_TOOL.name)[1]!.DeleteToken)).status).toBe(200);
  });

  it("after it was applied: the grant is gone, the answer never comes", async () => {
    const [grant] = ofApp(BOBS_TOOL.name);
    org.setFaults([{ kind: "applyThenDrop", match: "/revoke", count: 1 }]);
    await expect(revoke(grant!.DeleteToken)).rejects.toThrow("fetch failed");
    expect(ofApp(BOBS_TOOL.name)).toHaveLength(11);
  });

  it("after it was applied: the grant is gone, the answer is an error", async () => {
    org.setFaults([{ kind: "applyThenFail", match: "/revoke", status: 500, count: 1 }]);
    expect((await revoke(ofApp(BOBS_TOOL.name)[0]!.DeleteToken)).status).toBe(500);
    expect(ofApp(BOBS_TOOL.name)).toHaveLength(11);
  });

  it("by pretending: 200, and the grant is still there", async () => {
    org.setFaults([{ kind: "pretend", match: "/revoke", count: 1 }]);
    expect((await revoke(ofApp(BOBS_TOOL.name)[0]!.DeleteToken)).status).toBe(200);
    expect(ofApp(BOBS_TOOL.name)).toHaveLength(12);
  });

  it("by bytes that are no HTTP", async () => {
    org.setFaults([{ kind: "garbage", match: "/revoke", count: 1 }]);
    await expect(revoke(ofApp(BOBS_TOOL.name)[0]!.DeleteToken)).rejects.toThrow("fetch failed");
    expect(ofApp(BOBS_TOOL.name)).toHaveLength(12);
  });
});

describe("the record of requests", () => {
  it("says whose grant a revoke call was about, and no token", async () => {
    const [grant] = ofApp(BOBS_TOOL.name);
    await revoke(grant!.DeleteToken);
    await ask(org, `${REVOKE}?token=${ofApp(SLACK.name)[0]!.DeleteToken}`);
    expect(org.requests).toEqual([
      {
        method: "POST",
        path: REVOKE,
        soql: null,
        status: 200,
        form: ["token"],
        grant: { id: grant!.Id, username: org.store.username(grant!), app: BOBS_TOOL.name },
        isPart: false,
      },
      expect.objectContaining({
        method: "GET",
        path: REVOKE,
        form: [],
        grant: expect.objectContaining({ app: SLACK.name }),
        isPart: false,
      }),
    ]);
  });

  it("holds what came to no answer too, with status 0", async () => {
    org.setFaults([{ kind: "drop", match: "FROM Profile" }]);
    await expect(query(org, "SELECT Id FROM Profile")).rejects.toThrow("fetch failed");
    expect(org.requests).toMatchObject([{ soql: "SELECT Id FROM Profile", status: 0 }]);
  });

  it("shows no token that stood in a query or in the address of a usage resource", async () => {
    const fixture = dieppeTrading();
    const notes = { username: ADA, app: "Notes", createdAt: null, lastUsedAt: null, useCount: null };
    await restart({
      nullTokenIds: true,
      org: {
        ...fixture,
        apps: [...fixture.apps, { id: EXTERNAL, name: "Notes", inAppMenu: false }],
        grants: [notes, notes, ...fixture.grants],
      },
    });
    const secrets = org.store
      .grants()
      .flatMap((row) => [row.AccessToken, row.DeleteToken, row.RequestToken].map(String));
    await query(org, `SELECT Id FROM OauthToken WHERE DeleteToken = '${secrets[1]}'`);
    const { body } = await ask(
      org,
      `/services/data/v67.0/apps/oauth/usage/${EXTERNAL}/${org.store.userId(ADA)}/tokens`,
    );
    const { revocationUrl } = body.tokens[0];
    const deleted = await ask(org, revocationUrl, {
      method: "DELETE",
      headers: { authorization: `Bearer ${org.accessToken}` },
    });
    expect([deleted.status, ofApp("Notes").length]).toEqual([204, 1]);
    const recorded = JSON.stringify([org.requests, body]);
    expect(recorded).toContain("DeleteToken = '[token]'");
    expect(secrets.some((secret) => recorded.includes(secret))).toBe(false);
  });
});

describe("an org that is read-only", () => {
  it.each<[method: string, path: string, init: RequestInit]>([
    ["POST", REVOKE, form({ token: "x" })],
    ["GET", `${REVOKE}?token=x`, {}],
    ["PATCH", "/services/data/v67.0/sobjects/User/005000000000001AAA", json("PATCH", {})],
    ["DELETE", "/services/data/v67.0/sobjects/OauthToken/0CQ000000000001IAA", { method: "DELETE" }],
    ["DELETE", `/services/data/v67.0/apps/oauth/usage/${EXTERNAL}/tokens`, { method: "DELETE" }],
    ["POST", "/services/data/v67.0/composite", json("POST", {})],
  ])("refuses %s %s and lists it without its query", async (method, path, init) => {
    await restart({ readOnly: true });
    expect((await ask(org, path, init)).status).toBe(500);
    expect(org.writes).toEqual([`${method} ${path.split("?")[0]}`]);
    expect(org.store.grants()).toHaveLength(448);
  });

  it("lists a write whose body is none as well", async () => {
    await restart({ readOnly: true });
    await ask(org, "/services/data/v67.0/sobjects/User", { method: "POST", body: "{" });
    expect(org.writes).toEqual(["POST /services/data/v67.0/sobjects/User"]);
  });

  it("lets logins and questions through", async () => {
    await restart({ readOnly: true });
    expect((await query(org, "SELECT Id FROM Profile")).status).toBe(200);
    expect((await ask(org, "/services/oauth2/token", form({ grant_type: "none" }))).status).toBe(400);
    expect(
      (await ask(org, "/services/oauth2/userinfo", { ...as(org.accessToken), method: "POST" })).status,
    ).toBe(200);
    expect(org.writes).toEqual([]);
  });
});
