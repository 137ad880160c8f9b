import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { doctor } from "../../src/inventory/doctor.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

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
) {
  org = await startLocalOrg({ org: fixture, readOnly: true, ...options });
  const credentials = readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {});
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
      "own-app",
      ...Array.from({ length: 4 }, () => "permission"),
      "external-client-apps",
      "api-calls",
      "clock",
      "complete-listing",
    ]);
    expect(lines.at(-1)!.text).toBe(
      "A complete list is possible: 448 grants, 351 users, up to 32 API calls.",
    );
    expect(exitCode).toBe(0);
    expect(org!.writes).toEqual([]);
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
      ["A complete list of grants is not possible yet.", "Mend what failed above."],
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
    expect(lines.at(-1)!.text).toMatch(/takes up to 32 API calls; \d+ of its 60 are left/);
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
});
