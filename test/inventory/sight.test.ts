import { type LocalOrg, type LocalOrgOptions, type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { afterEach, describe, expect, it } from "vitest";
import { InconclusiveError } from "../../src/errors.ts";
import { doctor } from "../../src/inventory/doctor.ts";
import type { CompletenessProof } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { isAssignedAll } from "../../src/inventory/sight.ts";
import { proofText } from "../../src/report/words.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";

let org: LocalOrg | undefined;
afterEach(async () => {
  await org?.close();
  org = undefined;
});

const credentials = () => readCredentials({ instanceUrl: org!.url, accessToken: org!.accessToken }, {});

type Outcome = InconclusiveError & { proof?: CompletenessProof };

async function list(): Promise<Outcome> {
  const listing: Promise<unknown> = listInventory(await connect(credentials()));
  return (await listing.catch((error: unknown) => error)) as Outcome;
}

async function start(fixture: OrgFixture, options: Partial<LocalOrgOptions> = {}): Promise<void> {
  org = await startLocalOrg({ org: fixture, readOnly: true, ...options });
}

/** Users besides the caller, who has a grant of his own, and grants of theirs. */
const orgOf = (others: number, grants: number): OrgFixture => {
  const made = generateOrg({ seed: 41, users: others + 1, grants: 30, apps: 2 });
  const theirs = made.grants.filter(({ username }) => username !== made.caller);
  return { ...made, grants: [{ ...theirs[0]!, username: made.caller }, ...theirs.slice(0, grants)] };
};
const takeAway = (fixture: OrgFixture, permission: string) =>
  org!.store.changeUser(fixture.caller, { permissions: { [permission]: false } });

describe("that the grants of others are in sight", () => {
  it("shows in any of them", async () => {
    await start(orgOf(20, 1));
    expect(await list()).toMatchObject({ proof: { read: 2 } });
    expect((await list()).proof).not.toHaveProperty("sight");
    expect(org!.requests.some(({ soql }) => soql?.includes("FROM PermissionSetAssignment"))).toBe(false);
  });

  it.each([2, 40])(
    "is not believed of a permission that was taken away, of which the org's cache does not know yet: %i others",
    async (others) => {
      const fixture = orgOf(others, 5);
      await start(fixture, { permissionsLag: "on" });
      takeAway(fixture, "CustomizeApplication");
      const refused = await list();
      expect(refused).toBeInstanceOf(InconclusiveError);
      expect(refused).toMatchObject({ code: "no-sight-of-others" });
      expect(refused.message).toContain(`no grant of anybody but ${fixture.caller} is to be seen`);
      expect(refused.message).toContain("let another user authorize an app");
      const { lines, exitCode } = await doctor(credentials(), null);
      expect(lines.find(({ code }) => code === "sight")).toMatchObject({ status: "failed" });
      expect(exitCode).toBe(4);
    },
  );

  it("is known by what the caller is assigned where really nobody else has one, and the proof says so", async () => {
    for (const [others, own] of [
      [2, 1],
      [40, 1],
      [40, 0],
    ] as const) {
      const fixture = orgOf(others, 0);
      await start({ ...fixture, grants: fixture.grants.slice(0, own) });
      const { proof } = await list();
      expect(proof).toMatchObject({ read: own, sight: "assignments" });
      expect(proofText(proof!)).toContain(" None is of anybody but the tool's own user,");
      await org!.close();
    }
  });

  it.each([
    ["do not show both permissions", ["CustomizeApplication"], []],
    [
      "cannot be read",
      [],
      [
        {
          kind: "status",
          match: "FROM PermissionSetAssignment",
          status: 400,
          errorCode: "INVALID_TYPE",
        } as const,
      ],
    ],
  ])("is not known where its assignments %s", async (_why, missing, faults) => {
    const fixture = orgOf(12, 0);
    await start(fixture, { permissionsLag: "on", faults });
    for (const permission of missing) takeAway(fixture, permission);
    expect(await list()).toMatchObject({ code: "no-sight-of-others" });
  });

  it("is not known by an assignment that has ended", async () => {
    const fixture = orgOf(12, 0);
    const { permissions } = fixture.profiles[0]!;
    const set = {
      id: "0PS000000000001AAA",
      name: "Needed",
      label: "Needed",
      permissions: ["CustomizeApplication"],
      assignees: [fixture.caller],
      expirations: { [fixture.caller]: "2020-01-01T00:00:00Z" },
    };
    await start({
      ...fixture,
      profiles: fixture.profiles.map((profile) => ({
        ...profile,
        permissions: permissions.filter((name) => name !== "CustomizeApplication"),
      })),
      permissionSets: [set],
    });
    const reader = await connect(credentials());
    expect(await isAssignedAll(reader)).toBe(false);
  });
});
