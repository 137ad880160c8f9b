import { existsSync, readFileSync } from "node:fs";
import { smallOrg } from "salesforce-local-org/orgs";
import { expect, it, onTestFinished } from "vitest";
import { readRecord } from "../../src/cli/recordFile.ts";
import { PlansWriter, readPlans } from "../../src/fleet/plansFolder.ts";
import { FleetByHand } from "../../src/fleet/revokeFleet.ts";
import { sfId } from "../inventories.ts";
import { type FleetFolder, type FolderOrg, fleetFolder } from "./fleetFolder.ts";

/** An app that an org knows by its grants alone. */
const APP = "Old Tool";
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const WIDE = ["limits: { percent: 100 }"];

async function fleet(orgs: readonly FolderOrg[], head: readonly string[] = WIDE) {
  const made = await fleetFolder(orgs, head);
  onTestFinished(() => made.close());
  return made;
}

interface Asked {
  readonly app?: string;
  readonly approved?: string;
  readonly out?: string;
  readonly only?: readonly string[];
  readonly onRound?: (org: string) => void;
}

/** Plans in every org, as the verb does, and hands over what is to be revoked. */
async function planned(made: FleetFolder, { app = APP, approved, out, only = [], onRound }: Asked = {}) {
  const { fleet: read, ...selected } = made.select({ only });
  const records = new Map<string, string>();
  const all = new FleetByHand(
    read,
    {
      named: { app },
      reason: "Vendor breach (INC-9)",
      approved: approved === undefined ? null : readPlans(approved),
      dryRun: out !== undefined,
    },
    made.surroundings({
      env: { ...made.env, PATH: process.env.PATH ?? "", SANCTIONED_REVOKES_PER_SECOND: "1000" },
    }),
    {
      again: () => undefined,
      revoked: (org, { audit }) => {
        records.set(org, audit.file);
        onRound?.(org);
      },
    },
  );
  const writer = out === undefined ? null : new PlansWriter(out);
  const outcome = await all.plan(selected, {
    onPlan: (org, plan, base) => writer?.plan(org.name, plan, base),
  });
  writer?.finish(outcome.run);
  return { all, outcome, records };
}

const calls = (made: FleetFolder, name: string) =>
  made.orgs.get(name)!.requests.filter(({ path }) => path === "/services/oauth2/revoke").length;
const held = (made: FleetFolder, name: string) =>
  made.orgs
    .get(name)!
    .store.grants()
    .filter(({ AppName }) => AppName === APP).length;

function withoutApp(): ReturnType<typeof smallOrg> {
  const org = smallOrg();
  const organization = { ...org.organization, id: sfId("00D", 90) };
  return { ...org, organization, grants: (org.grants ?? []).filter(({ app }) => app !== APP) };
}

it("a vendor's grants go in every org that can be asked, and each of the others has its own answer", async () => {
  const made = await fleet([
    { name: "one" },
    { name: "two" },
    { name: "without", options: { org: withoutApp() } },
    { name: "dark", options: null },
    { name: "hidden", options: { faults: [{ kind: "status", match: "COUNT()", status: 400 }] } },
    {
      name: "guarded",
      policy: "version: 1\nunlisted: revoke\nplatformApps: revoke\nlimits: { revocations: 0 }\napps: []\n",
    },
    {
      name: "refuses",
      options: { faults: [{ kind: "status", match: "/services/oauth2/revoke", status: 500 }] },
    },
  ]);
  const before = held(made, "one");
  expect(before).toBeGreaterThan(0);
  const { all, outcome, records } = await planned(made);
  for (const name of made.orgs.keys()) expect(calls(made, name), name).toBe(0);
  const { orgs, unexpected } = await all.revoke(outcome);
  expect(unexpected).toEqual([]);
  expect(orgs.map(({ org, status, problem }) => [org, status, problem?.code])).toEqual([
    ["one", "revoked", undefined],
    ["two", "revoked", undefined],
    ["without", "absent", undefined],
    ["dark", "unreachable", "host-not-reachable"],
    ["hidden", "inconclusive", "list-not-completed"],
    ["guarded", "refused", "limits-exceeded"],
    ["refuses", "failed", "revocations-open"],
  ]);
  expect([held(made, "one"), held(made, "two"), held(made, "guarded"), held(made, "refuses")]).toEqual([
    0,
    0,
    before,
    before,
  ]);
  // Each org has a record of its own, and nothing of another is in it.
  expect([...records.keys()].sort()).toEqual(["one", "refuses", "two"]);
  for (const [name, file] of records) {
    expect(readRecord(file, {}).verification.problems).toEqual([]);
    const started = JSON.parse(readFileSync(file, "utf8").split("\n")[0]!);
    expect(started).toMatchObject({ reason: "Vendor breach (INC-9)", org: { id: made.ids.get(name) } });
  }
});

