import { afterEach, describe, expect, it } from "vitest";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BOT, PORTAL, smallOrg } from "../src/orgs/smallOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { as, ask, query } from "./ask.ts";

let org: LocalOrg;
afterEach(() => org.close());

/** A small org whose caller has these of the permissions for external client apps. */
async function start(permissions: readonly string[], options: Partial<LocalOrgOptions> = {}): Promise<void> {
  const fixture = smallOrg();
  const [bot, ...others] = fixture.profiles;
  const base = bot!.permissions.filter((name) => !name.startsWith("ExternalClientApp"));
  const profiles = [{ ...bot!, permissions: [...base, ...permissions] }, ...others];
  org = await startLocalOrg({ org: { ...fixture, profiles }, ...options });
}
const VIEWER = ["ExternalClientAppViewer"];
const refused = (status: number, errorCode: string) => ({
  status,
  body: [{ errorCode, message: expect.any(String) }],
});
const OBJECTS = ["ExternalClientApplication", "ExtlClntAppOauthPlcyCnfg"];
const USAGE = "/services/data/v67.0/apps/oauth/usage";

describe("the sObjects of external client apps", () => {
  it("are INVALID_TYPE to who may not read them, as if there were none (simple-salesforce #287)", async () => {
    await start([]);
    for (const object of OBJECTS) {
      expect(await query(org, `SELECT Id FROM ${object}`)).toMatchObject(refused(400, "INVALID_TYPE"));
      expect(await query(org, `SELECT COUNT() FROM ${object}`)).toMatchObject(refused(400, "INVALID_TYPE"));
      expect((await ask(org, `/services/data/v67.0/sobjects/${object}/describe`)).status).toBe(404);
    }
    const { body } = await ask(org, "/services/data/v67.0/sobjects");
    const names = body.sobjects.map(({ name }: { name: string }) => name);
    expect(names).not.toContain("ExternalClientApplication");
    expect(names).toContain("ConnectedApplication");
    // The other places where such an app shows, though its list does not.
    expect(
      (await query(org, "SELECT Id FROM AppMenuItem WHERE ApplicationId = '0xI000000000001AAA'")).body,
    ).toMatchObject({ totalSize: 1 });
  });

  it.each(["ExternalClientAppViewer", "ExternalClientAppAdmin"])("are there with %s", async (permission) => {
    await start([permission]);
    for (const object of OBJECTS)
      expect((await query(org, `SELECT COUNT() FROM ${object}`)).body).toMatchObject({ totalSize: 1 });
    expect(
      (await query(org, `SELECT Permissions${permission} FROM UserPermissionAccess`)).body.records,
    ).toMatchObject([{ [`Permissions${permission}`]: true }]);
  });

  it("are there for everybody, if that is what the org is like", async () => {
    await start([], { externalClientAppsNeed: "nothing" });
    expect((await query(org, "SELECT COUNT() FROM ExternalClientApplication")).body).toMatchObject({
      totalSize: 1,
    });
  });

  it("are INVALID_TYPE in versions of the API that are older (Chrome-Salesforce-inspector #269, jsforce #1404)", async () => {
    await start(VIEWER, { externalClientAppsNeed: "nothing" });
    const count = (version: string) =>
      ask(org, `/services/data/v${version}/query?q=SELECT+COUNT()+FROM+ExternalClientApplication`);
    expect(await count("59.0")).toMatchObject(refused(400, "INVALID_TYPE"));
    expect((await count("60.0")).status).toBe(200);
  });

  it("are INVALID_TYPE where the org has none", async () => {
    await start(VIEWER, { externalClientApps: false });
    expect(await query(org, "SELECT Id FROM ExternalClientApplication")).toMatchObject(
      refused(400, "INVALID_TYPE"),
    );
  });
});

