import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, SLACK } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { apiCallsLine, clockLine, doctor } from "../../src/inventory/doctor.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import { sfId } from "../inventories.ts";
import { linkedOrg } from "../linkedOrg.ts";

const CLOCK = { sleep: async () => undefined, random: () => 0 };
const fixture = dieppeTrading();

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

async function examine(
  options: Partial<LocalOrgOptions> = {},
  policyOrg: string | null = fixture.organization.id,
  env: Record<string, string> = {},
) {
  org = await startLocalOrg({ org: fixture, readOnly: true, ...options });
  const credentials = readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, env);
  return await doctor(credentials, policyOrg === null ? null : { id: policyOrg }, CLOCK);
}

describe("the doctor", () => {
  it("finds nothing amiss in Dieppe Trading, and writes nothing", async () => {
    const { lines, exitCode } = await examine();
    expect(lines.filter(({ status }) => status !== "ok")).toEqual([]);
    expect(lines.map(({ code }) => code)).toEqual([
      "connection",
      "api-version",
      "org",
      "caller",
      "address",
      "own-app",
      ...Array.from({ length: 5 }, () => "permission"),
      "sight",
      "external-client-apps",
      "identity-providers",
      "api-calls",
      "clock",
      "query-forms",
      "complete-listing",
    ]);
    expect(lines.at(-1)!.text).toBe(
      "Every grant that the org counts can be listed: 448 grants, 351 users, up to 105 API calls.",
    );
    expect(exitCode).toBe(0);
    expect(org!.writes).toEqual([]);
  });

  it.each([
    ["read-only", "ok", /^3 links of accounts to identity providers; the API may not delete them/],
    ["deletable", "ok", /^3 links of accounts to identity providers; the API may delete them\.$/],
    ["absent", "warning", /not shown \(INVALID_TYPE\)/],
  ] as const)("says of links to identity providers that are %s", async (accountLinks, status, text) => {
    const { lines } = await examine({ org: linkedOrg(), accountLinks });
    expect(lines.find(({ code }) => code === "identity-providers")).toMatchObject({
      status,
      text: expect.stringMatching(text),
    });
  });

  it("says what to grant, and that a list would not be complete", async () => {
    const { lines, exitCode } = await examine({ org: { ...fixture, caller: "ada.dubois@dieppe.example" } });
    expect(
      lines.filter(({ status }) => status === "failed").map(({ text, remedy }) => [text, remedy]),
    ).toEqual([
      [
        "Customize Application: missing, needed to see and revoke every user's grants.",
        "Grant Customize Application to the user, by a permission set.",
      ],
      [
        "Manage Users: missing, needed to see and revoke every user's grants.",
        "Grant Manage Users to the user, by a permission set.",
      ],
      [
        '"View all External Client Apps, view their settings, and edit their policies": missing, needed to see and revoke every user\'s grants.',
        'Grant "View all External Client Apps, view their settings, and edit their policies" to the user, by a permission set.',
      ],
      [
        "No grant of another user is in sight. What the org says of permissions comes from a cache, and may be old.",
        expect.stringContaining("grant Customize Application and Manage Users anew"),
      ],
      ["Not every grant that the org counts can be listed yet.", "Fix what failed above."],
    ]);
    expect(exitCode).toBe(4);
  });

  it("says that the org is not the policy's", async () => {
    const { lines, exitCode } = await examine({}, "00D000000000009EAA");
    expect(lines.find(({ code }) => code === "org")!.text).toBe(
      `Connected to Dieppe Trading (${fixture.organization.id}); the policy is for 00D000000000009EAA.`,
    );
    expect(exitCode).toBe(1);
  });

  it("says that too few API calls are left", async () => {
    const { lines, exitCode } = await examine({ apiLimit: 60 });
    expect(lines.at(-1)!.text).toMatch(/takes up to 105 API calls; \d+ of its 60 are left/);
    expect(exitCode).toBe(4);
  });

  it("says why it cannot connect", async () => {
    const { url, accessToken } = await startLocalOrg({ org: fixture }).then(async (simulator) => {
      await simulator.close();
      return simulator;
    });
    const report = await doctor(readCredentials({ instanceUrl: url, accessToken }, {}), null, CLOCK);
    expect(report.lines).toMatchObject([{ code: "connection", status: "failed" }]);
    expect(report.lines[0]!.text).toMatch(/^No answer from 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
    expect(report.exitCode).toBe(1);
  });

  const said = async (code: string, options: Partial<LocalOrgOptions>) => {
    const { lines, exitCode } = await examine(options);
    return [...lines.filter((line) => line.code === code).map(({ status }) => status), exitCode];
  };
  const notes = { id: "0xI000000000001EAA", name: "Notes", inAppMenu: true };
  const withNotes = { ...fixture, apps: [...fixture.apps, notes] };
  const refused = (match: string, status: number, errorCode: string) => ({
    faults: [{ kind: "status" as const, match, status, errorCode }],
  });

  it("warns of a session whose app the org does not name, and nothing is stopped by it", async () => {
    expect(await said("own-app", { callerApp: null })).toEqual(["warning", 0]);
  });

  it("says the app that the session was made through, by its name", async () => {
    const { lines } = await examine({ callerApp: "Release Bot" });
    expect(lines.find(({ code }) => code === "own-app")!.text).toBe("Connected through Release Bot.");
  });

  it.each<[rule: string, own: string, status: string, exitCode: number, text: string]>([
    [
      "an app of the org",
      "Slack",
      "ok",
      0,
      `Connected through sanctioned. Never revoked: ${SLACK.id}, 0H4000000000003CAA.`,
    ],
    [
      "a name that no app of the org has",
      "Slakc",
      "failed",
      1,
      "SANCTIONED_OWN_APP (ownApp) names no app of this org",
    ],
    [
      "an id that grants alone could show",
      "0H4000000000009",
      "warning",
      0,
      "SANCTIONED_OWN_APP (ownApp) names no app of this org",
    ],
  ])(
    "says of the tool's own app whether the settings name %s",
    async (_rule, own, status, exitCode, text) => {
      const { lines, exitCode: code } = await examine({}, null, { SANCTIONED_OWN_APP: own });
      const said = lines.find((line) => line.code === "own-app")!;
      expect([said.status, code]).toEqual([status, exitCode]);
      expect(said.text).toContain(text);
    },
  );

  it("says what is wrong with the tool's own app, and apart from it what to do", async () => {
    const { lines } = await examine({}, null, { SANCTIONED_OWN_APP: "Slakc" });
    expect(lines.find(({ code }) => code === "own-app")).toMatchObject({
      text: "SANCTIONED_OWN_APP (ownApp) names no app of this org: none has that id, and none with an id has that name.",
      remedy: expect.stringMatching(/^Give the id that Setup shows/),
    });
  });

  it("a session through one of two apps of a name is a mistake, though the settings name a third by its id", async () => {
    const twins = [21, 22].map((n) => ({ id: sfId("0H4", n), name: "Twin", inAppMenu: true }));
    const { lines, exitCode } = await examine(
      { org: { ...fixture, apps: [...fixture.apps, ...twins] }, callerApp: "Twin" },
      null,
      { SANCTIONED_OWN_APP: SLACK.id },
    );
    expect(lines.find(({ code }) => code === "own-app")).toMatchObject({
      status: "failed",
      text: expect.stringContaining("several apps of the org have that name"),
    });
    expect(exitCode).toBe(1);
  });

  it("an org that refuses to say what its caller may do cannot be listed: each answer is one line", async () => {
    expect(await said("permission", refused("UserPermissionAccess", 400, "INVALID_FIELD"))).toEqual([
      "failed",
      4,
    ]);
  });

  it("a permission that is wanted and missing is a warning, one that is needed is not", async () => {
    const profiles = fixture.profiles.map((profile) => ({
      ...profile,
      permissions: profile.permissions.filter((permission) => permission !== "ViewSetup"),
    }));
    const { lines, exitCode } = await examine({ org: { ...fixture, profiles } });
    expect(lines.filter(({ status }) => status !== "ok")).toMatchObject([
      { code: "permission", status: "warning", remedy: expect.stringContaining("View Setup") },
    ]);
    expect(exitCode).toBe(0);
  });

  it("the wrong org does not keep a complete list from being told, and is the graver of the two", async () => {
    const { lines, exitCode } = await examine({ apiLimit: 60 }, "00D000000000009EAA");
    expect(lines.at(-1)!.text).toMatch(/takes up to 105 API calls/);
    expect(exitCode).toBe(1);
  });

  it("without a policy no org is the wrong one", async () => {
    const { lines, exitCode } = await examine({}, null);
    expect(lines.find(({ code }) => code === "org")!.status).toBe("ok");
    expect(exitCode).toBe(0);
  });

  it.each([
    [
      "are none, where the org does not know them and nothing else names one",
      refused("FROM ExternalClientApplication", 400, "INVALID_TYPE"),
      "ok",
      0,
    ],
    [
      "are not none, where the org does not show them and its app menu names one",
      { org: withNotes, ...refused("FROM ExternalClientApplication", 400, "INVALID_TYPE") },
      "failed",
      4,
    ],
    ["are shown with their use", { org: withNotes }, "ok", 0],
    [
      "are there, and where the org has no usage resource, a list would lack their grants",
      { org: withNotes, ...refused("/apps/oauth/usage", 404, "NOT_FOUND") },
      "failed",
      4,
    ],
    [
      "are there and their use is not shown: a list would lack their grants",
      { org: withNotes, ...refused("/apps/oauth/usage", 403, "INSUFFICIENT_ACCESS") },
      "failed",
      4,
    ],
    [
      "may not be read: a list would lack their grants",
      refused("FROM ExternalClientApplication", 400, "INSUFFICIENT_ACCESS"),
      "failed",
      4,
    ],
  ])("external client apps %s", async (_, options, status, exitCode) => {
    expect(await said("external-client-apps", options)).toEqual([status, exitCode]);
  });
});

describe("the doctor's clock", () => {
  it.each([
    [0, "ok"],
    [60_000, "ok"],
    [-60_000, "ok"],
    [60_001, "warning"],
    [-60_001, "warning"],
    [null, "warning"],
  ])("%s ms from the org's is %s: signed logins stand a minute and more", (skew, status) => {
    expect(clockLine(skew).status).toBe(status);
  });

  it("says by how much this machine's is off, and which way", () => {
    expect(clockLine(90_400).text).toBe("This machine's clock is 90 s behind the org's.");
    expect(clockLine(-90_600).text).toBe("This machine's clock is 91 s ahead of the org's.");
  });
});

it("API calls that are left are those of the limit that nobody used, and unknown where the org does not say", () => {
  expect(apiCallsLine({ apiUsage: { used: 40, limit: 100 } })).toMatchObject({
    status: "ok",
    text: "60 of 100 API calls are left for the last 24 hours.",
  });
  expect(apiCallsLine({ apiUsage: null }).status).toBe("warning");
});
