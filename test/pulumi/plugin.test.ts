import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseState } from "../../src/state/exportedState.ts";
import { verifyState } from "../../src/state/verifyState.ts";
import { PulumiProject, revocationLines } from "./pulumiRun.ts";

const DYNAMIC = "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy";
const PLUGIN = "sanctioned:index:ConnectedUserPolicy";
const NOTETAKER = "Shiny AI Notetaker";

/** `npm run conformance` plays all; test/plugin/pluginResources.test.ts holds the same without the engine. */
const isWhole = process.env.SANCTIONED_TEST_DOOR === "plugin";

let org: LocalOrg;
let project: PulumiProject;
beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  project = await PulumiProject.create(env, "plugin");
});
afterEach(async () => {
  await project?.remove();
  await org?.close();
});

const holders = (app: string) => org.store.grants().filter(({ AppName }) => AppName === app).length;
const revokeCalls = () => org.requests.filter(({ path }) => path === "/services/oauth2/revoke").length;

function authorize(app: string): void {
  const now = Date.parse("2026-11-22T09:00:00Z");
  const grant = { username: "ada.dubois@dieppe.example", app, createdAt: now, lastUsedAt: now, useCount: 1 };
  expect(org.store.addGrant(grant)).not.toBeNull();
}

function withdraw(app: string): void {
  for (const { AppName, DeleteToken } of org.store.grants())
    if (AppName === app) org.store.revoke(String(DeleteToken));
}

/** A program of the project, with the classes of one door. */
function program(room: "pulumi/resource" | "plugin/program", text: string): Promise<void> {
  const names = room === "plugin/program" ? "ConnectedUserPolicy, Provider" : "ConnectedUserPolicy";
  const lines = [
    `import * as pulumi from "@pulumi/pulumi";`,
    `import { ${names} } from "./src/${room}.ts";`,
    text,
  ];
  return project.write("plugin.mjs", lines.join("\n"));
}

/** The state's resource, and what `verify-state` finds in the state. */
async function exported(): Promise<{ type: string; inputs: object; outputs: object; found: unknown[] }> {
  const { output } = await project.run("stack", "export");
  const { resources } = JSON.parse(output).deployment;
  const { type, inputs, outputs } = resources.find((one: { type: string }) =>
    /ConnectedUserPolicy$/.test(one.type),
  );
  return { type, inputs, outputs, found: verifyState(parseState(output, "stack.json"), []) };
}

describe("the plugin, without refresh: always", () => {
  it("shows one line for each revocation, revokes what its own preview showed, and the same grant again on the same day", async () => {
    const preview = await project.run("preview", "--diff");
    expect([preview.code, revocationLines(preview.output).length]).toEqual([0, 12]);
    expect(preview.output).toContain("auditHead: [unknown]");

    const up = await project.upAnswered(() => authorize(NOTETAKER));
    expect([up.code, holders(BOBS_TOOL.name), holders(NOTETAKER)]).toEqual([0, 0, 1]);
    expect(up.output).toContain("not shown: 1 more that break the policy");

    const left = await project.run("preview", "--diff", "--expect-no-changes");
    expect(left.code).toBe(7);
    expect(revocationLines(left.output)).toHaveLength(1);
    expect(left.output).toContain(`
      ~ revocations: {
          ~ toRevoke: "nothing" => "1 × Shiny AI Notetaker (app-not-listed)"
        }
Resources:`);
    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    authorize(NOTETAKER);
    expect((await project.run("preview", "--expect-no-changes")).code).toBe(7);
    const unseen = await project.run("up", "--yes", "--skip-preview");
    expect(unseen.output).toContain("not previewed in this run");
    expect([unseen.code, holders(NOTETAKER)]).toEqual([0, 0]);

    const { outputs, found } = await exported();
    expect(outputs).toMatchObject({
      grants: 437,
      revoked: 1,
      reported: 0,
      drift: 0,
      revocations: { toRevoke: "nothing" },
    });
    expect([found, (await project.state()).includes("__provider")]).toEqual([[], false]);
  });

  it("a refresh sees drift, the second time and once it is saved too, and none in a grant that is sanctioned or gone", async () => {
    const drift = async () => (await project.run("refresh", "--preview-only", "--expect-no-changes")).code;
    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    authorize("Slack");
    expect(await drift()).toBe(0);
    authorize(NOTETAKER);
    expect([await drift(), await drift()]).toEqual([7, 7]);
    expect((await project.run("refresh", "--yes")).code).toBe(0);
    expect((await exported()).outputs).toMatchObject({ drift: 1 });
    expect(await drift()).toBe(7);
    withdraw(NOTETAKER);
    expect(await drift()).toBe(0);
    expect(revokeCalls()).toBe(12);
    await org.close();
    const unread = await project.run("refresh", "--preview-only", "--expect-no-changes");
    expect([unread.code, unread.output]).toEqual([1, expect.stringContaining("[host-not-reachable]")]);
  });
});

