import { describe, expect, it } from "vitest";
import { parsePlanFile } from "../../../src/plan/parsePlanFile.ts";
import type { PlanFile } from "../../../src/plan/planSchema.ts";
import { widened } from "../../../src/plan/widening.ts";
import type { PolicyFile } from "../../../src/policy/policySchema.ts";
import { app, grant, inventoryOf, sfId, user } from "../../inventories.ts";
import { planned, widenings } from "./says.ts";

const SLACK = app("Slack", sfId("0H4", 1));
const OTHER = app("Other Slack", sfId("0H4", 2));
const BOBS = app("Bob's Lead Scoring Tool");
const USERS = Array.from({ length: 8 }, (_, n) => user(n));
const ORG = inventoryOf({
  users: USERS,
  apps: [SLACK, OTHER, BOBS],
  grants: USERS.flatMap(({ id }) => [grant(id, SLACK), grant(id, BOBS)]),
});
const NAMES = USERS.map(({ username }) => username);
type Entry = NonNullable<PolicyFile["apps"]>[number];

const policy = (apps: readonly Entry[], more: Partial<PolicyFile> = {}): PolicyFile =>
  ({ version: 1, unlisted: "report", apps, ...more }) as PolicyFile;
const some = (...numbers: readonly number[]): Entry["users"] & object => ({
  usernames: numbers.map((n) => NAMES[n]!),
});
const slack = (more: Partial<Entry> = {}): Entry => ({ id: SLACK.id!, users: some(0), ...more });
const shown = (base: PolicyFile, head: PolicyFile) =>
  widenings(base, head, ORG).map(({ key, app: of, users }) => [key, of, users]);

