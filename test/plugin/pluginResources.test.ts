import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { ANN, BEN, DIALER, smallOrg } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PluginResources } from "../../src/plugin/pluginResources.ts";
import { type Properties, secret, UNKNOWN } from "../../src/plugin/propertyValues.ts";

const URN = "urn:pulumi:prod::acme::sanctioned:index:ConnectedUserPolicy::users";
const POLICY = {
  version: 1,
  unlisted: "revoke",
  platformApps: "revoke",
  apps: [{ id: DIALER.id, users: "everyone" }],
  limits: { percent: 100 },
  leavers: { frozen: "report" },
};
/** The engine of these tests, as any process that runs. */
const ENGINE = { pid: 1, started: "1" };

let org: LocalOrg;
let folder: string;
beforeEach(async () => {
  org = await startLocalOrg({ org: { ...smallOrg(), grants: [] } });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-plugin-"));
});
afterEach(async () => {
  await org?.close();
  rmSync(folder, { recursive: true });
});

/** What the engine starts for a phase. */
function phase(engine: typeof ENGINE | null = ENGINE): PluginResources {
  const resources = new PluginResources(engine);
  const settings = {
    instanceUrl: org.url,
    accessToken: org.accessToken,
    auditFile: path.join(folder, "audit.jsonl"),
    revokesPerSecond: 1000,
  };
  resources.configure(settings, "urn:pulumi:prod::acme::pulumi:providers:sanctioned::default");
  return resources;
}

function authorize(username: string, app: string): void {
  const at = Date.parse("2024-01-05T09:00:00Z");
  expect(org.store.addGrant({ username, app, createdAt: at, lastUsedAt: at, useCount: 1 })).not.toBeNull();
}
const held = () => org.store.grants().map((row) => `${org.store.username(row)} ${row.AppName}`);