it("nothing is called in any org where the fleet's limits refuse", async () => {
  const made = await fleet([{ name: "one" }, { name: "two" }], ["limits: { percent: 100, orgs: 1 }"]);
  const { outcome } = await planned(made);
  expect(outcome.run.limits.refusal).toContain("2 orgs, over 1");
  expect([calls(made, "one"), calls(made, "two")]).toEqual([0, 0]);
});

it("what comes again is held to the fleet's limits together with what was revoked before", async () => {
  for (const [limit, roundsOf] of [
    [3, 2],
    [2, 1],
  ] as const) {
    const made = await fleet(
      [{ name: "one" }, { name: "two" }],
      [`limits: { percent: 100, revocations: ${limit} }`],
    );
    const { store } = made.orgs.get("one")!;
    const [first] = store.grants().filter(({ AppName }) => AppName === APP);
    let rounds = 0;
    const onRound = (org: string) => {
      if (org === "one" && ++rounds === 1)
        store.authorize({
          username: store.username(first!),
          app: APP,
          createdAt: Date.parse("2026-02-01T00:00:00Z"),
          lastUsedAt: null,
          useCount: 0,
        });
    };
    const { all, outcome } = await planned(made, { onRound });
    expect(outcome.run.limits).toMatchObject({ revocations: { actual: 2 }, refusal: null });
    const { orgs } = await all.revoke(outcome);
    expect([rounds, held(made, "one"), held(made, "two")]).toEqual([roundsOf, 2 - roundsOf, 0]);
    expect(orgs.map(({ status }) => status)).toEqual([roundsOf === 2 ? "revoked" : "refused", "revoked"]);
    if (roundsOf === 1)
      expect(orgs[0]!.problem?.text).toContain("3 revocations, over 2 (limits.revocations)");
  }
});

it("what was looked at can be approved: no more than that is revoked, and an org without a plan is left", async () => {
  const made = await fleet([{ name: "one" }, { name: "two" }]);
  const folder = `${made.folder}/approved`;
  await planned(made, { out: folder, only: ["one"] });
  expect([calls(made, "one"), existsSync(`${folder}/fleet.json`)]).toEqual([0, true]);
  const { all, outcome } = await planned(made, { approved: folder });
  const { orgs } = await all.revoke(outcome);
  expect(orgs.map(({ org, status, problem }) => [org, status, problem?.code])).toEqual([
    ["one", "revoked", undefined],
    ["two", "refused", "plan-not-in-folder"],
  ]);
  expect([held(made, "one"), calls(made, "two")]).toEqual([0, 0]);
});

it("a fleet that is asked to stop tries nothing more in any org, and says so", async () => {
  const made = await fleet([{ name: "one" }, { name: "two" }]);
  const { all, outcome } = await planned(made);
  made.write(".sanctioned/stop", '{"by":"ann","reason":"Wrong app"}');
  const { orgs } = await all.revoke(outcome);
  expect(orgs.map(({ status, outcomes }) => [status, Object.keys(outcomes)])).toEqual([
    ["failed", ["not tried"]],
    ["failed", ["not tried"]],
  ]);
  expect([calls(made, "one"), calls(made, "two")]).toEqual([0, 0]);
});

it("orgs that lack an approval that their policy wants are left, and the others are not", async () => {
  const approvals = "approvals: { signers: allowed_signers, required: 1 }";
  const policy = `version: 1\nunlisted: revoke\nplatformApps: revoke\nlimits: { percent: 100 }\napps: []\n${approvals}\n`;
  const made = await fleet([{ name: "one" }, { name: "signed", policy }]);
  made.write("policy/allowed_signers", `ann ${KEY}\n`);
  const { all, outcome } = await planned(made);
  const { orgs } = await all.revoke(outcome);
  expect(orgs.map(({ status, problem }) => [status, problem?.code])).toEqual([
    ["revoked", undefined],
    ["refused", "approved-plan-missing"],
  ]);
});
