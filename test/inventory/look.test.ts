import { type LocalOrg, type LocalOrgOptions, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { listInventory } from "../../src/inventory/listInventory.ts";
import { look } from "../../src/inventory/look.ts";
import { connect } from "../../src/salesforce/connection.ts";
import { readCredentials } from "../../src/salesforce/credentials.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { linkedOrg } from "../linkedOrg.ts";

const AMIR = "amir.kowalski@dieppe.example";
let org: LocalOrg;
let reader: OrgReader;
let known: Inventory;

async function start(options: Partial<LocalOrgOptions> = {}) {
  org = await startLocalOrg({ org: dieppeTrading(), ...options });
  reader = await connect(readCredentials({ instanceUrl: org.url, accessToken: org.accessToken }, {}));
  known = await listInventory(reader);
}
beforeEach(() => start());
afterEach(() => org.close());

const authorize = (app: string, createdAt = Date.now()) =>
  org.store.addGrant({ username: AMIR, app, createdAt, lastUsedAt: null, useCount: 0 });
const since = () => Date.now();

describe("a look at an org", () => {
  it("where nothing changed takes three calls, and says so", async () => {
    const before = reader.calls;
    const seen = await look(reader, known, since());
    expect([reader.calls - before, seen.isChanged, seen.isPartial]).toEqual([3, false, false]);
    expect(seen.inventory.grants).toBe(known.grants);
  });

  it("does not take links to identity providers for grants that went", async () => {
    await org.close();
    await start({ org: linkedOrg() });
    expect(known.accountLinks.proof?.read).toBe(3);
    expect(await look(reader, known, since())).toMatchObject({ isChanged: false, isPartial: false });
  });

  it("asks for the grants that were made since the newest one that is known, and no older ones", async () => {
    const newest = Math.max(...known.grants.map(({ createdAt }) => createdAt ?? 0));
    const before = org.requests.length;
    await look(reader, known, since());
    const asked = org.requests
      .slice(before)
      .flatMap(({ soql }) => (soql?.includes("OauthToken") ? [soql] : []));
    expect(asked.sort()).toEqual([
      "SELECT COUNT() FROM OauthToken",
      `SELECT UserId, AppName, AppMenuItem.ApplicationId, CreatedDate, LastUsedDate, UseCount FROM OauthToken WHERE CreatedDate >= ${new Date(newest).toISOString()} ORDER BY CreatedDate DESC NULLS LAST`,
    ]);
  });

  it("finds a new grant, of an app that is new too, once", async () => {
    authorize("Shiny AI Notetaker");
    const first = await look(reader, known, since());
    expect([first.isChanged, first.isPartial, first.inventory.grants.length]).toEqual([true, false, 449]);
    expect(first.inventory.apps.map(({ name }) => name)).toContain("Shiny AI Notetaker");
    const second = await look(reader, first.inventory, since());
    expect([second.isChanged, second.inventory.grants.length]).toEqual([false, 449]);
  });

  it("tells two grants of one user, app and moment from one", async () => {
    const at = Math.floor(Date.now() / 1000) * 1000;
    authorize("Slack", at);
    const { inventory } = await look(reader, known, since());
    authorize("Slack", at);
    const second = await look(reader, inventory, since());
    expect([second.isChanged, second.isPartial, second.inventory.grants.length]).toEqual([true, false, 450]);
  });

  it("finds who was deactivated, frozen and brought back", async () => {
    const state = async (from: Inventory) => {
      const { inventory } = await look(reader, from, since());
      const user = [...inventory.users.values()].find(({ username }) => username === AMIR)!;
      return [inventory, user.isActive, user.isFrozen] as const;
    };
    org.store.changeUser(AMIR, { isActive: false });
    const [inactive, ...one] = await state(known);
    expect(one).toEqual([false, false]);
    org.store.changeUser(AMIR, { isActive: true, isFrozen: true });
    const [frozen, ...two] = await state(inactive);
    expect(two).toEqual([true, true]);
    org.store.changeUser(AMIR, { isFrozen: false });
    expect((await state(frozen)).slice(1)).toEqual([true, false]);
  });

  it("says that there is more than it can tell where grants are gone, or have no date", async () => {
    org.store.revoke(String(org.store.grants()[0]!.DeleteToken));
    expect((await look(reader, known, since())).isPartial).toBe(true);
    await org.close();
    await start();
    org.store.addGrant({ username: AMIR, app: "Slack", createdAt: null, lastUsedAt: null, useCount: 0 });
    expect((await look(reader, known, since())).isPartial).toBe(true);
  });

  it("of an org that does not hand out dates counts alone", async () => {
    await org.close();
    await start({ refusedFields: ["OauthToken.CreatedDate"] });
    expect(await look(reader, known, since())).toMatchObject({ isChanged: false, isPartial: false });
    authorize("Slack");
    expect(await look(reader, known, since())).toMatchObject({ isChanged: false, isPartial: true });
  });
});
