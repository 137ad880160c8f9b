import { chmodSync, readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { planFleet } from "../../src/fleet/planFleet.ts";
import { PlansWriter, readPlans } from "../../src/fleet/plansFolder.ts";
import { type OrgUpdate, updateInWaves } from "../../src/fleet/updateInWaves.ts";
import { updateOrg, variablesOf } from "../../src/fleet/updateOrg.ts";
import type { Wave, WaveOrg } from "../../src/fleet/waves.ts";
import { fleetFolder } from "./fleetFolder.ts";

function waves(...names: readonly (readonly string[])[]): Wave[] {
  return names.map((some, wave) => ({
    wave,
    orgs: some.map((name) => ({ org: { name, wave }, stack: name, revocations: 1 }) as WaveOrg),
  }));
}

const whole = ({ org }: WaveOrg, status: OrgUpdate["status"] = "revoked"): OrgUpdate => ({
  org: org.name,
  wave: org.wave,
  status,
  planned: 1,
  outcomes: {},
  why: null,
});

it("a wave begins once all of the one before is whole, and no more orgs are under way than were asked for", async () => {
  const log: string[] = [];
  let underWay = 0;
  let most = 0;
  const updates = await updateInWaves(waves(["a"], ["b", "c", "d"], ["e"]), {
    atOnce: 2,
    whyStop: () => null,
    update: async (one) => {
      log.push(`+${one.org.name}`);
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      log.push(`-${one.org.name}`);
      return whole(one);
    },
  });
  expect(updates.map(({ org }) => org)).toEqual(["a", "b", "c", "d", "e"]);
  expect(most).toBe(2);
  expect(log.slice(0, 2)).toEqual(["+a", "-a"]);
  expect(log.slice(-2)).toEqual(["+e", "-e"]);
});

it("the first failure ends it: what is under way ends, nothing else of its wave is begun, and no later wave", async () => {
  const ended: string[] = [];
  const updates = await updateInWaves(waves(["a", "fails", "b", "c"], ["d"]), {
    atOnce: 3,
    whyStop: () => null,
    update: async (one) => {
      if (one.org.name !== "fails") await new Promise((resolve) => setTimeout(resolve, 10));
      ended.push(one.org.name);
      return whole(one, one.org.name === "fails" ? "failed" : "revoked");
    },
  });
  expect(ended).toEqual(["fails", "a", "b"]);
  expect(updates.map(({ org, status, why }) => [org, status, why])).toEqual([
    ["a", "revoked", null],
    ["fails", "failed", null],
    ["b", "revoked", null],
    ["c", "not-begun", "fails failed"],
    ["d", "not-begun", "fails failed"],
  ]);
});

it("whoever asks for it ends it between two orgs", async () => {
  let asked = false;
  const updates = await updateInWaves(waves(["a", "b"]), {
    atOnce: 1,
    whyStop: () => (asked ? "ann asked it to stop" : null),
    update: async (one) => {
      asked = true;
      return whole(one);
    },
  });
  expect(updates.map(({ status, why }) => [status, why])).toEqual([
    ["revoked", null],
    ["not-begun", "ann asked it to stop"],
  ]);
});

/** An update of the org "one" by an engine that shows an empty state, and does something besides. */
async function updated(signal: AbortSignal, besides: string) {
  const made = await fleetFolder([{ name: "one", entry: ["stack: one"] }]);
  onTestFinished(() => made.close());
  const { fleet, ...selected } = made.select();
  const env = {
    PATH: process.env.PATH!,
    ...made.env,
    SF_ACCESS_TOKEN: "of-nobody",
    PULUMI_CONFIG_PASSPHRASE: "of-all",
  };
  const surroundings = made.surroundings({ env, stackConfig: async () => new Map() });
  const planned = async (folder: string) => {
    const writer = new PlansWriter(`${made.folder}/${folder}`);
    const { run } = await planFleet(fleet, selected, made.surroundings(), {
      onPlan: ({ name }, plan, base) => writer.plan(name, plan, base),
    });
    writer.finish(run);
    return readPlans(writer.folder);
  };
  const plans = await planned("plans");
  await planned("others");
  made.write(
    "node_modules/.bin/pulumi",
    `#!/bin/sh\necho "$*" >> engine.log\nenv > told.log\n${besides}\necho '{"version":3,"deployment":{}}'\n`,
  );
  chmodSync(`${made.folder}/node_modules/.bin/pulumi`, 0o700);
  const one = { org: fleet.orgs[0]!, stack: "one", revocations: 4 };
  const { status, why } = await updateOrg(one, { fleet, surroundings, plans, signal });
  const logOf = (name: string) => readFileSync(`${made.folder}/${name}.log`, "utf8");
  const secrets = [made.env.ONE_TOKEN!, "of-nobody", "of-all"].filter((one) => logOf("told").includes(one));
  return { status, why, secrets, commands: logOf("engine").trim().split("\n") };
}

describe.skipIf(process.platform === "win32")("right before its update an org", () => {
  const LOOKED = ["stack export --stack one --non-interactive"];

  it("has its state looked at by what is told no login and no passphrase", async () => {
    const { commands, secrets } = await updated(AbortSignal.abort(), ":");
    expect([commands, secrets]).toEqual([LOOKED, []]);
  });

  it("is held to its plan of the folder once more, which was swapped meanwhile", async () => {
    const { signal } = new AbortController();
    const { status, why, commands } = await updated(signal, "cp others/one.json plans/one.json");
    expect([status, commands]).toEqual(["failed", LOOKED]);
    expect(why).toContain("one.json is not the plan that fleet.json lists");
  });

  it("is not begun any more where it was told to end meanwhile", async () => {
    const { status, why, commands } = await updated(AbortSignal.abort(), ":");
    expect([status, commands]).toEqual(["failed", LOOKED]);
    expect(why).toContain("told to end before its update began");
  });
});

it("an update has its own org's way in, under the names that a run reads, and nobody else's", async () => {
  const made = await fleetFolder([{ name: "one" }, { name: "two" }]);
  onTestFinished(() => made.close());
  const { fleet } = made.select();
  const env = {
    ...made.env,
    SF_ACCESS_TOKEN: "of-nobody",
    SANCTIONED_PRIVATE_KEY: "of-nobody",
    SANCTIONED_AUDIT_FILE: "of-one-run.jsonl",
    SANCTIONED_REQUIRED_APPROVALS: "2",
  };
  const given = {
    ...env,
    ...(await variablesOf(fleet.orgs[0]!, fleet, made.surroundings({ env }), "/plans/one.json")),
  };
  expect(given).toMatchObject({
    SF_ACCESS_TOKEN: made.env.ONE_TOKEN,
    SF_ORG_INSTANCE_URL: made.env.ONE_URL,
    SANCTIONED_PRIVATE_KEY: "",
    TWO_TOKEN: "",
    TWO_URL: "",
    SANCTIONED_AUDIT_FILE: "",
    SANCTIONED_APPROVED_PLAN: "/plans/one.json",
    // What is asked of every run stays.
    SANCTIONED_REQUIRED_APPROVALS: "2",
  });
});
