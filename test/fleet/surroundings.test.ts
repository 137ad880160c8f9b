import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { FleetOrg } from "../../src/fleet/orgs.ts";
import { stackConfigReader } from "../../src/fleet/stackConfig.ts";
import { surroundingsOf } from "../../src/fleet/surroundings.ts";
import { credentialsOf } from "../../src/run/observer.ts";
import { readRunSettings } from "../../src/run/settings.ts";

const DEFAULTS = {
  SANCTIONED_ACCESS_TOKEN: "00Ddefault!token",
  SANCTIONED_INSTANCE_URL: "https://default.my.salesforce.com",
  SANCTIONED_AUDIT_FILE: "of-the-environment.jsonl",
  SANCTIONED_APPROVED_PLAN: "of-the-environment.json",
};
const OF_STACK = {
  accessToken: "00Dstack!token",
  instanceUrl: "https://stack.my.salesforce.com",
  auditFile: "of-the-stack.jsonl",
};

const org = (more: Partial<FleetOrg>): FleetOrg => ({
  name: "acme",
  id: "00D000000000001AAA",
  policy: "policy/acme.yaml",
  stack: "acme",
  wave: 1,
  owner: null,
  tags: [],
  credentials: { from: "stack" },
  plain: {},
  position: { file: "orgs.yaml", line: 3, column: 5 },
  ...more,
});
const given = (more = {}) => ({
  env: { ...DEFAULTS, ACME_TOKEN: "00Dacme!token" },
  folder: ".",
  stackConfig: () => Promise.resolve(new Map(Object.entries(OF_STACK))),
  ...more,
});

it("an org whose stack is updated by another policy than orgs.yaml names is not judged", async () => {
  const ofStack = (policy: string) =>
    given({ stackConfig: () => Promise.resolve(new Map([["policy", policy]])) });
  await expect(surroundingsOf(org({}), ofStack("policy/old.yaml"))).rejects.toMatchObject({
    code: "stack-policy-is-another",
  });
  await expect(surroundingsOf(org({}), ofStack("./policy/acme.yaml"))).resolves.toBeDefined();
});

describe("what an org's run is given", () => {
  it("never has the environment's login complete a half of its own", async () => {
    const half = org({ credentials: { from: "variables", variables: { accessToken: "ACME_TOKEN" } } });
    const surroundings = await surroundingsOf(half, given());
    expect(() => credentialsOf(surroundings)).toThrow(
      expect.objectContaining({ code: "credentials-incomplete" }),
    );
    const none = { ...given(), stackConfig: () => Promise.resolve(new Map<string, string>()) };
    const without = await surroundingsOf(org({}), none);
    expect(() => credentialsOf(without)).toThrow(
      expect.objectContaining({ code: "named-org-without-login" }),
    );
  });

  it("has no record and no approved plan that would be those of every org", async () => {
    for (const one of [org({}), org({ credentials: { from: "environment" } })]) {
      const { config = () => undefined, env } = await surroundingsOf(one, given());
      expect(readRunSettings(config, env)).toMatchObject({ auditFile: null, approvedPlan: null });
    }
  });

  it("has those that are said for it where it is the only run", async () => {
    const only = given({ isOnlyRun: true });
    const stack = await surroundingsOf(org({}), only);
    expect(readRunSettings(stack.config!, stack.env)).toMatchObject({
      auditFile: "of-the-stack.jsonl",
      approvedPlan: "of-the-environment.json",
    });
    const variables = { from: "variables", variables: { accessToken: "ACME_TOKEN" } } as const;
    const named = await surroundingsOf(org({ credentials: variables }), only);
    expect(readRunSettings(named.config!, named.env)).toMatchObject({
      auditFile: "of-the-environment.jsonl",
    });
  });
});

it("a stack that would be read as an option, or by a shell, never reaches the engine", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-stack-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const engine = path.join(folder, "node_modules/.bin/pulumi");
  mkdirSync(path.dirname(engine), { recursive: true });
  writeFileSync(engine, `#!/bin/sh\ntouch ${folder}/asked\necho '{}'\n`);
  chmodSync(engine, 0o755);
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: acme\n");
  const read = stackConfigReader(folder, process.env);
  for (const stack of ["--config-file", "-h", "a & whoami", "$(id)", ""])
    await expect(read(stack)).rejects.toMatchObject({ code: "stack-name-not-valid" });
  expect(existsSync(path.join(folder, "asked"))).toBe(false);
  expect(await read("acme")).toEqual(new Map());
  writeFileSync(path.join(folder, "Pulumi.yaml"), "name: [\n");
  await expect(read("acme-2")).rejects.toMatchObject({ code: "stack-config-not-read" });
});
