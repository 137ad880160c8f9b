import { type LocalOrg, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { afterEach, expect, it } from "vitest";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

const [ANN, BEN] = smallOrg().users.map(({ username }) => username) as [string, string];
const DAY = 24 * 60 * 60 * 1_000;
const ago = (days: number) => `${new Date(Date.now() - days * DAY).toISOString().slice(0, 19)}Z`;

/** What gets in without a grant, as `kind app user sources`, of which the org is not silent about pre-authorized apps. */
async function standing(changes: Partial<OrgFixture>): Promise<string[]> {
  org = await startLocalOrg({ org: { ...smallOrg(), ...changes } });
  const reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
  const { standingAccess, users } = await listInventory(reader);
  return standingAccess!.entries.flatMap(({ kind, app, name, userId, knownBy }) =>
    kind === "pre-authorized"
      ? []
      : [kind, app?.name ?? name, users.get(userId!)?.username, knownBy.join("+")].join(" "),
  );
}

/** The first app of the org that has an id, with what it is given. */
function withApp(more: Partial<OrgFixture["apps"][number]>) {
  const [first, ...others] = smallOrg().apps;
  return { name: first!.name, apps: [{ ...first!, ...more }, ...others], grants: [] };
}

it.each([
  ["client-credentials", "client-credentials", "logins+sessions+app-settings"],
  ["jwt", "unnamed-flow", "logins+sessions"],
] as const)(
  "an integration by %s without a grant is found, as whom, and how it is known",
  async (kind, found, by) => {
    const { name, ...changes } = withApp({
      standingAccess: [{ kind, runAs: ANN }],
      settings: { createdInOrg: true },
    });
    expect(await standing(changes)).toEqual([`${found} ${name} ${ANN} ${by}`]);
  },
);

it("an integration that last logged in before the days that are read is known by its settings or its session", async () => {
  const { name, ...changes } = withApp({
    standingAccess: [{ kind: "client-credentials", runAs: BEN, lastLoginAt: ago(40) }],
    settings: { createdInOrg: true },
  });
  expect(await standing(changes)).toEqual([`client-credentials ${name} ${BEN} sessions+app-settings`]);
});

it("a live session and a login by password or single sign-on are found, and a failed login and a person's are not", async () => {
  const login = (more: object) => ({ username: ANN, app: null, at: ago(1), ...more });
  expect(
    await standing({
      grants: [],
      sessions: [{ username: BEN, app: "Ghost", createdAt: ago(1) }],
      logins: [
        login({ app: "Loader", loginType: "Other Apex API" }),
        login({ loginType: "SAML Sfdc Initiated SSO" }),
        login({ loginType: "Application" }),
        login({ app: "Old", loginType: "Partner Product", at: ago(30) }),
        login({ app: "Wrong", loginType: "Other Apex API", status: "Invalid Password" }),
      ],
    }),
  ).toEqual([
    `password Loader ${ANN} logins`,
    `session Ghost ${BEN} sessions`,
    `single-sign-on  ${ANN} logins`,
  ]);
});
