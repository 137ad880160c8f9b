import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { ANN, BEN, DIALER, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConnectedUserProvider, type KeptInputs, type KeptOutputs } from "../../src/pulumi/provider.ts";
import { programInputs, URN } from "../pulumi/programInputs.ts";
import { EngineStack } from "./engineStack.ts";

const POLICY = {
  version: 1,
  unlisted: "revoke",
  platformApps: "revoke",
  apps: [{ id: DIALER.id, users: "everyone" }],
  limits: { percent: 100 },
  leavers: { frozen: "report" },
};
/** A value that is not known yet, as Pulumi writes it. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

let org: LocalOrg;
let folder: string;
let settings: Record<string, string>;
let stack: EngineStack;

beforeEach(async () => {
  org = await startLocalOrg({ org: { ...smallOrg(), grants: [] } });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-any-"));
  settings = {
    instanceUrl: org.url,
    accessToken: org.accessToken,
    auditFile: path.join(folder, "audit.jsonl"),
    revokesPerSecond: "1000",
  };
  stack = new EngineStack(settings, POLICY);
});
afterEach(async () => {
  await org?.close();
  rmSync(folder, { recursive: true });
});

/** Always of the same day and use, so that the line reads the same each time. */
function authorize(username: string, app: string): void {
  const at = Date.parse("2024-01-05T09:00:00Z");
  expect(org.store.addGrant({ username, app, createdAt: at, lastUsedAt: at, useCount: 1 })).not.toBeNull();
}
const violating = () => org.store.grants().filter(({ AppName }) => AppName !== DIALER.name);
const held = () => org.store.grants().map((row) => `${org.store.username(row)} ${row.AppName}`);
const calls = () => org.requests.length;