describe("the usage resources", () => {
  it.each<[needs: LocalOrgOptions["usageNeeds"], permissions: string[], status: number]>([
    ["viewer", [], 403],
    ["viewer", VIEWER, 200],
    ["viewer", ["ExternalClientAppAdmin"], 200],
    ["nothing", [], 200],
    ["admin", VIEWER, 403],
    ["admin", ["ExternalClientAppAdmin"], 200],
    ["setting", [...VIEWER, "ExternalClientAppAdmin"], 403],
  ])(
    "need %s: with %j they answer %i (hardis: not enabled for this user; not currently enabled)",
    async (usageNeeds, permissions, status) => {
      await start(permissions, { usageNeeds: usageNeeds! });
      const user = org.store.userId(ANN);
      for (const path of [USAGE, `${USAGE}/${PORTAL.id}/users`, `${USAGE}/${PORTAL.id}/${user}/tokens`])
        expect((await ask(org, path)).status).toBe(status);
      const removed = await ask(org, `${USAGE}/${PORTAL.id}/${user}/tokens`, {
        method: "DELETE",
        ...as(org.accessToken),
      });
      expect(removed.status).toBe(status === 200 ? 204 : status);
      expect(org.store.grants()).toHaveLength(status === 200 ? 3 : 4);
    },
  );

  it.each([
    ["same", VIEWER, 204],
    ["admin", VIEWER, 403],
    ["admin", ["ExternalClientAppAdmin"], 204],
  ] as const)(
    "need for revoking %s: with %j they answer %i (help manage_external_client_app_usage: Admin)",
    async (usageRevokingNeeds, permissions, status) => {
      await start(permissions, { usageRevokingNeeds });
      expect((await ask(org, USAGE)).status).toBe(200);
      const path = `${USAGE}/${PORTAL.id}/${org.store.userId(ANN)}/tokens`;
      expect((await ask(org, path, { method: "DELETE", ...as(org.accessToken) })).status).toBe(status);
      expect((await ask(org, path)).body.tokens).toHaveLength(status === 204 ? 0 : 1);
    },
  );

  it.each([
    ["INSUFFICIENT_ACCESS", 403, "INSUFFICIENT_ACCESS"],
    ["FUNCTIONALITY_NOT_ENABLED", 403, "FUNCTIONALITY_NOT_ENABLED"],
    ["404", 404, "NOT_FOUND"],
  ] as const)("refuse with %s", async (usageRefusal, status, code) => {
    await start([], { usageRefusal });
    expect(await ask(org, USAGE)).toMatchObject(refused(status, code));
  });

  it("are not there in versions of the API that are older (Connect guide: since 59.0)", async () => {
    await start(VIEWER);
    expect((await ask(org, USAGE.replace("67.0", "58.0"))).status).toBe(404);
    expect((await ask(org, USAGE.replace("67.0", "59.0"))).status).toBe(200);
  });

  it.each([
    ["all", [PORTAL.id]],
    ["used", []],
  ] as const)(
    "list apps that nobody uses, or not: %s (hardis finds an app that it has just made)",
    async (usageLists, ids) => {
      await start(VIEWER, { usageLists, org: { ...smallOrg(), grants: [] } });
      const { body } = await ask(org, USAGE);
      expect(body.apps.map(({ identifier }: { identifier: string }) => identifier)).toEqual(ids);
    },
  );

  it.each([
    ["empty", { status: 200, body: { users: [] } }],
    ["404", { status: 404 }],
  ] as const)("of an app that nobody uses: %s", async (usageUsersWhenNone, answer) => {
    await start(VIEWER, { usageUsersWhenNone, org: { ...smallOrg(), grants: [] } });
    expect(await ask(org, `${USAGE}/${PORTAL.id}/users`)).toMatchObject(answer);
    expect((await ask(org, `${USAGE}/${PORTAL.id}/${org.store.userId(ANN)}/tokens`)).status).toBe(
      answer.status,
    );
    expect((await ask(org, `${USAGE}/0xI000000000009AAA/users`)).status).toBe(404);
  });
});

it("a session that is none gets 403 Bad_OAuth_Token as text from userinfo (SalesforceMobileSDK-Android #2430, jsforce #736)", async () => {
  await start(VIEWER);
  for (const path of [
    "/services/oauth2/userinfo",
    `/id/${org.store.organization.id}/${org.store.userId(BOT)}`,
  ]) {
    const refusal = { status: 403, body: "Bad_OAuth_Token" };
    expect(await ask(org, path, as("none"))).toMatchObject(refusal);
    org.setFaults([{ kind: "expire", count: 1 }]);
    expect(await ask(org, path)).toMatchObject(refusal);
    expect((await ask(org, path)).status).toBe(200);
  }
});

it("query locators begin with 0r8 (help 000004410)", async () => {
  const grants = Array.from({ length: 501 }, () => smallOrg().grants[0]!);
  org = await startLocalOrg({ org: { ...smallOrg(), grants } });
  const { body } = await query(org, "SELECT Id FROM OauthToken");
  expect(body.nextRecordsUrl).toMatch(/^\/services\/data\/v67\.0\/query\/0r8\w{15}-500$/);
  expect((await ask(org, body.nextRecordsUrl)).body).toMatchObject({ done: true, totalSize: 501 });
});