describe("a loosening shows", () => {
  it("among tightenings", () => {
    expect(
      shown(
        policy([slack({ users: "everyone" }), { id: OTHER.id!, users: "everyone" }], { sessions: "report" }),
        policy(
          [
            slack({ users: some(0), maxIdleDays: 1, scopes: ["api"] }),
            { id: OTHER.id!, sanctioned: false },
            { name: BOBS.name, users: some(7) },
          ],
          { limits: { percent: 1, revocations: 0 }, offboarded: [NAMES[6]!], sessions: "end" },
        ),
      ),
    ).toEqual([["apps[].sanctioned", BOBS.name, 0]]);
  });

  it("by where it stands alone, of entries in another order", () => {
    const [a, b] = [slack(), { id: OTHER.id!, users: some(1) }];
    expect(shown(policy([a, b]), policy([b, a]))).toEqual([]);
    expect(shown(policy([a, b]), policy([b, slack({ users: some(0, 1) })]))).toEqual([
      ["apps[].users", "Slack", 1],
    ]);
    expect(shown(policy([slack({ users: some(1, 0) })]), policy([slack({ users: some(0, 1) })]))).toEqual([]);
  });

  it("of an entry under another name, which lists another app", () => {
    const named = (name: string): Entry => ({ name, users: "everyone" });
    expect(shown(policy([named("Slack")]), policy([named("SLACK ")]))).toEqual([]);
    expect(shown(policy([named("Slack")]), policy([named("Other Slack")]))).toEqual([
      ["apps[].sanctioned", "Other Slack", 0],
    ]);
    const revoked = {
      unlisted: "report" as const,
      appsLike: [{ name: "*slack*", sanctioned: false as const }],
    };
    expect(shown(policy([named("Slack")], revoked), policy([named("Other Slack")], revoked))).toEqual([
      ["apps[].sanctioned", "Other Slack", 8],
    ]);
  });

  it("of a match by id that becomes one by name, and not the other way round", () => {
    const byName: Entry = { name: "Slack", users: some(0) };
    expect(shown(policy([slack()]), policy([byName]))).toEqual([["apps[].id", "Slack", 0]]);
    expect(shown(policy([byName]), policy([slack()]))).toEqual([]);
  });

  it("of a denial that is of fewer apps, also of one that the org does not have", () => {
    const denied = (more: Partial<Entry>): Entry => ({ ...more, sanctioned: false });
    const found = (base: Entry, head: Entry, unlisted: "report" | "revoke" = "report") => {
      const of = (entry: Entry) => policy([entry], { unlisted, platformApps: "revoke" });
      return widenings(of(base), of(head), ORG).map(({ key, severity, users }) => [key, severity, users]);
    };
    const id = sfId("0H4", 9);
    const [both, byName] = [denied({ id, name: "Bad Tool" }), denied({ name: "Bad Tool" })];
    expect(found(both, byName)).toEqual([["apps[].id", "medium", null]]);
    expect(found(byName, both)).toEqual([["apps[].id", "medium", null]]);
    expect(found(both, byName, "revoke")).toEqual([["apps[].id", "low", null]]);
    expect(found(both, denied({ id }))).toEqual([]);
    expect(found(denied({ name: BOBS.name }), denied({ id, name: BOBS.name }))).toEqual([
      ["apps[].id", "high", 8],
    ]);
    // It is known which app is meant.
    expect(found(denied({ name: "Slack" }), denied({ id: SLACK.id! }))).toEqual([]);
  });

  it("of a denial that ends, where the baseline then holds back what was denied", () => {
    const of = (...apps: readonly Entry[]) =>
      planned(policy(apps, { unlisted: "revoke", platformApps: "revoke", baseline: "known.yaml" }), ORG, {
        "known.yaml": JSON.stringify({
          version: 1,
          expires: "2026-12-31",
          written: "2026-11-23",
          grants: NAMES.map((user) => ({ app: BOBS.name, user })),
        }),
      });
    const { widenings, kept } = widened(of({ name: BOBS.name, sanctioned: false }), of())!;
    expect(kept).toBe(8);
    expect(widenings.map(({ key, severity, what }) => [key, severity, what])).toEqual([
      [
        "apps[].sanctioned",
        "medium",
        "no longer denied; as an app that is not listed its grants are still revoked, but for those that the baseline knows",
      ],
    ]);
  });

  it("with its own number of users, and nothing beside it has that", () => {
    const entry = (more: Partial<Entry>) => policy([slack(more)]);
    const [before, after] = ["2027-01-01", "2028-01-01"];
    const found = widenings(
      entry({ maxIdleDays: 5, reviewBy: before, settings: { adminApprovedUsersOnly: true } }),
      entry({ users: "everyone", maxIdleDays: 50, reviewBy: after }),
      ORG,
    );
    expect(found.map(({ key, severity, users }) => [key, severity, users])).toEqual([
      ["apps[].users", "high", 7],
      ["apps[].maxIdleDays", "medium", null],
      ["apps[].settings.adminApprovedUsersOnly", "medium", null],
      ["apps[].reviewBy", "low", null],
    ]);
  });

  it("of a day that is put off by which an app must be there, and of nothing where it is there", () => {
    const named = (name: string, expectedBy?: string) =>
      policy([
        { name, users: "everyone", ...(expectedBy === undefined ? {} : { expected: true, expectedBy }) },
      ]);
    const found = (name: string, base: string | undefined, head: string | undefined) =>
      widenings(named(name, base), named(name, head), ORG).map(({ severity, key }) => [severity, key]);
    const [sooner, later] = ["2027-01-01", "2027-02-01"];
    const putOff = [["low", "apps[].expectedBy"]];
    expect(found("Contract Signer", sooner, later)).toEqual(putOff);
    expect(found("Contract Signer", sooner, undefined)).toEqual(putOff);
    expect(found("Contract Signer", later, sooner)).toEqual([]);
    expect(found("Contract Signer", undefined, sooner)).toEqual([]);
    // That they are taken out is what its arrival asks for.
    expect(found("Slack", sooner, undefined)).toEqual([]);
    expect(found("Slack", sooner, later)).toEqual([]);
    expect(found("Slack", undefined, sooner)).toEqual([]);
  });

  it("of one entry that becomes two", () => {
    expect(
      shown(
        policy([slack({ users: some(0, 1) })]),
        policy([slack({ users: some(0) }), { name: "Other Slack", users: some(1) }]),
      ),
    ).toEqual([["apps[].sanctioned", "Other Slack", 0]]);
  });

  it("of an entry that is taken out, where that was tighter than what holds for any app", () => {
    expect(shown(policy([slack()]), policy([]))).toEqual([["apps[].users", "Slack", 7]]);
    expect(shown(policy([slack({ users: "everyone" })]), policy([]))).toEqual([]);
    expect(shown(policy([slack({ users: "everyone", maxIdleDays: 9 })]), policy([]))).toEqual([
      ["apps[].users", "Slack", 0],
    ]);
    expect(
      shown(policy([slack({ users: "everyone", scopes: ["api"] })]), policy([], { unlistedScopes: ["api"] })),
    ).toEqual([]);
  });

  it("of an entry that is taken out, where its app is one of Salesforce's own", () => {
    const chatter = { ...app("Chatter", sfId("0H4", 9)), namespace: "sf_chttr_apps" };
    const org = inventoryOf({
      users: USERS,
      apps: [chatter],
      grants: USERS.map(({ id }) => grant(id, chatter)),
    });
    const of = (platformApps: "keep" | "report" | "revoke", ...apps: readonly Entry[]) =>
      policy(apps, { unlisted: "revoke", platformApps });
    const listed: Entry = { id: chatter.id!, users: some(0) };
    const found = (platformApps: "keep" | "report" | "revoke") =>
      widenings(of(platformApps, listed), of(platformApps), org).map(({ what, users }) => [what, users]);
    const what = "no longer listed, with the limits that it had; ";
    expect(found("keep")).toEqual([[`${what}kept as one of Salesforce's own`, 7]]);
    expect(found("report")).toEqual([[`${what}its grants are only reported`, 7]]);
    expect(found("revoke")).toEqual([]);
    expect(widenings(of("keep"), of("keep", { id: chatter.id!, sanctioned: false }), org)).toEqual([]);
  });

  it("of defaults once, and not of each entry", () => {
    const days = (maxIdleDays: number) =>
      policy([slack(), { id: OTHER.id!, users: "everyone" }], { defaults: { maxIdleDays } });
    expect(shown(days(30), days(60))).toEqual([["defaults.maxIdleDays", null, null]]);
  });

  it("of exemptions by whom they cover, however they are written", () => {
    const meant = { reason: "Migrating", owner: "ben@dieppe.example", expires: "2026-12-31" };
    const exempt = (...exemptions: readonly object[]) =>
      policy([], { exemptions: exemptions.map((one) => ({ ...meant, ...one })) as never });
    const wide = exempt({ app: BOBS.name });
    const two = exempt({ app: BOBS.name, user: NAMES[1] }, { app: BOBS.name, user: NAMES[2] });
    expect(shown(wide, two)).toEqual([]);
    expect(shown(two, wide).map(([key]) => key)).toEqual(["exemptions"]);
    const moved = exempt({ app: BOBS.name, user: NAMES[1], expires: "2027-01-01" });
    expect(widenings(two, moved, ORG)[0]).toMatchObject({
      what: `exempt until 2027-01-01, before until 2026-12-31: ${NAMES[1]}`,
      owner: "ben@dieppe.example",
      reason: "Migrating",
    });
  });
});