describe("what is planned is shown as a change and done, whatever the state remembers", () => {
  it("the same grant, given again on the day on which it was revoked, time after time", async () => {
    for (let times = 0; times < 4; times += 1) {
      authorize(ANN, "Old Tool");
      expect(await stack.preview()).toEqual({ changes: true, planned: 1, failed: null });
      expect(await stack.up()).toEqual({ changes: true, planned: 1, failed: null });
      expect(held()).toEqual([]);
    }
    expect(await stack.preview()).toEqual({ changes: false, planned: 0, failed: null });
  });

  it("the text is another than it was, where the same as before is planned", async () => {
    authorize(ANN, "Old Tool");
    authorize(BEN, "Old Tool");
    await stack.up();
    const before = stack.state!.inputs;
    authorize(ANN, "Old Tool");
    authorize(BEN, "Old Tool");
    await stack.up();
    const line = "app not listed (inline policy at unlisted); granted 2024-01-05, last used 2024-01";
    const toRevoke = "2 × Old Tool (app-not-listed)";
    const byApp = { "Old Tool": { [ANN]: line, [BEN]: line } };
    expect(before.revocations).toMatchObject({ toRevoke, __plan: { byApp } });
    expect(stack.state!.inputs.revocations).toMatchObject({
      toRevoke: `${toRevoke} (again)`,
      __plan: { byApp },
    });
  });

  it("what is approved is another digest, though it is the same: a comparison that passes over the lines sees that", async () => {
    authorize(ANN, "Old Tool");
    await stack.up();
    const { inputs: before, outputs } = stack.state!;
    authorize(ANN, "Old Tool");
    await stack.up();
    const { inputs: after } = stack.state!;
    expect(after.revocations.__plan!.approval).toBe(`${before.revocations.__plan!.approval} (again)`);
    expect(outputs.revocations).toEqual({ toRevoke: "nothing" });
  });

  it("what failed is tried again, and what came back meanwhile with it", async () => {
    authorize(ANN, "Old Tool");
    await stack.up();
    authorize(ANN, "Old Tool");
    authorize(BEN, "New Tool");
    org.setFaults([{ kind: "status", match: "/revoke", username: BEN, status: 500 }]);
    expect((await stack.up()).failed).toBe("1 of 2 revocations did not succeed");
    expect(stack.state!.outputs).toMatchObject({ revoked: 1, drift: 1 });
    org.setFaults([]);
    authorize(ANN, "Old Tool");
    expect(await stack.preview()).toEqual({ changes: true, planned: 2, failed: null });
    expect(await stack.up()).toMatchObject({ failed: null });
    expect(held()).toEqual([]);
    expect(stack.state!.outputs).toMatchObject({ grants: 2, revoked: 2, drift: 0 });
  });

  it("in random stories of grants that come, go and come back, failures and refreshes", {
    timeout: 60_000,
  }, async () => {
    const pair = fc.constantFrom(...[ANN, BEN].flatMap((user) => ["A", "B"].map((app) => ({ user, app }))));
    const step = fc.record({
      come: fc.array(pair, { maxLength: 3 }),
      fails: fc.boolean(),
      refresh: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        stack = new EngineStack(settings, POLICY);
        for (const row of violating()) org.store.revoke(String(row.DeleteToken));
        for (const { come, fails, refresh } of steps) {
          for (const { user, app } of come) authorize(user, app);
          const before = violating().length;
          const shown = await stack.preview({ refresh });
          expect(shown.changes || before === 0).toBe(true);
          org.setFaults(fails ? [{ kind: "status", match: "/revoke", username: BEN, status: 500 }] : []);
          const done = await stack.up({ refresh });
          expect(done.planned).toBe(shown.planned);
          expect(done.failed === null).toBe(violating().length === 0);
          expect(stack.state!.outputs.drift).toBe(violating().length);
          if (done.failed === null) expect((await stack.preview()).changes).toBe(false);
        }
      }),
      { numRuns: 5, seed: 16 },
    );
  });

  it("inputs that something changed after the check revoke nothing, and are no clean preview", async () => {
    const remediate = (inputs: KeptInputs) => ({ ...inputs, revocations: { toRevoke: "nothing" } });
    authorize(ANN, "Old Tool");
    await stack.up();
    authorize(BEN, "Old Tool");
    for (const refresh of [false, true, "legacy"] as const) {
      expect((await stack.preview({ refresh, remediate })).changes).toBe(true);
      expect((await stack.up({ refresh, remediate })).failed).toContain("[update-not-checked]");
    }
    expect(held()).toEqual([`${BEN} Old Tool`]);
    // Nor where what was read has no drift, by the policy before.
    const before = { ...POLICY, unlisted: "report" };
    await stack.up({ policy: before });
    const again = { remediate: (inputs: KeptInputs) => ({ ...inputs, policy: stack.state!.inputs.policy }) };
    for (const refresh of [true, "legacy"] as const)
      expect((await stack.preview({ refresh, ...again })).changes).toBe(true);
  });

  it("a state that an older release wrote is as clean as it was", async () => {
    await stack.up();
    const { inputs, outputs, initErrors } = stack.state!;
    const { __urn, ...oldInputs } = inputs;
    const { grants, revoked, reported, drift, policyDigest, __urn: _, ...oldOutputs } = outputs;
    const { __given, ...policy } = outputs.policy;
    const older = { inputs: oldInputs, outputs: { ...oldOutputs, policy }, initErrors };
    for (const refresh of [false, true]) {
      stack.state = older as unknown as typeof stack.state;
      expect(await stack.preview({ refresh })).toEqual({ changes: false, planned: 0, failed: null });
      authorize(ANN, "Old Tool");
      expect(await stack.up({ refresh })).toEqual({ changes: true, planned: 1, failed: null });
      expect(stack.state!.outputs).toMatchObject({ grants: 1, revoked: 1, reported: 0, drift: 0 });
    }
  });
});

describe("two resources with the same policy for one org, in one process", () => {
  it("are each updated by their own check, and know nothing of the other's", async () => {
    const provider = new ConnectedUserProvider(null);
    provider.configure({ config: { get: (key) => settings[key] } });
    authorize(ANN, "Old Tool");
    const [one, two] = ["one", "two"].map((name) => programInputs(POLICY, { urn: `${URN}-${name}` })) as [
      ReturnType<typeof programInputs>,
      ReturnType<typeof programInputs>,
    ];
    const { inputs: first } = await provider.check({}, one);
    await expect(provider.create({ ...first!, __urn: two.__urn })).rejects.toThrow("[update-not-checked]");
    const { inputs: second } = await provider.check({}, two);
    expect(second).toEqual({ ...first, __urn: two.__urn });
    const { outs } = await provider.create(first!);
    expect(outs).toMatchObject({ __urn: one.__urn, revoked: 1 });
    // The other finds it gone, which is what it was to see to.
    expect((await provider.create(second!)).outs).toMatchObject({ __urn: two.__urn, revoked: 0, drift: 0 });
  });
});

