import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { selectedStack } from "../../src/fleet/selectedStack.ts";
import { namesLogin } from "../../src/salesforce/settingKeys.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-selected-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
// No engine is there to be asked.
const ask = (env: Record<string, string>) => selectedStack(folder, { PATH: "", PULUMI_HOME: folder, ...env });

it("is the one that PULUMI_STACK names, of a project whose stack has a config here", async () => {
  expect(await ask({ PULUMI_STACK: "dev" })).toBeNull();
  write("Pulumi.yaml", "name: acme\n");
  expect(await ask({ PULUMI_STACK: "dev" })).toBeNull();
  write("Pulumi.dev.yaml", "encryptionsalt: v1:x\n");
  expect(await ask({ PULUMI_STACK: "dev" })).toBeNull();
  write("Pulumi.dev.yaml", "config:\n  acme:policy: policy/acme.yaml\n");
  expect(await ask({ PULUMI_STACK: "dev" })).toBe("dev");
  expect(await ask({ PULUMI_STACK: "organization/acme/dev" })).toBe("organization/acme/dev");
});

it("is none where nobody has chosen one for this project", async () => {
  write("Pulumi.yaml", "name: acme\n");
  write("Pulumi.dev.yaml", "config:\n  acme:policy: policy/acme.yaml\n");
  expect(await ask({})).toBeNull();
});

it("is not asked for where the environment names a login, if only in part", () => {
  expect(namesLogin({ SF_ACCESS_TOKEN: "x" })).toBe(true);
  expect(namesLogin({ SANCTIONED_USERNAME: "ada@acme.example" })).toBe(true);
  expect(namesLogin({ SF_ACCESS_TOKEN: " ", SANCTIONED_CONCURRENCY: "4", SF_ORG_API_VERSION: "62" })).toBe(
    false,
  );
});