/** A line of allowed signers with an Ed25519 key: its type and 32 bytes, each with their length before them. */
function signerOf(n: number): string {
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const key = Buffer.concat([part(Buffer.from("ssh-ed25519")), part(Buffer.alloc(32, n))]);
  return `signer${n}@dieppe.example ssh-ed25519 ${key.toString("base64")}`;
}

describe("what other files say shows", () => {
  const files = (shared: object) => ({ "shared.yaml": JSON.stringify(shared) });
  const own = { version: 1, extends: "shared.yaml" } as unknown as PolicyFile;
  const of = (base: PlanFile, head: PlanFile) =>
    widened(base, head)!.widenings.map(({ key, what }) => [key, what]);

  it("of the policy that it extends", () => {
    const shared = (users: unknown) =>
      planned(own, ORG, files({ version: 1, unlisted: "report", apps: [slack({ users } as Entry)] }));
    expect(of(shared(some(0)), shared("everyone"))).toEqual([["apps[].users", "for everyone"]]);
    expect(of(shared("everyone"), shared(some(0)))).toEqual([]);
    // Said in one file or in two, a policy says the same; who may change it is another.
    const whole = planned(policy([slack()]), ORG);
    expect(of(whole, shared(some(0)))).toEqual([
      ["extends", 'a part of the policy is now read from "shared.yaml"'],
    ]);
    expect(of(shared(some(0)), whole)).toEqual([]);
  });

  it("but not a denial of one's own that overrules a shared entry, and its end does", () => {
    const shared = files({ version: 1, unlisted: "report", apps: [{ name: "Slack", users: "everyone" }] });
    const denied = { ...own, apps: [{ id: SLACK.id!, sanctioned: false }] } as PolicyFile;
    expect(of(planned(own, ORG, shared), planned(denied, ORG, shared))).toEqual([]);
    expect(of(planned(denied, ORG, shared), planned(own, ORG, shared)).map(([key]) => key)).toContain(
      "apps[].sanctioned",
    );
  });

  it("of the baseline: more grants, a later day", () => {
    const known = (grants: readonly object[], expires = "2026-12-31") =>
      planned(policy([], { baseline: "known.yaml" }), ORG, {
        "known.yaml": JSON.stringify({ version: 1, expires, written: "2026-11-01", grants }),
      });
    const [one, two] = [0, 1].map((n) => ({ app: BOBS.name, user: NAMES[n] }));
    expect(of(known([one!]), known([two!, one!]))).toEqual([
      ["baseline", `1 more grant is known, so that it is only reported: 1 of "${BOBS.name}"`],
    ]);
    expect(of(known([one!, two!]), known([two!]))).toEqual([]);
    expect(of(known([one!]), known([one!], "2027-01-31"))).toEqual([
      ["baseline", "known grants are only reported until 2027-01-31 (before: until 2026-12-31)"],
    ]);
    expect(of(planned(policy([]), ORG), known([one!])).map(([key]) => key)).toEqual(["baseline"]);
  });

  it("of the list of those who may approve, also where it alone is changed", () => {
    const signed = (signers: string, required = 1, more: object = {}) =>
      planned(policy([], { approvals: { signers: "signers", required, ...more } as never }), ORG, {
        signers,
      });
    const [ann, ben, cat] = [1, 2, 3].map(signerOf) as [string, string, string];
    const two = signed(`${ann}\n${ben}\n`, 2);
    expect(of(two, signed(`${ann}\n${ben}\n${cat}\n`, 2)).map(([key]) => key)).toEqual(["approvals.signers"]);
    expect(of(two, signed(`${ann}\n${cat}\n`, 2)).map(([key]) => key)).toEqual(["approvals.signers"]);
    expect(of(signed(`${ann}\n${ben}\n${cat}\n`, 2), two)).toEqual([]);
    expect(of(two, signed(`${ann}\n${ben}\n`, 1))).toEqual([
      ["approvals.required", "a plan needs 1 signature (before: 2)"],
    ]);
    expect(of(two, signed(`${ann}\n${ben}\n`, 2, { waivedFor: ["leavers"] }))).toEqual([
      ["approvals.waivedFor", "no approval is needed for leavers"],
    ]);
    expect(of(two, planned(policy([]), ORG))).toEqual([["approvals", "no plan has to be approved any more"]]);
  });
});

