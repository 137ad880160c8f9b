import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Language } from "../../scripts/engine/languages.ts";
import { PulumiProject, revocationLines } from "../pulumi/pulumiRun.ts";

/** Where nothing is compiled yet, the host of a language and a program in Go take minutes. */
const timeout = 15 * 60_000;

const ADA = "ada.dubois@dieppe.example";
const ORG_ID = "00D000000001942EAA";
const PLUGIN = "node_modules/sanctioned/bin/pulumi-resource-sanctioned";
let org: LocalOrg;
let project: PulumiProject;

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
});
afterEach(async () => {
  await project?.remove();
  await org?.close();
});

/** Takes the example of a language, with the org's token as a secret of the stack's config, through an update and drift. */
async function keepsTheOrg(language: Language): Promise<void> {
  project = await PulumiProject.ofExample(language, {});
  const settings = ["--plaintext", `instanceUrl=${org.url}`, "--secret", `accessToken=${org.accessToken}`];
  expect(await project.run("config", "set-all", ...settings)).toMatchObject({ code: 0 });
  const before = org.store.grants().length;
  const up = await project.run("up", "--yes", "--skip-preview");
  expect(up.code).toBe(0);
  expect(up.output).toContain("12 revocations planned: 12 × Bob's Lead Scoring Tool (app-not-listed)");
  expect(up.output).toContain("12 revoked; on record in ");
  expect(up.output).toContain('name: "Dieppe Trading"');
  expect(org.store.grants().length).toBe(before - 12);
  const state = await project.state();
  expect(state).toContain('"ciphertext"');
  expect(state).not.toContain(org.accessToken);

  const now = Date.parse("2026-11-22T09:00:00Z");
  const grant = { username: ADA, app: "Shiny AI Notetaker", createdAt: now, lastUsedAt: now, useCount: 1 };
  expect(org.store.addGrant(grant)).not.toBeNull();
  const drift = await project.run("preview", "--diff", "--expect-no-changes");
  expect(drift.code).toBe(7);
  const lines = revocationLines(drift.output);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`${ADA} (app not listed, policy.yaml:6)`);
}

it("a program in Go keeps an org to its policy; its token is in the state as a secret alone", {
  timeout,
}, async () => {
  await keepsTheOrg("go");
});

it("a program in YAML does too, and is clean then; an import prints the draft of a policy that only reports", {
  timeout,
}, async () => {
  await keepsTheOrg("yaml");
  expect((await project.run("up", "--yes", "--skip-preview")).code).toBe(0);
  expect((await project.run("preview", "--expect-no-changes")).code).toBe(0);

  const schema = JSON.parse((await project.run("package", "get-schema", PLUGIN)).output);
  expect(schema).toMatchObject({
    name: "sanctioned",
    resources: { "sanctioned:index:ConnectedUserPolicy": {} },
  });
  const added = await project.run("package", "add", PLUGIN);
  // The host that can be built here makes the declaration, and says then that it links none into the program: YAML needs no link.
  const isLinked = !added.output.includes("method Link not implemented");
  expect(added.code === 0).toBe(isLinked);
  expect(await project.read(`sdks/sanctioned/sanctioned-${schema.version}.yaml`)).toContain(
    "name: sanctioned",
  );

  const stack = "urn:pulumi:simulator::connected-users::";
  const provider = `--provider=salesforce=${stack}pulumi:providers:sanctioned::salesforce`;
  const type = "sanctioned:index:ConnectedUserPolicy";
  const imported = await project.run("import", type, "imported", ORG_ID, "--yes", provider);
  expect(imported.code).toBe(0);
  expect(imported.output).toMatch(
    /type: sanctioned:ConnectedUserPolicy[\s\S]*mode: report[\s\S]*unlisted: report/,
  );
});
