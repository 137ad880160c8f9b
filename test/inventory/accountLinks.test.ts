import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { afterEach, describe, expect, it } from "vitest";
import { isAccountLink } from "../../src/accountLink.ts";
import { InconclusiveError } from "../../src/errors.ts";

import { listInventory } from "../../src/inventory/listInventory.ts";
import { NO_NEEDS } from "../../src/inventory/needs.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { type AlteredOrg, type Answer, alterAnswers } from "../altered.ts";
import { GOOGLE, linkedOrg, manyLinks, OKTA } from "../linkedOrg.ts";

let org: LocalOrg;
let altered: AlteredOrg | undefined;
afterEach(async () => {
  await altered?.close();
  altered = undefined;
  await org.close();
});

const JUDGED = { ...NO_NEEDS, identityProviders: true };

interface Listing extends Partial<LocalOrgOptions> {
  readonly needs?: typeof NO_NEEDS;
  readonly alter?: (request: string, answer: Answer) => Partial<Answer> | null;
}

async function list(fixture: OrgFixture, { needs = JUDGED, alter, ...options }: Listing = {}) {
  org = await startLocalOrg({ org: fixture, ...options });
  if (alter !== undefined) altered = await alterAnswers(org, alter);
  const instanceUrl = altered?.url ?? org.url;
  const reader = await connect(readCredentials({ instanceUrl, accessToken: org.accessToken }, {}));
  return await listInventory(reader, { needs });
}

const shown = ({ grants }: Awaited<ReturnType<typeof list>>) =>
  grants
    .filter(isAccountLink)
    .map(({ userId, app }) => [userId, app.key])
    .sort();
const truth = () =>
  org.store
    .accountLinks()
    .map(({ UserId, SsoProviderId, SsoProviderName }) => [
      UserId,
      SsoProviderId ?? `provider:${SsoProviderName}`,
    ])
    .sort();
const queries = () => org.requests.flatMap(({ soql }) => (soql?.includes("ThirdParty") ? [soql] : []));
const refusedAs = (code: string) => ({ code });