describe("what the org does is told apart", () => {
  it("from what the policy does", () => {
    const base = planned(policy([slack()], { unlisted: "report" }), ORG);
    // The same policy, and a new user whom it lets in: nothing of that is the change's.
    const more = inventoryOf({ ...ORG, users: [...USERS, user(8)] });
    expect(widened(base, planned(policy([slack()]), more))).toMatchObject({ widenings: [], users: 0, of: 9 });
  });

  it("and what a policy does that nothing of what it says accounts for is told all the same", () => {
    const [base, head] = [
      planned(policy([slack()]), ORG),
      planned(policy([slack()], { sessions: "end" }), ORG),
    ];
    const allows = {
      ...head.allows!,
      access: planned(policy([slack({ users: "everyone" })]), ORG).allows!.access,
    };
    expect(widened(base, { ...head, allows })!.widenings).toMatchObject([
      { key: "apps[].users", app: "Slack", users: 7, severity: "high" },
    ]);
    const kept = { ...base, revocations: planned(policy([slack({ users: "nobody" })]), ORG).revocations };
    expect(widened(kept, head)!.widenings).toMatchObject([
      { key: "apps", what: expect.stringContaining("grant") },
    ]);
  });

  it("and that a review of the app is put off accounts for none of it", () => {
    const by = (reviewBy: string, users: Entry["users"] = some(0)) =>
      planned(policy([slack({ users, reviewBy })]), ORG);
    const [base, head] = [by("2027-01-01"), by("2028-01-01")];
    const allows = { ...head.allows!, access: by("2028-01-01", "everyone").allows!.access };
    const found = widened(base, { ...head, allows })!.widenings;
    expect(found.map(({ key, severity, users }) => [key, severity, users])).toEqual([
      ["apps[].users", "high", 7],
      ["apps[].reviewBy", "low", null],
    ]);
    const kept = { ...base, revocations: by("2027-01-01", "nobody").revocations };
    expect(widened(kept, head)!.widenings.map(({ key, severity }) => [key, severity])).toEqual([
      ["apps", "medium"],
      ["apps[].reviewBy", "low"],
    ]);
  });
});

