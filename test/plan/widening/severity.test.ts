import { describe, expect, it } from "vitest";
import { widened } from "../../../src/plan/widening.ts";
import type { PolicyFile } from "../../../src/policy/policySchema.ts";
import { app, grant, inventoryOf, sfId, user } from "../../inventories.ts";
import { planned, widenings } from "./says.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const BOBS = app("Bob's Lead Scoring Tool");
const CHATTER = { ...app("Chatter", sfId("0H4", 9)), namespace: "sf_chttr_apps" };
const USERS = Array.from({ length: 40 }, (_, n) => user(n));
const NAMES = USERS.map(({ username }) => username);
const ORG = inventoryOf({
  users: USERS,
  apps: [SLACK, BOBS, CHATTER],
  grants: USERS.map(({ id }) => grant(id, SLACK)),
});
type Entry = NonNullable<PolicyFile["apps"]>[number];

const policy = (more: Partial<PolicyFile> = {}, unlisted: "report" | "revoke" = "report"): PolicyFile =>
  ({ version: 1, unlisted, platformApps: unlisted, apps: [], ...more }) as PolicyFile;
const users = (from: number, to: number) => ({ usernames: NAMES.slice(from, to) });
const slack = (more: Partial<Entry> = {}): Partial<PolicyFile> => ({
  apps: [{ id: SLACK.id!, users: users(0, 20), ...more } as Entry],
});
const exempt = (more: object) =>
  ({
    exemptions: [{ reason: "Migrating", owner: "ben@dieppe.example", expires: "2026-12-31", ...more }],
  }) as never;
const shown = (base: PolicyFile, head: PolicyFile) =>
  widenings(base, head, ORG).map(({ key, severity }) => [key, severity]);

describe("how bad it is", () => {
  it.each<[string, PolicyFile, PolicyFile, [string, string][]]>([
    [
      "a quarter of the users",
      policy(slack()),
      policy(slack({ users: users(0, 30) })),
      [["apps[].users", "medium"]],
    ],
    [
      "one more than that",
      policy(slack()),
      policy(slack({ users: users(0, 31) })),
      [["apps[].users", "high"]],
    ],
    [
      "everyone, though few are new",
      policy(slack({ users: users(0, 39) })),
      policy(slack({ users: "everyone" })),
      [["apps[].users", "high"]],
    ],
    [
      "everyone but some",
      policy(slack({ users: users(0, 37) })),
      policy(slack({ users: { everyone: true, except: users(38, 40) } })),
      [["apps[].users", "medium"]],
    ],
    [
      "an exemption of a user for an app",
      policy({}, "revoke"),
      policy(exempt({ app: BOBS.name, user: NAMES[0] }), "revoke"),
      [["exemptions", "medium"]],
    ],
    [
      "of a user for any app",
      policy({}, "revoke"),
      policy(exempt({ user: NAMES[0] }), "revoke"),
      [["exemptions", "high"]],
    ],
    [
      "of an app that all may connect to",
      policy(),
      policy(exempt({ app: BOBS.name })),
      [["exemptions", "high"]],
    ],
    [
      "a denial by a pattern",
      policy({ appsLike: [{ name: "zoom*", sanctioned: false }] }),
      policy(),
      [["appsLike", "high"]],
    ],
    [
      "where what is not listed is revoked",
      policy({ appsLike: [{ name: "zoom*", sanctioned: false }] }, "revoke"),
      policy({}, "revoke"),
      [["appsLike", "medium"]],
    ],
    [
      "a limit of half",
      policy({ limits: { percent: 10 } }),
      policy({ limits: { percent: 50 } }),
      [["limits.percent", "medium"]],
    ],
    [
      "of more than half",
      policy({ limits: { percent: 50 } }),
      policy({ limits: { percent: 51 } }),
      [["limits.percent", "high"]],
    ],
    [
      "of ten times as much",
      policy({ limits: { revocations: 5 } }),
      policy({ limits: { revocations: 50 } }),
      [["limits.revocations", "medium"]],
    ],
    [
      "of more",
      policy({ limits: { revocations: 5 } }),
      policy({ limits: { revocations: 51 } }),
      [["limits.revocations", "high"]],
    ],
  ])("%s", (_, base, head, found) => {
    expect(shown(base, head)).toEqual(found);
  });

  it("is said of everyone but some in words that name them", () => {
    const head = policy(slack({ users: { everyone: true, except: { usernames: [NAMES[0]!] } } }));
    expect(widenings(policy(slack()), head, ORG)).toMatchObject([
      { what: `for everyone but users "${NAMES[0]}"`, users: 20, severity: "high" },
    ]);
  });

  it("is not for one user, however few there are", () => {
    const org = inventoryOf({
      users: USERS.slice(0, 2),
      apps: [SLACK],
      grants: [grant(USERS[0]!.id, SLACK)],
    });
    const of = (to: number) => policy(slack({ users: users(0, to) }));
    expect(widenings(of(1), of(2), org)).toMatchObject([{ users: 1, severity: "medium" }]);
  });
});