describe("links to identity providers", () => {
  it("are grants of providers, with the proof that they are all and without a time", async () => {
    const inventory = await list(linkedOrg({}, ["ManageAuthProviders"]), { accountLinks: "deletable" });
    expect(shown(inventory)).toEqual(truth());
    expect(inventory.grants.filter(isAccountLink)[0]).toMatchObject({
      createdAt: null,
      lastUsedAt: null,
      useCount: null,
    });
    expect(inventory.accountLinks).toEqual({
      proof: { countBefore: 3, countAfter: 3, read: 3, ranges: 1, calls: 3 },
      refusal: null,
      deletable: true,
    });
    expect(inventory.apps.filter(({ kind }) => kind === "identity-provider").map(({ key }) => key)).toEqual([
      OKTA.id,
      GOOGLE.id,
    ]);
    expect(inventory.proof.read).toBe(4);
  });

  it("are read without anything of the account at the provider", async () => {
    await list(linkedOrg());
    for (const soql of queries()) expect(soql).not.toMatch(/Handle|RemoteIdentifier|LinkKey/);
  });

  it("are said to be read-only where the org says so", async () => {
    const { accountLinks } = await list(linkedOrg());
    expect(accountLinks.deletable).toBe(false);
  });

  it("take one call where there are none and no policy judges them", async () => {
    const { accountLinks } = await list(linkedOrg({ thirdPartyAccountLinks: [] }), { needs: NO_NEEDS });
    expect(accountLinks).toMatchObject({ proof: { read: 0, calls: 1 }, deletable: null });
    expect(queries()).toHaveLength(1);
  });

  it("that may not be read make a list inconclusive where a policy judges them", async () => {
    const error = await list(linkedOrg(), { accountLinks: "absent" }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InconclusiveError);
    expect(error).toMatchObject(refusedAs("account-links-not-shown"));
  });

  it("that may not be read are said to be so where no policy judges them", async () => {
    const inventory = await list(linkedOrg(), { accountLinks: "absent", needs: NO_NEEDS });
    expect(inventory.accountLinks).toEqual({ proof: null, refusal: "INVALID_TYPE", deletable: null });
    expect(shown(inventory)).toEqual([]);
  });

  it("of the tool's own user alone are not believed to be all where Manage Users was just taken away", async () => {
    const fixture = linkedOrg();
    org = await startLocalOrg({ org: fixture, permissionsLag: "on" });
    org.store.linkAccount({ username: fixture.caller, provider: "Okta" });
    org.store.changeUser(fixture.caller, { permissions: { ManageUsers: false } });
    const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
    await expect(listInventory(reader, { needs: JUDGED })).rejects.toMatchObject(
      refusedAs("no-sight-of-others-links"),
    );
  });

  it("are believed to be none where what the tool's user is assigned shows that others' are in sight", async () => {
    const { accountLinks } = await list(linkedOrg({ thirdPartyAccountLinks: [] }));
    expect(accountLinks.proof?.read).toBe(0);
  });

  it.each(["folded", "binary"] as const)(
    "past the ceiling of 2,500 are read in ranges of users, however %s ids are compared",
    async (collation) => {
      const inventory = await list(manyLinks(60, 50), { collation });
      expect(shown(inventory)).toEqual(truth());
      expect(inventory.accountLinks.proof).toMatchObject({
        countBefore: 3_000,
        countAfter: 3_000,
        read: 3_000,
      });
      expect(queries().filter((soql) => !soql.includes("COUNT()")).length).toBeLessThan(20);
    },
  );

  it("are read by lists of users where the org refuses ranges of them", async () => {
    const refuse = (request: string) =>
      /ThirdParty.*UserId [<>]/.test(request)
        ? {
            status: 400,
            body: '[{"errorCode":"INVALID_FIELD","message":"field \'UserId\' can not be filtered"}]',
          }
        : null;
    const inventory = await list(manyLinks(30, 40), { alter: refuse });
    expect(shown(inventory)).toEqual(truth());
    expect(inventory.accountLinks.proof).toMatchObject({ read: 1_200 });
    expect(queries().some((soql) => soql.includes("UserId IN"))).toBe(true);
  });

  it("of one user that are more than a page are no list", async () => {
    const fixture = manyLinks(2, 501);
    await expect(list(fixture)).rejects.toMatchObject(refusedAs("too-many-account-links-of-one-user"));
  });

  it("that an answer leaves out are missed", async () => {
    const short = (request: string, answer: Answer) => {
      if (!request.includes("ThirdParty") || !answer.body.includes('"Okta"')) return null;
      const page = JSON.parse(answer.body);
      return { body: JSON.stringify({ ...page, totalSize: 2, records: page.records.slice(0, 2) }) };
    };
    await expect(list(linkedOrg(), { alter: short })).rejects.toMatchObject(
      refusedAs("account-link-count-not-matched"),
    );
  });

  it("that come while they are read are in the list", async () => {
    let came = false;
    const inventory = await list(manyLinks(30, 40), {
      alter: (request, answer) => {
        if (!came && request.includes("ThirdParty") && answer.body.includes('"Okta"')) {
          came = true;
          org.store.linkAccount({
            username: String(org.store.username({ UserId: org.store.accountLinks()[0]!.UserId! })),
            provider: "Okta",
          });
        }
        return null;
      },
    });
    expect(shown(inventory)).toEqual(truth());
    expect(inventory.accountLinks.proof).toMatchObject({
      countBefore: 1_200,
      countAfter: 1_201,
      read: 1_201,
    });
  });
});

describe("a link that does not name its provider's id", () => {
  const alone = { username: "ann@small.example", provider: "okta " };

  it("is of the provider of that name, where the org shows all of its providers and one has it", async () => {
    const { apps, grants } = await list(
      linkedOrg({ thirdPartyAccountLinks: [alone] }, ["ManageAuthProviders"]),
    );
    expect(grants.filter(isAccountLink).map(({ app }) => app.id)).toEqual([OKTA.id]);
    expect(apps.find(({ id }) => id === OKTA.id)?.namesWithoutId).toEqual(["okta "]);
  });

  it("could be of that, or of another, where it does not", async () => {
    const { grants } = await list(
      linkedOrg({ thirdPartyAccountLinks: [alone, { username: "ben@small.example", provider: "Okta" }] }),
    );
    expect(grants.filter(isAccountLink).map(({ app }) => [app.id, app.couldBe])).toEqual([
      [null, [OKTA.id]],
      [OKTA.id, undefined],
    ]);
  });

  it("is of one that is known by name alone, where none has the name", async () => {
    const { grants } = await list(
      linkedOrg({ thirdPartyAccountLinks: [{ username: "ann@small.example", provider: "Old Google" }] }),
    );
    expect(grants.filter(isAccountLink).map(({ app }) => app.key)).toEqual(["provider:Old Google"]);
  });
});
