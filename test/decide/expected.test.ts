import { describe, expect, it } from "vitest";
import { decide } from "../../src/decide/decide.ts";
import { findings } from "../../src/decide/findings.ts";
import type { Inventory } from "../../src/inventory/inventory.ts";
import { policyFromObject } from "../../src/policy/load.ts";
import type { AppFile, PolicyFile } from "../../src/policy/policySchema.ts";
import { formatProblems } from "../../src/policy/problem.ts";
import { resolvePolicy } from "../../src/resolve/resolvePolicy.ts";
import { resolve } from "../arbitraries.ts";
import { AS_OF, app, grant, inventoryOf, user } from "../inventories.ts";

const [ANN, BEN] = [user(1), user(2)];
const SIGNER = app("Contract Signer", "0H4000000000001CAA");
const EXPECTED: AppFile = {
  name: SIGNER.name,
  expected: true,
  expectedBy: "2026-11-23",
  users: "everyone",
};

function policy(entry: AppFile): PolicyFile {
  return { version: 1, unlisted: "revoke", platformApps: "keep", apps: [entry] };
}

function org(...apps: Inventory["apps"]): Inventory {
  return inventoryOf({ users: [ANN, BEN], apps, grants: apps.map((one) => grant(ANN.id, one)) });
}

function found(entry: AppFile, inventory: Inventory, asOf = AS_OF): string[] {
  return findings({ resolved: resolve(policy(entry), inventory), inventory, asOf }).map(
    ({ code, severity, at }) => `${severity} ${code} ${at.file.split(" at ")[1]}`,
  );
}

function problems(entry: AppFile, inventory: Inventory = org()): string {
  const parsed = policyFromObject(policy(entry), "p");
  if ("problems" in parsed) return formatProblems(parsed.problems);
  const fitted = resolvePolicy(parsed.policy, inventory, AS_OF);
  return "problems" in fitted ? formatProblems(fitted.problems) : "";
}

describe("an app that the policy expects", () => {
  it("is a note as long as it need not be there, to the end of that day, and then a warning", () => {
    const last = Date.parse("2026-11-23T23:59:59.999Z");
    expect(found(EXPECTED, org())).toEqual(["note app-expected apps[0].expected"]);
    expect(found(EXPECTED, org(), last)).toEqual(["note app-expected apps[0].expected"]);
    expect(found(EXPECTED, org(), last + 1)).toEqual(["warning app-not-arrived apps[0].expectedBy"]);
    const { expected: _, expectedBy: __, ...ordinary } = EXPECTED;
    expect(found(ordinary, org())).toEqual(["note app-absent apps[0].name"]);
  });

  it("holds as any entry once it is there, and is a warning until it no longer says that it is expected", () => {
    const there = org(SIGNER);
    const arrived = "warning app-arrived apps[0].expected";
    expect(found(EXPECTED, there)).toEqual(["note weak-match apps[0]", arrived]);
    expect(found({ ...EXPECTED, id: SIGNER.id! }, there)).toEqual([arrived]);
    const of = (entry: AppFile) =>
      decide(resolve(policy(entry), there), there, AS_OF).map(({ action, code }) => `${action} ${code}`);
    for (const entry of [EXPECTED, { ...EXPECTED, users: { usernames: [BEN.username] } }]) {
      const { expected: _, expectedBy: __, ...ordinary } = entry;
      expect(of(entry)).toEqual(of(ordinary));
    }
  });

  it("is meant no broader than another: nearly the name of an app with grants is a mistake, and two of its name too", () => {
    expect(problems(EXPECTED, org(app("Contract Singer", "0H4000000000002CAA")))).toContain(
      "[app-name-not-in-org]",
    );
    expect(problems(EXPECTED, org(SIGNER, app(SIGNER.name, "0H4000000000002CAA")))).toContain(
      "[app-name-ambiguous]",
    );
  });

  it.each<[string, object, string]>([
    ["no day", { expectedBy: undefined }, "[expected-without-day]"],
    ["a day alone", { expected: undefined }, "[expected-not-said]"],
    ["a denial", { sanctioned: false, users: undefined }, "[denied-app-expected]"],
    ["a day that no calendar has", { expectedBy: "2026-02-30" }, "[day-not-valid]"],
    ["`expected: false`", { expected: false }, "[value-not-allowed]"],
  ])("is refused with %s", (_what, change, code) => {
    expect(problems({ ...EXPECTED, ...change } as AppFile)).toContain(code);
  });
});