interface State {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** What the engine asks in one phase. @returns what differs, and in an update the state after it */
async function play(
  resources: PluginResources,
  {
    policy = POLICY,
    state = null,
    preview = false,
    ignoreChanges = [] as string[],
  }: {
    policy?: unknown;
    state?: State | null;
    preview?: boolean;
    ignoreChanges?: string[];
  },
): Promise<{ differs: string[] | null; state: State | null }> {
  const inputs = await resources.check(URN, state?.inputs ?? {}, { policy });
  const found =
    state === null
      ? null
      : resources.diff({ urn: URN, id: state.id, olds: state.outputs, news: inputs, ignoreChanges });
  const differs = found === null ? null : [...found].map(([at, kind]) => `${kind} ${at}`);
  if (differs?.length === 0) return { differs, state: { ...state!, inputs } };
  if (preview) {
    resources.preview(URN, inputs);
    return { differs, state };
  }
  const before = state === null ? null : { id: state.id, outputs: state.outputs };
  const { outputs, failure } = await resources.apply(URN, inputs, before);
  expect(failure).toBeNull();
  return { differs, state: { id: (outputs.org as { id: string }).id, inputs, outputs } };
}

/** A first update of an org in which nothing breaks the policy. */
async function settled(): Promise<State> {
  return (await play(phase({ pid: 9, started: "9" }), {})).state!;
}

const refusal = (act: Promise<unknown>) => act.then(() => null).catch(({ code, message }) => code ?? message);

describe("an update is held to its own preview, though a check is told no phase", () => {
  it("what came between is left, where the preview had nothing to show too", async () => {
    const state = await settled();
    expect((await play(phase(), { state, preview: true })).differs).toEqual([]);
    authorize(ANN, "Old Tool");
    expect((await play(phase(), { state })).differs).toEqual([]);
    expect(held()).toEqual([`${ANN} Old Tool`]);

    const later = { pid: 4, started: "4" };
    await play(phase(later), { state, preview: true });
    authorize(BEN, "New Tool");
    expect((await play(phase(later), { state })).differs).toEqual(["update revocations.toRevoke"]);
    expect(held()).toEqual([`${BEN} New Tool`]);
  });

  it("where the engine cannot be told, by what is applied", async () => {
    const state = await settled();
    authorize(ANN, "Old Tool");
    await play(phase(null), { state, preview: true });
    authorize(BEN, "New Tool");
    await play(phase(null), { state });
    expect(held()).toEqual([`${BEN} New Tool`]);
  });

  it("nothing is revoked where what was shown was changed", async () => {
    const state = await settled();
    rmSync(path.join(folder, "shown"), { recursive: true });
    authorize(ANN, "Old Tool");
    await play(phase(), { state, preview: true });
    const [name] = readdirSync(path.join(folder, "shown"));
    const file = path.join(folder, "shown", name!);
    writeFileSync(file, readFileSync(file, "utf8").replace('"at":1', '"at":2'));
    expect(await refusal(play(phase(), { state }))).toBe("shown-not-readable");
    expect(held()).toEqual([`${ANN} Old Tool`]);
  });

  it("another run of the engine is held to nothing of it", async () => {
    const state = await settled();
    authorize(ANN, "Old Tool");
    await play(phase({ pid: 2, started: "2" }), { state });
    expect(held()).toEqual([]);
  });
});

describe("what differs", () => {
  it("is the plan alone, and of the policy what is another", async () => {
    const state = await settled();
    authorize(ANN, "Old Tool");
    const policy = { ...POLICY, defaults: { maxIdleDays: 36_500 } };
    expect((await play(phase({ pid: 3, started: "3" }), { state, policy })).differs?.sort()).toEqual([
      `add policy["apps"]["${DIALER.id}"]["maxIdleDays"]`,
      'add policy["defaults"]["maxIdleDays"]',
      "update revocations.toRevoke",
    ]);
  });

  it("is the plan after a refresh too, of which the engine may ask nothing, where the same was revoked before", async () => {
    const first = await settled();
    const before = phase({ pid: 5, started: "5" });
    authorize(ANN, "Old Tool");
    const { state } = await play(before, { state: first });
    authorize(ANN, "Old Tool");
    const resources = phase({ pid: 6, started: "6" });
    await resources.read(URN, state!.id, state!.inputs, state!.outputs);
    expect((await play(resources, { state })).differs).toEqual(["update revocations.toRevoke"]);
    expect(held()).toEqual([]);
  });

  it("of a refresh is whether there is drift, and of a state without any nothing", async () => {
    const state = await settled();
    const refresh = async () => {
      const resources = phase();
      const read = await resources.read(URN, state.id, state.inputs, state.outputs);
      const found = resources.diff({
        urn: URN,
        id: state.id,
        olds: read.outputs,
        news: state.inputs,
        ignoreChanges: [],
      });
      return [read.outputs.drift, ...found.keys()];
    };
    expect(await refresh()).toEqual([0]);
    authorize(ANN, "Old Tool");
    expect((await refresh()).slice(1)).toEqual(["drift"]);
  });

  it.each([
    ["what the policy is", ["policy"], (state: State) => ({ policy: state.inputs.policy })],
    ["what is planned", ["revocations"], () => ({ policy: POLICY, revocations: { toRevoke: "nothing" } })],
  ])("is refused where the engine was told to ignore %s", async (_, __, given) => {
    const state = await settled();
    const resources = phase();
    expect(await refusal(resources.check(URN, state.inputs, given(state)))).toBe("ignore-changes-refused");
  });

  it("is refused where the engine was told to ignore a part of it", async () => {
    const state = await settled();
    authorize(ANN, "Old Tool");
    const ignoreChanges = ['revocations["Old Tool"]'];
    expect(await refusal(play(phase(), { state, ignoreChanges }))).toBe("ignore-changes-refused");
  });

  it("is refused of inputs that were changed after they were checked", async () => {
    const state = await settled();
    authorize(ANN, "Old Tool");
    const resources = phase();
    const inputs = await resources.check(URN, state.inputs, { policy: POLICY });
    const changed = { ...inputs, revocations: {} };
    const diff = async () =>
      resources.diff({ urn: URN, id: state.id, olds: state.outputs, news: changed, ignoreChanges: [] });
    expect(await refusal(diff())).toBe("update-not-checked");
    expect(await refusal(resources.apply(URN, changed, state))).toBe("update-not-checked");
    expect(held()).toEqual([`${ANN} Old Tool`]);
  });

  it("is not asked of another org than the state's", async () => {
    const state = { ...(await settled()), id: "00D000000009999EAA" };
    expect(await refusal(play(phase(), { state }))).toBe("stack-of-another-org");
  });
});

describe("a policy", () => {
  it("that is not known yet plans nothing, and is not known afterwards either", async () => {
    const resources = phase();
    const inputs = await resources.check(URN, {}, { policy: { version: 1, apps: UNKNOWN } });
    expect(inputs).toEqual({ policy: UNKNOWN, revocations: { toRevoke: UNKNOWN } });
    expect(resources.preview(URN, inputs)).toMatchObject({
      id: "",
      outputs: { org: UNKNOWN, revoked: UNKNOWN },
    });
  });

  it("of which a part is secret is secret as a whole, in inputs and outputs", async () => {
    const policy = { ...POLICY, apps: [{ id: DIALER.id, users: "everyone", reason: secret("Kept back") }] };
    const { state } = await play(phase(), { policy });
    const plain = JSON.stringify([state!.inputs, state!.outputs].map(({ policy: _, ...rest }) => rest));
    expect(plain).not.toContain("Kept back");
    expect(state!.inputs.policy).toEqual(secret(expect.objectContaining({ short: expect.any(String) })));
    expect(state!.outputs.policy).toEqual(
      secret(expect.objectContaining({ unlisted: "revoke", platformApps: "revoke" })),
    );
    expect((await play(phase(), { policy, state })).differs).toEqual([]);
    const read = await phase().read(URN, state!.id, state!.inputs, state!.outputs);
    expect(read.outputs.policy).toEqual(state!.outputs.policy);
  });

  it.each([
    [{ policy: undefined }, "policy-not-known"],
    [{ policy: "" }, "policy-not-known"],
    [{ policy: ["policy.yaml"] }, "policy-not-known"],
    [{ policy: "policy.yaml", polcy: 1 }, "input-unknown"],
  ])("is refused as %j", async (given, code) => {
    expect(await refusal(phase().check(URN, {}, given))).toBe(code);
  });
});

describe("an import", () => {
  it("has the draft of its org, with which nothing differs, and is of no other org", async () => {
    authorize(ANN, "Old Tool");
    const id = org.store.organization.id;
    const state = await phase().read(URN, id.slice(0, 15), {}, {});
    expect(state).toMatchObject({
      id,
      inputs: { policy: { mode: "report" } },
      outputs: { grants: 1, drift: 0 },
    });
    expect((await play(phase(), { policy: state.inputs.policy, state })).differs).toEqual([]);
    expect(await refusal(phase().read(URN, "00D000000009999EAA", {}, {}))).toBe("import-of-another-org");
  });
});