describe("drift is what a refresh finds", () => {
  it("and finds again, saved or not, until it is gone; it is no drift that allowed grants come and go", async () => {
    await stack.up();
    authorize(BEN, DIALER.name);
    expect([await stack.refresh(), await stack.refresh(false)]).toEqual([false, false]);
    authorize(ANN, "Old Tool");
    for (const saved of [false, true, true, true]) expect(await stack.refresh(saved)).toBe(true);
    expect(stack.state!.outputs).toMatchObject({ drift: 1, grants: 0 });
    expect(stack.state!.inputs.revocations).toEqual({ toRevoke: "nothing" });
    org.store.revoke(String(violating()[0]!.DeleteToken));
    for (const saved of [true, true]) expect(await stack.refresh(saved)).toBe(false);
    expect(stack.state!.outputs.drift).toBe(0);
  });

  it("right after an update there is none, though the state still holds what that revoked", async () => {
    authorize(ANN, "Old Tool");
    await stack.up();
    expect(stack.state!.inputs.revocations.toRevoke).toBe("1 × Old Tool (app-not-listed)");
    expect(await stack.refresh(false)).toBe(false);
    authorize(ANN, "Old Tool");
    expect(await stack.refresh(false)).toBe(true);
  });

  it("where the engine compares outputs alone, too", async () => {
    await stack.up();
    expect(await stack.refresh(true, "legacy")).toBe(false);
    authorize(ANN, "Old Tool");
    for (let times = 0; times < 3; times += 1) expect(await stack.refresh(true, "legacy")).toBe(true);
  });

  it("by the policy's file as it is now, and an error where that is gone, is wrong, or the org is not to be read", async () => {
    const file = path.join(folder, "policy.yaml");
    const text = (unlisted: string) => `version: 1\nunlisted: ${unlisted}\nplatformApps: revoke\napps: []\n`;
    writeFileSync(file, text("report"));
    stack = new EngineStack(settings, file);
    authorize(ANN, "Old Tool");
    await stack.up();
    expect(await stack.refresh(false)).toBe(false);
    writeFileSync(file, text("revoke"));
    expect(await stack.refresh(false)).toBe(true);
    writeFileSync(file, text("perhaps"));
    await expect(stack.refresh(false)).rejects.toThrow(/policy\.yaml:2:1.*\[policy-with-problems\]/s);
    rmSync(file);
    await expect(stack.refresh(false)).rejects.toThrow("the policy file does not exist");
    writeFileSync(file, text("report"));

    for (const [fault, said] of [
      [{ kind: "status", match: "OauthToken", status: 400 }, /HTTP 400/],
      [{ kind: "status", match: "/query", status: 401 }, /401/],
    ] as const) {
      org.setFaults([fault]);
      await expect(stack.refresh(false)).rejects.toThrow(said);
    }
    org.setFaults([]);
    Object.assign(settings, { accessToken: "", instanceUrl: "" });
    // Pulumi prints the stack of what a refresh throws.
    await expect(stack.refresh(false)).rejects.toMatchObject({
      message: expect.stringContaining("No credentials for a Salesforce org"),
      stack: "",
    });
  });

  it("and no error where a program runs besides, whose policy counts: the file of the one before may have moved, or been wrong", async () => {
    const [before, now] = ["before", "now"].map((name) => path.join(folder, `${name}.yaml`)) as [
      string,
      string,
    ];
    writeFileSync(before, "version: 1\nunlisted: report\napps: []\n");
    stack = new EngineStack(settings, before);
    await stack.up();
    renameSync(before, now);
    const { inputs, outputs } = stack.state!;
    const phase = (command: readonly string[]) => {
      const provider = new ConnectedUserProvider({ pid: 1, started: "0", command });
      provider.configure({ config: { get: (key) => settings[key] } });
      return provider;
    };
    for (const command of [
      ["pulumi", "preview", "--refresh"],
      ["pulumi", "destroy", "--refresh"],
    ]) {
      const provider = phase(command);
      const { props } = await provider.read("", outputs);
      // Nor is it called clean by that.
      expect(await provider.diff("", props, inputs)).toEqual({ changes: true });
      expect((await provider.check(inputs, programInputs(now))).inputs?.policyFile).toBe(now);
    }
    await expect(phase(["pulumi", "refresh"]).read("", outputs)).rejects.toThrow("does not exist");
  });

  it("of a policy that was given as an object by that, and by an older release's state, which has none, never ruled out", async () => {
    await stack.up();
    expect(stack.state!.outputs.policy.__given).toEqual(POLICY);
    expect(JSON.stringify(stack.state!.inputs)).not.toContain("__given");
    const { policyDigest, ...outputs } = stack.state!.outputs;
    const { __given, ...policy } = outputs.policy;
    stack.state = { ...stack.state!, outputs: { ...outputs, policy } as KeptOutputs };
    expect(await stack.refresh(false)).toBe(true);
    expect((await stack.preview({ refresh: true })).changes).toBe(false);
  });

  it("and is to be seen where a refresh is all that runs: beside a program's plan, which says it line by line, it is no line more", async () => {
    await stack.up();
    authorize(ANN, "Old Tool");
    const { outputs } = stack.state!;
    for (const [command, seen] of [
      [["pulumi", "refresh", "--preview-only"], 1],
      [["pulumi", "preview", "--refresh"], 0],
      [undefined, 1],
    ] as const) {
      const provider = new ConnectedUserProvider({ pid: 1, started: "0", ...(command && { command }) });
      provider.configure({ config: { get: (key) => settings[key] } });
      const read = await provider.read("", outputs);
      expect(read.props.drift).toBe(seen);
      expect(await provider.diff("", read.props, stack.state!.inputs)).toEqual({ changes: true });
    }
  });

  it("and one phase that refreshes and checks reads the org once", async () => {
    authorize(ANN, "Old Tool");
    await stack.up();
    const without = calls();
    await stack.preview();
    const once = calls() - without;
    expect(once).toBeGreaterThan(0);
    await stack.preview({ refresh: true });
    expect(calls() - without).toBe(2 * once);
  });

  it("is not held to what the credentials of another org lead to", async () => {
    await stack.up();
    const other = await startLocalOrg({
      org: {
        ...smallOrg(),
        organization: { ...smallOrg().organization, id: "00D000000000008EAA" },
        grants: [],
      },
    });
    try {
      Object.assign(settings, { instanceUrl: other.url, accessToken: other.accessToken });
      await expect(stack.refresh(false)).rejects.toThrow("[stack-of-another-org]");
    } finally {
      await other.close();
    }
  });
});

