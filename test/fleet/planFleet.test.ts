import type { Fault } from "salesforce-local-org";
import { expect, it, onTestFinished } from "vitest";
import { exitCodeOf } from "../../src/fleet/exitCode.ts";
import { planFleet } from "../../src/fleet/planFleet.ts";
import { PlansWriter, readPlans } from "../../src/fleet/plansFolder.ts";
import { digestOf } from "../../src/plan/digest.ts";
import { type FolderOrg, fleetFolder, orgFixture } from "./fleetFolder.ts";

async function fleet(orgs: readonly FolderOrg[], head: readonly string[] = []) {
  const made = await fleetFolder(orgs, head);
  onTestFinished(() => made.close());
  return made;
}

it("each org has one result, and what cannot be judged is never clean and never missing", async () => {
  const made = await fleet([
    { name: "keeps", policy: "version: 1\nunlisted: report\napps: []\n" },
    { name: "revokes" },
    {
      name: "over",
      policy: "version: 1\nunlisted: revoke\nplatformApps: revoke\nlimits: { revocations: 1 }\napps: []\n",
    },
    { name: "gone", options: null },
    { name: "hidden", options: { faults: [{ kind: "status", match: "COUNT()", status: 400 }] } },
    { name: "broken", policy: "version: 1\nunlisted: revok\napps: []\n" },
  ]);
  const { fleet: read, ...selected } = made.select();
  const { run, unexpected } = await planFleet(read, selected, made.surroundings());
  expect(unexpected).toEqual([]);
  expect(run.orgs.map(({ name, status, problem }) => [name, status, problem?.code])).toEqual([
    ["keeps", "reports", undefined],
    ["revokes", "revokes", undefined],
    ["over", "refused", "limits-exceeded"],
    ["gone", "unreachable", "host-not-reachable"],
    ["hidden", "inconclusive", "list-not-completed"],
    ["broken", "refused", "policy-with-problems"],
  ]);
  expect(run.orgs.at(-1)?.problem?.text).toContain("policy/broken.yaml:2: ");
  expect(run.orgs.map(({ numbers }) => numbers?.revocations)).toEqual([
    0,
    4,
    4,
    undefined,
    undefined,
    undefined,
  ]);
  // What a refused org would revoke is not revoked: the fleet's limits are of the others.
  expect(run.limits.revocations.actual).toBe(4);
  expect(run.limits.refusal).toContain("33.4% (4/12), over 10%");
  expect(exitCodeOf(run, false)).toBe(1);
});

it("a run knows what becomes of Salesforce's own apps in each org", async () => {
  const org = orgFixture(1, "Acme");
  const grants = org.grants.map((one) => (one.app === "Old Tool" ? { ...one, app: "Data Loader" } : one));
  const made = await fleet([{ name: "acme", options: { org: { ...org, grants } } }]);
  const { fleet: read, ...selected } = made.select();
  const { run } = await planFleet(read, selected, made.surroundings());
  expect(run.orgs[0]?.platformApps).toMatchObject({
    said: "revoke",
    apps: [{ name: "Data Loader", proven: false, revoke: 1 }],
  });
});

it("a folder of plans is whole once fleet.json is there, and nobody changed a file of it", async () => {
  const made = await fleet([{ name: "one" }, { name: "two" }]);
  const { fleet: read, ...selected } = made.select();
  const folder = `${made.folder}/plans`;
  const writer = new PlansWriter(folder);
  const { run } = await planFleet(read, selected, made.surroundings(), {
    onPlan: (org, plan, base) => writer.plan(org.name, plan, base),
  });
  expect(() => readPlans(folder)).toThrow("fleet.json is not there");
  writer.finish(run);
  const plans = readPlans(folder);
  expect(plans.run).toEqual(run);
  expect(plans.plan("one").org.id).toBe(made.ids.get("one"));
  expect(plans.base("one")).toBeNull();
  made.write("plans/one.json", JSON.stringify(plans.plan("two")));
  expect(() => readPlans(folder).plan("one")).toThrow("one.json is not the plan that fleet.json lists");
  // A folder that somebody put together, with digests that are right.
  const [first, second] = run.orgs;
  const { digest: _, ...content } = { ...run, orgs: [{ ...first!, plan: second!.plan }, second!] };
  made.write("plans/fleet.json", JSON.stringify({ ...content, digest: digestOf(content) }));
  expect(() => readPlans(folder).plan("one")).toThrow(
    expect.objectContaining({ code: "plan-of-another-org" }),
  );
  made.write("plans/fleet.json", JSON.stringify({ ...run, notSelected: ["three"] }));
  expect(() => readPlans(folder)).toThrow("fleet.json was changed");
  expect(() => new PlansWriter(folder)).toThrow("is there already");
});

it.each<[string, Fault]>([
  ["sends elsewhere", { kind: "redirect" }],
  ["does not know the token", { kind: "status", status: 401, errorCode: "INVALID_SESSION_ID" }],
  [
    "forbids the list",
    { kind: "status", status: 403, errorCode: "INSUFFICIENT_ACCESS", match: "FROM OauthToken" },
  ],
  [
    "does not know the list",
    { kind: "status", status: 400, errorCode: "INVALID_TYPE", match: "FROM OauthToken" },
  ],
  ["loses the list's answers midway", { kind: "garbage", match: "FROM OauthToken", after: 1 }],
])("an org that %s is not called clean, and the others are as they were", async (_, fault) => {
  const made = await fleet([
    { name: "before" },
    { name: "liar", options: { faults: [fault] } },
    { name: "after" },
  ]);
  const { fleet: read, ...selected } = made.select();
  const { run, unexpected } = await planFleet(read, selected, made.surroundings());
  expect(unexpected).toEqual([]);
  const [before, liar, after] = run.orgs;
  expect([before!.status, after!.status]).toEqual(["revokes", "revokes"]);
  expect(["inconclusive", "unreachable"]).toContain(liar!.status);
  expect([liar!.numbers, liar!.plan]).toEqual([null, null]);
});
