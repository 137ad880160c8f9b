import { describe, expect, it } from "vitest";
import { EMPTY_DIRECTORY } from "../../../src/inventory/inventory.ts";
import { widened } from "../../../src/plan/widening.ts";
import type { PolicyFile } from "../../../src/policy/policySchema.ts";
import { app, grant, inventoryOf, link, provider, sfId, user } from "../../inventories.ts";
import { planned, widenings } from "./says.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Lead Scoring Tool");
const CLI = app("Salesforce CLI");
const OKTA = provider("Okta", sfId("0SO", 1));
const USERS = Array.from({ length: 8 }, (_, n) => user(n));
const NAMES = USERS.map(({ username }) => username);
const ORG = inventoryOf({
  users: USERS,
  apps: [SLACK, BOBS, CLI, OKTA],
  grants: [
    ...USERS.flatMap(({ id }) => [grant(id, SLACK), grant(id, BOBS), grant(id, CLI)]),
    link(USERS[0]!.id, OKTA),
  ],
  directory: { ...EMPTY_DIRECTORY, permissionHolders: new Map([["ModifyAllData", new Set([USERS[1]!.id])]]) },
});

const policy = (more: Partial<PolicyFile>): PolicyFile =>
  ({ version: 1, unlisted: "revoke", platformApps: "revoke", apps: [], ...more }) as PolicyFile;

it("what nothing that is said accounts for is told by the app, and the grants that stay for it are not told once more", () => {
  const slack = (users: "everyone" | { usernames: string[] }, revocations: number) =>
    planned(policy({ apps: [{ id: SLACK.id!, users }], limits: { revocations } }), ORG);
  const base = slack({ usernames: NAMES.slice(0, 5) }, 1);
  const open = slack("everyone", 9);
  const says = { ...base.allows!.says, limits: { revocations: 9 } };
  const found = widened(base, { ...open, allows: { ...open.allows!, says } })!;
  expect([found.users, found.kept]).toEqual([3, 3]);
  expect(new Set(found.widenings.map(({ key, app: named, users }) => [key, named, users]))).toEqual(
    new Set([
      ["apps[].users", "Slack", 3],
      ["limits.revocations", null, null],
    ]),
  );
});

it("an app that is only called as Salesforce's own goes with those, so that its denial ends in little", () => {
  const denied = policy({ apps: [{ name: CLI.name, sanctioned: false }] });
  expect(widenings(denied, policy({}), ORG)).toMatchObject([
    {
      key: "apps[].sanctioned",
      severity: "low",
      what: "no longer denied; as an app that is not listed its grants are still revoked",
    },
  ]);
  expect(widenings(denied, policy({ platformApps: "report" }), ORG)).toMatchObject([
    { key: "platformApps" },
    { key: "apps[].sanctioned", severity: "high", what: "no longer denied; its grants are only reported" },
  ]);
});

it("apps that are not listed count apart from identity providers that are not, where both are opened at once", () => {
  const of = (unlisted: "revoke" | "report") =>
    policy({
      unlisted,
      unlistedIdentityProviders: unlisted,
      // Of apps it still revokes; of providers it says nothing.
      highPrivilege: { permissions: ["ModifyAllData"], action: "revoke" },
    });
  const found = widenings(of("revoke"), of("report"), ORG);
  expect(new Map(found.map(({ key, users }) => [key, users]))).toEqual(
    new Map([
      ["unlisted", 7],
      ["unlistedIdentityProviders", 8],
    ]),
  );
});

describe("an app that a pattern denied, and an entry lets nobody use", () => {
  const files = {
    "known.yaml": JSON.stringify({
      version: 1,
      expires: "2026-12-31",
      written: "2026-11-23",
      grants: NAMES.map((user) => ({ app: BOBS.name, user })),
    }),
  };
  const found = (more: Partial<PolicyFile>) => {
    const like = { appsLike: [{ name: "bob*", sanctioned: false as const }], ...more };
    const head = policy({ ...like, apps: [{ name: BOBS.name, users: "nobody" }] });
    return widened(planned(policy(like), ORG, files), planned(head, ORG, files))!;
  };

  it("is told where a baseline holds back what was denied", () => {
    const { widenings: all, kept } = found({ baseline: "known.yaml" });
    expect(kept).toBe(8);
    expect(all).toMatchObject([
      {
        key: "apps[].sanctioned",
        severity: "high",
        what: 'sanctioned for nobody (before: denied as one that is called like "bob*")',
      },
    ]);
  });

  it("is not told where no baseline does", () => {
    expect(found({})).toMatchObject({ widenings: [], kept: 0 });
  });
});
