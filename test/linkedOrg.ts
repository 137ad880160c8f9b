import type { OrgFixture } from "salesforce-local-org";
import { generateOrg, smallOrg } from "salesforce-local-org/orgs";
import { sfId } from "./inventories.ts";

export const OKTA = { id: sfId("0SO", 1), name: "Okta" };
export const GOOGLE = { id: sfId("0SO", 2), name: "Google" };

/** A small org whose people are linked to Okta and Google, with whatever else is given. */
export function linkedOrg(more: Partial<OrgFixture> = {}, permissions: readonly string[] = []): OrgFixture {
  const small = smallOrg();
  return {
    ...small,
    profiles: small.profiles.map((one) =>
      one.name === "Bot" ? { ...one, permissions: [...one.permissions, ...permissions] } : one,
    ),
    users: small.users.map((one) => ({ ...one, isFrozen: false })),
    authProviders: [OKTA, GOOGLE],
    thirdPartyAccountLinks: [
      {
        username: "ann@small.example",
        provider: "Okta",
        handle: "ann@okta.example",
        remoteIdentifier: "00uAnn",
      },
      {
        username: "ben@small.example",
        provider: "Okta",
        handle: "ben@okta.example",
        remoteIdentifier: "00uBen",
      },
      {
        username: "ben@small.example",
        provider: "Google",
        handle: "ben@gmail.example",
        remoteIdentifier: "g-1",
      },
    ],
    ...more,
  };
}

/** An org of so many users, of whom each is linked to Okta so many times. */
export function manyLinks(users: number, each: number): OrgFixture {
  const made = generateOrg({ seed: 3, users, grants: 3, apps: 1 });
  return {
    ...made,
    authProviders: [OKTA],
    thirdPartyAccountLinks: made.users.flatMap(({ username }) =>
      Array.from({ length: each }, () => ({ username, provider: OKTA.name })),
    ),
  };
}
