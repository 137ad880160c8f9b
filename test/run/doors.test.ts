import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectedUserProvider } from "../../src/pulumi/provider.ts";
import type { Observer, RunSurroundings } from "../../src/run/observer.ts";
import { openObserver, openRevoker } from "../../src/run/open.ts";
import type { Revoker } from "../../src/run/revoker.ts";
import { sanctioned } from "../cli/run.ts";
import { programInputs } from "../pulumi/programInputs.ts";

let org: LocalOrg;
let folder: string;
let policy: string;
let env: Record<string, string>;

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-doors-"));
  policy = path.join(folder, "policy.yaml");
  writeFileSync(
    policy,
    [
      "version: 1",
      "unlisted: report",
      `apps: [{ name: "${BOBS_TOOL.name}", sanctioned: false, reason: Trial }]`,
      "limits: { revocations: 5, percent: 2 }",
      "",
    ].join("\n"),
  );
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await org.close();
  rmSync(folder, { recursive: true });
});

const RAISED = {
  SANCTIONED_RAISE_REVOCATIONS: "12",
  SANCTIONED_RAISE_PERCENT: "3",
  SANCTIONED_RAISE_REASON: "Vendor breach (INC-9)",
};
const SAID = "limits raised for this run: revocations 12, percent 3 (Vendor breach (INC-9))";

/** The check of a resource, as in a preview. */
async function previewed(raised: Record<string, string>): Promise<string[]> {
  for (const [name, value] of Object.entries({ ...env, ...raised })) vi.stubEnv(name, value);
  const { failures = [] } = await new ConnectedUserProvider().check({}, programInputs(policy));
  vi.unstubAllEnvs();
  return failures.map(({ reason }) => reason);
}

describe("the same policy and the same raised limits get the same answer", () => {
  const REVOKE = ["revoke", "--reason", "Breach", "--app", BOBS_TOOL.name, "--dry-run"];

  it("by `plan`, by `report`, by `revoke` and in a preview: refused without them, and let through with them, which is said", async () => {
    for (const args of [["plan"], ["report"], REVOKE]) {
      const without = await sanctioned([...args, "--policy", policy], env);
      expect([args[0], without.code]).toEqual([args[0], 3]);
      expect(without.stderr).not.toContain("limits raised");
      const raised = await sanctioned([...args, "--policy", policy], { ...env, ...RAISED });
      expect([args[0], raised.code, raised.stderr]).toEqual([args[0], 0, `${SAID}\n`]);
    }
    expect(await previewed({})).toEqual([expect.stringContaining("12 revocations are over the limit of 5")]);
    expect(await previewed(RAISED)).toEqual([]);
    expect(org.writes).toEqual([]);
  });

  it("by a saved inventory, too", async () => {
    const inventory = path.join(folder, "inventory.json");
    await sanctioned(["plan", "--policy", policy, "--save-inventory", inventory], env);
    const judged = (raised: Record<string, string>) =>
      sanctioned(["plan", "--policy", policy, "--inventory", inventory], raised);
    expect((await judged({})).code).toBe(3);
    expect((await judged(RAISED)).code).toBe(0);
  });

  it("without a reason they are refused by each of them", async () => {
    const { SANCTIONED_RAISE_REASON: _, ...bare } = RAISED;
    for (const args of [["plan"], REVOKE, ["watch", "--once"]]) {
      const { code, stderr } = await sanctioned([...args, "--policy", policy], { ...env, ...bare });
      expect([args[0], code, stderr]).toEqual([
        args[0],
        1,
        expect.stringContaining("SANCTIONED_RAISE_REASON"),
      ]);
    }
    expect(await previewed(bare)).toEqual([expect.stringContaining("SANCTIONED_RAISE_REASON")]);
  });
});

describe("a setting that is not right", () => {
  it.each([
    { SANCTIONED_REVOKES_PER_SECOND: "abc" },
    { SANCTIONED_REVOKE_CONCURRENCY: "0" },
    { SANCTIONED_MAX_API_SHARE: "2" },
    { SF_ACCESS_TOKEN: "" },
  ])("is an error of the door, before the org is asked anything: %o", async (wrong) => {
    const surroundings: RunSurroundings = { folder, env: { ...env, ...wrong } };
    expect(() => openObserver(surroundings)).toThrow();
    expect(() => openRevoker(surroundings)).toThrow();
    expect(await previewed(wrong)).toHaveLength(1);
    expect(org.requests).toEqual([]);
  });
});

it("the root of policies is a setting of the stack and of the environment", () => {
  const roots = (config: string | undefined, root: string) => () =>
    openObserver({
      folder,
      env: { ...env, SANCTIONED_POLICY_ROOT: root },
      config: (key) => (key === "policyRoot" ? config : undefined),
    }).want(policy);
  expect(roots(undefined, "")).not.toThrow();
  expect(roots("elsewhere", "")).toThrow("is not in the policy root elsewhere");
  expect(roots("elsewhere", folder)).not.toThrow(); // the environment's, which no change can touch
  expect(roots(undefined, "elsewhere")).toThrow("is not in the policy root elsewhere");
});

describe("a run that looks", () => {
  it("has nothing that could revoke, and the compiler knows", async () => {
    const observer: Observer = openObserver({ folder, env });
    expect("revoke" in observer).toBe(false);
    expect(Object.keys(await observer.connect()).filter((name) => /revo/i.test(name))).toEqual([]);
    // @ts-expect-error what looks is not what revokes
    const revoker: Revoker = observer;
    expect(revoker).toBe(observer);
  });

  it("logs in and lists once for the same needs, until it is told to forget", async () => {
    const observer = openObserver({ folder, env });
    const first = await observer.observe(observer.want(policy));
    const asked = org.requests.length;
    expect((await observer.observe(observer.want(policy))).inventory).toBe(first.inventory);
    expect(org.requests).toHaveLength(asked);
    observer.forget();
    expect((await observer.observe(observer.want(policy))).inventory).not.toBe(first.inventory);
    expect(org.requests.length).toBeGreaterThan(asked);
  });
});
