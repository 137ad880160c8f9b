import { afterEach, describe, expect, it } from "vitest";
import { checkFixture } from "../src/fixture/readFixture.ts";
import { sfId } from "../src/ids.ts";
import { type LocalOrg, startLocalOrg } from "../src/localOrg.ts";
import { ANN, BEN, BOT, smallOrg } from "../src/orgs/smallOrg.ts";
import type { LocalOrgOptions } from "../src/server/options.ts";
import { as, ask, query } from "./ask.ts";

const OKTA = { id: sfId("0SO", 1), name: "Okta" };
const LINKS = [
  { username: ANN, provider: "Okta", handle: "ann@okta.example", remoteIdentifier: "00u1" },
  { username: BEN, provider: OKTA.id, isNotSsoUsable: true },
  { username: BEN, provider: "Old Google" },
];

let org: LocalOrg;
afterEach(() => org.close());

async function start(options: Partial<LocalOrgOptions> = {}, more: readonly string[] = []): Promise<void> {
  const small = smallOrg();
  const fixture = checkFixture(
    {
      ...small,
      profiles: small.profiles.map((one) =>
        one.name === "Bot" ? { ...one, permissions: [...one.permissions, ...more] } : one,
      ),
      authProviders: [OKTA],
      thirdPartyAccountLinks: LINKS,
    },
    "test",
  );
  org = await startLocalOrg({ org: fixture, ...options });
}
const path = (what: string) => `/services/data/v67.0/sobjects/ThirdPartyAccountLink/${what}`;
const remove = (id: string) => ask(org, path(id), { method: "DELETE", ...as(org.accessToken) });
const count = async () => (await query(org, "SELECT COUNT() FROM ThirdPartyAccountLink")).body.totalSize;
const rows = async (token = org.accessToken) =>
  (
    await query(
      org,
      "SELECT Id, UserId, SsoProviderId, SsoProviderName, IsNotSsoUsable FROM ThirdPartyAccountLink",
      as(token),
    )
  ).body.records;

describe("links to identity providers", () => {
  it("name their provider by id where the org has it set up, and by name alone where it has not", async () => {
    await start();
    expect(
      (await rows()).map(({ SsoProviderId, SsoProviderName, IsNotSsoUsable }: Record<string, unknown>) => [
        SsoProviderId,
        SsoProviderName,
        IsNotSsoUsable,
      ]),
    ).toEqual([
      [OKTA.id, "Okta", false],
      [OKTA.id, "Okta", true],
      [null, "Old Google", false],
    ]);
  });

  it("are a caller's own without Manage Users, without a word", async () => {
    await start();
    expect(await rows(org.sessionFor(ANN))).toHaveLength(1);
  });

  it("page by 500 and stop at 2,500", async () => {
    await start();
    for (let i = 0; i < 2_600; i++) org.store.linkAccount({ username: BEN, provider: "Okta" });
    const first = (await query(org, "SELECT Id FROM ThirdPartyAccountLink")).body;
    expect([first.records.length, first.totalSize]).toEqual([500, 2_603]);
    let read = first.records.length;
    for (let next = first.nextRecordsUrl; next !== undefined; ) {
      const { body } = await ask(org, next);
      read += body.records.length;
      next = body.nextRecordsUrl;
    }
    expect(read).toBe(2_500);
    expect(await count()).toBe(2_603);
  });

  it("can be deleted where Support made them writable, and describe says so", async () => {
    await start({ accountLinks: "deletable" });
    const [{ Id }] = await rows();
    expect((await ask(org, path("describe"))).body.deletable).toBe(true);
    expect((await remove(Id)).status).toBe(204);
    expect((await remove(Id)).body).toEqual([expect.objectContaining({ errorCode: "ENTITY_IS_DELETED" })]);
    expect(await count()).toBe(2);
  });

  it("are read-only otherwise", async () => {
    await start();
    const [{ Id }] = await rows();
    expect((await ask(org, path("describe"))).body.deletable).toBe(false);
    const answer = await remove(Id);
    expect([answer.status, answer.body[0].errorCode]).toEqual([400, "INVALID_TYPE_FOR_OPERATION"]);
    expect(org.store.accountLinks()).toHaveLength(3);
  });

  it("may be no object of the org's at all", async () => {
    await start({ accountLinks: "absent" });
    const { status, body } = await query(org, "SELECT COUNT() FROM ThirdPartyAccountLink");
    expect([status, body[0].errorCode]).toEqual([400, "INVALID_TYPE"]);
    expect((await ask(org, path("describe"))).status).toBe(404);
  });

  it("leave the providers to who may manage them", async () => {
    await start();
    expect((await query(org, "SELECT Id FROM AuthProvider")).body[0].errorCode).toBe("INVALID_TYPE");
    await org.close();
    await start({}, ["ManageAuthProviders"]);
    expect((await query(org, "SELECT Id, FriendlyName FROM AuthProvider")).body.records).toEqual([
      expect.objectContaining({ Id: OKTA.id, FriendlyName: "Okta" }),
    ]);
    expect(org.store.userId(BOT)).toBeDefined();
  });
});
