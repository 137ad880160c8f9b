import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openObserver, openRevoker } from "../../src/run/open.ts";

const FOLDER = path.resolve(import.meta.dirname, "../..");
const POLICY = "policy/dieppe-trading.yaml";

let org: LocalOrg;
let folder: string;
beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  folder = mkdtempSync(path.join(tmpdir(), "calls-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await org.close();
});

const surroundings = (composite?: string) => ({
  env: { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken },
  config: (key: string) =>
    key === "composite" ? composite : key === "auditFile" ? path.join(folder, "audit.jsonl") : undefined,
  folder: FOLDER,
});

/** What the org was asked: calls, each with its parts. */
function asked(): string[] {
  return org.requests.map(({ method, soql, path, isPart }) => {
    const what = soql === null ? path : soql.replace(/LoginTime >= \S+/, "LoginTime >= then");
    return isPart ? `- ${what}` : `${method} ${what}`;
  });
}

const VERSIONS = "/services/data/";
const USERINFO = "/services/oauth2/userinfo";
const ORGANIZATION = "SELECT Id, Name, IsSandbox, OrganizationType, TrialExpirationDate FROM Organization";
const OWN_SESSIONS = "SELECT LoginHistoryId FROM AuthSession WHERE IsCurrent = true";
const OWN_LOGIN = "SELECT Application FROM LoginHistory WHERE Id IN ('0Ya000000000001AAA')";
const PERMISSIONS = [
  "SELECT PermissionsCustomizeApplication, PermissionsManageUsers, PermissionsViewSetup, PermissionsApiEnabled FROM UserPermissionAccess",
  "SELECT PermissionsExternalClientAppViewer, PermissionsExternalClientAppAdmin FROM UserPermissionAccess",
];
const COUNT = "SELECT COUNT() FROM OauthToken";
const DIRECTORY = [
  "SELECT Id, Name FROM Profile",
  "SELECT Id, Name, OptionsAllowAdminApprovedUsersOnly FROM ConnectedApplication",
  "SELECT Id, MasterLabel FROM ExternalClientApplication",
  "SELECT ApplicationId, Label, NamespacePrefix FROM AppMenuItem",
  "SELECT Id, Username, Name, IsActive, ProfileId, Profile.Name, UserType FROM User",
];
const BESIDE = [
  "SELECT UserId FROM UserLogin WHERE IsFrozen = true",
  "SELECT Id, UserId, LoginTime, LoginType, LoginSubType, Application, AuthenticationServiceId, Status FROM LoginHistory WHERE LoginTime >= then ORDER BY LoginTime DESC",
  "SELECT SetupEntityId, Parent.Label, Parent.IsOwnedByProfile, Parent.ProfileId FROM SetupEntityAccess WHERE SetupEntityType IN ('ConnectedApplication','ExternalClientApplication')",
  "SELECT UsersId, CreatedDate, LoginHistoryId, LoginType, SessionType FROM AuthSession WHERE IsCurrent = false ORDER BY CreatedDate DESC",
  "SELECT COUNT() FROM ThirdPartyAccountLink",
];
const GRANTS =
  "SELECT Id, UserId, AppName, AppMenuItem.ApplicationId, CreatedDate, LastUsedDate, UseCount FROM OauthToken ORDER BY CreatedDate ASC NULLS FIRST";
const METADATA = "POST /services/Soap/m/67.0";

it("a preview of Dieppe Trading makes 12 calls, each for something that the next needs or that proves the list", async () => {
  const observer = openObserver(surroundings());
  const { plan, inventory } = await observer.observe(observer.want(POLICY));
  expect(plan.revocations).toHaveLength(12);
  const composite = (parts: readonly string[]) => [
    "POST /services/data/v67.0/composite",
    ...parts.map((soql) => `- ${soql}`),
  ];
  const expected = [
    `GET ${VERSIONS}`,
    `GET ${USERINFO}`,
    ...composite([ORGANIZATION, OWN_SESSIONS]),
    `GET ${OWN_LOGIN}`,
    ...composite(PERMISSIONS),
    ...composite(DIRECTORY),
    `GET ${COUNT}`,
    METADATA, // that there are no external client apps
    METADATA, // connected apps with access of their own
    ...composite(BESIDE),
    `GET ${GRANTS}`,
    `GET ${COUNT}`,
  ];
  expect(asked().toSorted()).toEqual(expected.toSorted());
  expect(asked().at(-1)).toBe(`GET ${COUNT}`); // the org's count after all that was read
  const calls = org.requests.filter(({ isPart }) => !isPart);
  expect([calls.length, (await observer.connect()).calls]).toEqual([12, 12]);
  expect(inventory.proof).toMatchObject({ countBefore: 448, read: 448, countAfter: 448, calls: 3 });
});

it("without Composite it makes 22, for the same questions, and comes to the same plan", async () => {
  const [one, other] = [openObserver(surroundings("false")), openObserver(surroundings())];
  const alone = await one.observe(one.want(POLICY));
  expect(asked().toSorted()).toEqual(
    [
      ...[VERSIONS, USERINFO, ORGANIZATION, OWN_SESSIONS, OWN_LOGIN, ...PERMISSIONS, ...DIRECTORY, ...BESIDE],
      ...[COUNT, GRANTS, COUNT],
    ]
      .map((what) => `GET ${what}`)
      .concat(METADATA, METADATA)
      .toSorted(),
  );
  expect((await one.connect()).calls).toBe(22);
  const together = await other.observe(other.want(POLICY));
  expect([together.plan, together.findings]).toEqual([alone.plan, alone.findings]);
});

it("an update lists the org as its preview did, and makes 16 calls besides: 12 revocations, and 4 that look", async () => {
  const revoker = openRevoker(surroundings());
  const { evaluation } = await revoker.propose(revoker.want(POLICY));
  const { outcomes } = await revoker.revoke(evaluation.plan, evaluation, { purpose: "update" });
  expect(outcomes.map(({ status }) => status)).toEqual(Array(12).fill("revoked"));
  const calls = org.requests.filter(({ isPart }) => !isPart).map(({ method, path }) => `${method} ${path}`);
  expect(calls.filter((call) => call === "POST /services/oauth2/revoke")).toHaveLength(12);
  expect(calls).toHaveLength(12 + 12 + 4);
});