describe("an entry that is taken out", () => {
  it.each<[string, Partial<Entry>, Partial<PolicyFile>?]>([
    ["held its app to a setting", { settings: { adminApprovedUsersOnly: true } }],
    ["held its app to scopes", { scopes: ["api"] }],
    ["held its app to fewer scopes than any", { scopes: ["api"] }, { unlistedScopes: ["api", "web"] }],
  ])("%s", (_, more, all = {}) => {
    const listed = policy({ ...slack({ users: "everyone", ...more }), ...all });
    expect(shown(listed, policy(all))).toEqual([["apps[].users", "medium"]]);
  });

  it("held one of Salesforce's own to scopes, which nothing then does", () => {
    const of = (apps: readonly Entry[]) =>
      policy({ unlistedScopes: ["api"], platformApps: "keep", apps: [...apps] });
    const listed: Entry = { id: CHATTER.id!, users: "everyone", scopes: ["api"] };
    expect(shown(of([listed]), of([]))).toEqual([["apps[].users", "medium"]]);
  });
});

describe("two things are not one", () => {
  it("of which the org has neither app", () => {
    const absent = (name: string, to: number): Entry => ({ name, users: users(0, to) });
    const found = widenings(
      policy({ apps: [absent("Zoom", 2)] }),
      policy({ apps: [absent("Miro", 2)] }),
      ORG,
    );
    expect(found.map(({ key, app: named }) => [key, named])).toEqual([
      ["apps[].sanctioned", "Miro"],
      ["apps[].users", "Zoom"],
    ]);
  });

  it("of which one is an id and the other an app of that name", () => {
    const id = sfId("0H4", 77);
    const known = (app: object) =>
      policy({
        highPrivilege: {
          profiles: ["System Administrator"],
          exceptions: [{ app, reason: "Reads all", owner: "ben@dieppe.example", reviewBy: "2027-01-01" }],
        },
      } as never);
    expect(shown(known({ name: id }), known({ id }))).toEqual([["highPrivilege.exceptions", "high"]]);
  });

  it("of which one is what the org did", () => {
    const standard = (some: number) =>
      inventoryOf({
        ...ORG,
        users: USERS.map((one, n) =>
          n < some ? { ...one, profileId: sfId("00e", 1), profileName: "Standard User" } : one,
        ),
      });
    const of = (some: number) =>
      planned(policy(slack({ users: { profiles: ["Standard User"] } })), standard(some));
    const [base, head] = [of(1), of(30)];
    expect(widened(base, head)).toEqual({ widenings: [], users: 0, of: 40, kept: 0 });
  });
});

it("another file of what is known is told, though it says the same", () => {
  const files = Object.fromEntries(
    ["one.yaml", "two.yaml"].map((name) => [
      name,
      JSON.stringify({
        version: 1,
        expires: "2026-12-31",
        written: "2026-11-01",
        grants: [{ app: SLACK.name, user: NAMES[0] }],
      }),
    ]),
  );
  const of = (baseline: string) => planned(policy({ baseline }), ORG, files);
  expect(widened(of("one.yaml"), of("two.yaml"))!.widenings).toMatchObject([
    { key: "baseline", severity: "low", what: 'what is known already is now read from "two.yaml"' },
  ]);
});
