import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startLocalOrg } from "../src/localOrg.ts";
import { generateOrg } from "../src/orgs/generateOrg.ts";
import { Store } from "../src/store/store.ts";
import { ask, query } from "./ask.ts";

const FIXTURE = generateOrg({ seed: 5, users: 6, grants: 20, apps: 3 });
const [, ADA, BEA] = FIXTURE.users.map(({ username }) => username) as [string, string, string];
const grant = (username: string, createdAt: number | null, app = "New") => ({
  username,
  app,
  createdAt,
  lastUsedAt: null,
  useCount: null,
});

describe("the grants of an org", () => {
  it("are in order of creation, undated first, whatever is added and revoked between", () => {
    const step = fc.oneof(
      fc.record({ add: fc.option(fc.integer({ min: 0, max: 50 }).map((day) => day * 86_400_000)) }),
      fc.record({ revoke: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const store = new Store(FIXTURE);
        const model = new Set(store.grants());
        for (const each of steps) {
          const rows = store.grants();
          if ("add" in each) model.add(store.addGrant(grant(ADA, each.add))!);
          else if (rows.length > 0) {
            const row = rows[each.revoke % rows.length]!;
            expect(store.revoke(String(row.DeleteToken))).toBe(row);
            model.delete(row);
          }
          expect(new Set(store.grants())).toEqual(model);
        }
        const times = store.grants().map(({ CreatedDate }) => Number(CreatedDate ?? -1));
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(times).toHaveLength(model.size);
      }),
    );
  });

  it("stay as they were for who is reading them", () => {
    const store = new Store(FIXTURE);
    const before = store.grants();
    for (const row of before) store.revoke(String(row.DeleteToken));
    expect([before.length, store.grants().length]).toEqual([20, 0]);
  });

  it("are at most five for one user and app: the sixth approval revokes the oldest", () => {
    const store = new Store(FIXTURE);
    const times = () =>
      store
        .grants()
        .filter(({ AppName }) => AppName === "New")
        .map(({ CreatedDate, UserId }) => [UserId === store.userId(ADA), CreatedDate]);
    store.authorize(grant(BEA, 0));
    for (const day of [3, 1, 2, 4, 5, 6]) store.authorize(grant(ADA, day));
    expect(times()).toEqual([
      [false, 0],
      [true, 2],
      [true, 3],
      [true, 4],
      [true, 5],
      [true, 6],
    ]);
    for (const day of [7, 8]) store.addGrant(grant(ADA, day));
    expect(times()).toHaveLength(8);
  });
});

it("a hundred thousand grants are served: counted, in ranges, by user, and while they are revoked", async () => {
  const fixture = generateOrg({ seed: 11, users: 5_000, grants: 100_000, apps: 40 });
  const org = await startLocalOrg({ org: fixture });
  try {
    expect((await query(org, "SELECT COUNT() FROM OauthToken")).body.totalSize).toBe(100_000);
    const months = Array.from(
      { length: 12 },
      (_, i) => `2024-${String(i + 1).padStart(2, "0")}-01T00:00:00Z`,
    );
    for (const [i, from] of months.entries()) {
      const to = months[i + 1] ?? "2025-01-01T00:00:00Z";
      const where = `CreatedDate >= ${from} AND CreatedDate < ${to}`;
      const { body } = await query(org, `SELECT UserId FROM OauthToken WHERE ${where} ORDER BY CreatedDate`);
      expect(body.totalSize).toBe(
        fixture.grants.filter(({ createdAt }) => createdAt! >= from && createdAt! < to).length,
      );
    }
    for (const { DeleteToken } of org.store.grants().slice(0, 200)) {
      await ask(org, "/services/oauth2/revoke", {
        method: "POST",
        body: new URLSearchParams({ token: String(DeleteToken) }),
      });
      await query(org, `SELECT Id FROM OauthToken WHERE UserId = '${fixture.users[9]!.id}'`);
    }
    expect((await query(org, "SELECT COUNT() FROM OauthToken")).body.totalSize).toBe(99_800);
  } finally {
    await org.close();
  }
});