describe("what is not known is never nothing", () => {
  const plan = planned(policy([slack()]), ORG);
  const { allows: _, ...old } = plan;

  it.each<[string, PlanFile | null, PlanFile]>([
    ["no plan of before", null, plan],
    ["a plan of before by an earlier version", old, plan],
    ["a plan by an earlier version", plan, old],
    [
      "a plan by a version with another language",
      { ...plan, allows: { ...plan.allows!, says: { version: 2 } as never } },
      plan,
    ],
  ])("%s", (_name, base, head) => {
    expect(widened(base, head)).toBeNull();
  });
});

describe("the part of the plan file", () => {
  it("is small for 20,000 users of whom no two are alike and 300 apps", () => {
    const users = Array.from({ length: 20_000 }, (_, n) => user(n));
    const apps = Array.from({ length: 300 }, (_, n) => app(`App ${n}`, sfId("0H4", n)));
    let seed = 1;
    const some = () => {
      // xorshift
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      return users[(seed >>> 0) % users.length]!.id;
    };
    // Each app has a permission set of its own.
    const permissionSets = apps.map((_, n) => ({
      id: sfId("0PS", n),
      name: `Set_${n}`,
      label: `Set ${n}`,
      userIds: new Set(Array.from({ length: 2_000 }, some)),
    }));
    const org = inventoryOf({ users, apps, grants: [], directory: { ...ORG.directory, permissionSets } });
    const listed = apps.map(({ id }, n): Entry => ({ id: id!, users: { permissionSets: [`Set_${n}`] } }));
    const plan = planned(policy(listed), org);
    const text = JSON.stringify(plan);
    expect(plan.allows!.access.groups.length).toBeGreaterThan(19_000);
    expect(text.length).toBeLessThan(2_100_000);
    const read = parsePlanFile(text, { plan: "The plan", file: "p.json", next: "" });
    expect(read.digest).toBe(plan.digest);
  }, 60_000);
});