describe("a stack", () => {
  it("goes over from the dynamic resource to the plugin and back by an alias, and nothing is revoked for it", async () => {
    const policy = `{ policy: "policy/dieppe-trading.yaml" }`;
    const declare = (room: "pulumi/resource" | "plugin/program", from: string | null) =>
      program(
        room,
        `export const { auditHead } = new ConnectedUserPolicy("connected-users", ${policy}, { aliases: ${JSON.stringify(from === null ? [] : [{ type: from }])} });`,
      );
    await declare("pulumi/resource", null);
    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    const before = (await exported()).outputs as { auditHead: string };

    await declare("plugin/program", DYNAMIC);
    const there = await project.run("up", "--yes");
    expect([there.code, there.output]).toEqual([0, expect.stringContaining("~ 1 updated")]);
    const moved = await exported();
    expect(moved).toMatchObject({ type: PLUGIN, outputs: { auditHead: before.auditHead }, found: [] });
    expect(JSON.stringify([moved.inputs, moved.outputs])).not.toContain("__provider");

    await declare("pulumi/resource", PLUGIN);
    expect((await project.run("up", "--yes")).code).toBe(0);
    expect(await exported()).toMatchObject({
      type: DYNAMIC,
      outputs: { auditHead: before.auditHead },
      found: [],
    });
    await declare("pulumi/resource", null);
    expect((await project.run("preview", "--refresh", "--expect-no-changes")).code).toBe(0);
    expect(revokeCalls()).toBe(12);
  });

  it.runIf(isWhole)(
    "begins with an import: the draft of its org, with which its preview is clean, from a file too",
    async () => {
      const take = (id: string) =>
        project.run("import", PLUGIN, "connected-users", id, "--yes", "--generate-code=false");
      const other = await take("00D000000009999EAA");
      expect([other.code, other.output]).toEqual([
        1,
        expect.stringContaining("is not the connected org, which is Dieppe"),
      ]);
      expect((await take("00D000000001942EAA")).code).toBe(0);
      const { inputs } = (await exported()) as { inputs: { policy: object } };
      const clean = async (policy: unknown) => {
        await program(
          "plugin/program",
          `new ConnectedUserPolicy("connected-users", { policy: ${JSON.stringify(policy)} }, { protect: true });`,
        );
        return (await project.run("preview", "--expect-no-changes")).code;
      };
      expect(await clean(inputs.policy)).toBe(0);
      expect((await project.cli("init", "--out", "policy/draft.yaml")).code).toBe(0);
      expect(await clean("policy/draft.yaml")).toBe(0);
      expect((await project.run("refresh", "--preview-only", "--expect-no-changes")).code).toBe(0);
      await project.write(
        "policy/draft.yaml",
        "version: 1\nunlisted: revoke\nplatformApps: revoke\napps: []\n",
      );
      expect(await clean("policy/draft.yaml")).toBe(1); // over the limits
    },
  );
});

describe("a program", () => {
  it("that gives a provider of its own no login gets an error, and never the org that the environment leads to", async () => {
    await program(
      "plugin/program",
      `const provider = new Provider("emea", { auditFile: ".sanctioned/emea.jsonl" });
      new ConnectedUserPolicy("users", { policy: "policy/dieppe-trading.yaml" }, { provider });`,
    );
    const refused = await project.run("preview");
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringMatching(/log in to the provider emea,[\s\S]*\[named-org-without-login\]/),
    ]);
    expect(org.requests).toEqual([]);
  });

  it.runIf(isWhole)(
    "has two orgs by two providers, whose secrets stand nowhere in the clear, and a policy that is not known yet",
    async () => {
      const second = await startLocalOrg({ org: dieppeTrading() });
      try {
        Object.assign(project.env, { SF_ORG_INSTANCE_URL: "", SF_ACCESS_TOKEN: "" });
        const secretReason = "Kept back from everybody";
        await program(
          "plugin/program",
          `const one = new Provider("one", { instanceUrl: "${org.url}", accessToken: "${org.accessToken}" });
        const two = new Provider("two", { instanceUrl: "${second.url}", accessToken: pulumi.secret("${second.accessToken}"), auditFile: ".sanctioned/two.jsonl" });
        const file = new ConnectedUserPolicy("file", { policy: "policy/dieppe-trading.yaml" }, { provider: one });
        const policy = file.auditHead.apply(() => ({ version: 1, unlisted: "report", apps: [{ name: "Slack", users: "everyone", reason: pulumi.secret(${JSON.stringify(secretReason)}) }] }));
        new ConnectedUserPolicy("given", { policy }, { provider: two });`,
        );
        const preview = await project.run("preview", "--diff");
        expect(preview.output).toMatch(/the policy is not known yet.*\n/);
        expect(preview.output).toMatch(/toRevoke: \[unknown\]/);
        expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
        expect([holders(BOBS_TOOL.name), second.store.grants().length]).toEqual([0, 448]);
        const state = await project.state();
        for (const text of [org.accessToken, second.accessToken, secretReason])
          expect(state).not.toContain(text);
        expect((await exported()).found).toEqual([]);
      } finally {
        await second.close();
      }
    },
  );

  it.runIf(isWhole).each(["revocations", "policy", "*", 'revocations["Shiny AI Notetaker"]'])(
    "that ignores changes is refused: %s",
    async (paths) => {
      expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
      authorize(NOTETAKER);
      await program(
        "plugin/program",
        `new ConnectedUserPolicy("connected-users", { policy: "policy/dieppe-trading.yaml" }, { ignoreChanges: [${JSON.stringify(paths)}] });`,
      );
      const refused = await project.run("preview", "--expect-no-changes");
      expect([refused.code, refused.output]).toEqual([
        1,
        expect.stringContaining("[ignore-changes-refused]"),
      ]);
    },
  );
});