describe("what is not known yet", () => {
  it.each([
    ["a policy", UNKNOWN],
    ["part of one", { ...POLICY, offboarded: [UNKNOWN] }],
  ])("%s is not known in a preview: a change, of which nothing is planned", async (_which, policy) => {
    await stack.up();
    for (const refresh of [false, true, "legacy"] as const) {
      const { inputs } = stack.state!;
      expect(await stack.preview({ policy, refresh })).toMatchObject({ changes: true, failed: null });
      expect(stack.state!.inputs).toEqual(inputs);
    }
    expect(org.requests.filter(({ path }) => path.includes("revoke"))).toEqual([]);
  });

  it("an update after it is held to no earlier preview, which showed something else", async () => {
    const phase = async (policy: object | string, preview: boolean) => {
      const provider = new ConnectedUserProvider(null); // held to the newest preview
      provider.configure({ config: { get: (key) => settings[key] } });
      return (await provider.check({}, programInputs(policy as typeof POLICY, { preview }))).inputs!;
    };
    await phase(POLICY, true);
    authorize(ANN, "Old Tool");
    expect((await phase(POLICY, false)).revocations).toEqual({ toRevoke: "nothing" });
    await phase(UNKNOWN, true);
    expect(Object.keys((await phase(POLICY, false)).revocations.__plan!.byApp)).toEqual(["Old Tool"]);
  });

  it("in an update that is an error", async () => {
    authorize(ANN, "Old Tool");
    for (const policy of [undefined, UNKNOWN]) {
      const provider = new ConnectedUserProvider(null);
      provider.configure({ config: { get: (key) => settings[key] } });
      const { failures } = await provider.check({}, programInputs(policy));
      expect(failures).toEqual([{ property: "", reason: expect.stringContaining("[policy-not-known]") }]);
    }
    expect(held()).toHaveLength(1);
  });
});

describe("ignoreChanges are refused, wherever they were said", () => {
  // What the engine then hands to the check: what the state has, or nothing, in place of what the program gave (`PropertyPath.Reset`).
  it.each<[paths: string, then: (inputs: KeptInputs) => object]>([
    ["revocations", ({ revocations }) => ({ revocations })],
    ["revocations.__plan", ({ revocations: { __plan } }) => ({ revocations: { __plan } })],
    ["__approval, of a state of an older release", () => ({ __approval: "0" })],
    ["*", (inputs) => ({ ...inputs, __preview: undefined })],
    ["policy", ({ policy }) => ({ policy })],
    ["__preview", () => ({ __preview: undefined })],
  ])("%s", async (_paths, then) => {
    authorize(ANN, "Old Tool");
    await stack.up();
    authorize(BEN, "Old Tool");
    const { inputs } = stack.state!;
    for (const preview of [true, false]) {
      const news = { ...programInputs(POLICY, { preview }), ...then(inputs) };
      const { failures } = await new ConnectedUserProvider(null).check(inputs, news);
      expect(failures![0]!.reason).toContain("[ignore-changes-refused]");
    }
  });
});
