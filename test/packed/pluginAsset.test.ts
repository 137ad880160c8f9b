import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { expect, it, onTestFinished } from "vitest";
import { PulumiProject } from "../pulumi/pulumiRun.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

it("the plugin of a release, in a folder without any package, serves the schema and revokes", async () => {
  const scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-asset-"));
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
  const options = ["--out", scratch, "--system", "linux-amd64", "--system", "windows-amd64"];
  await run(process.execPath, [path.join(ROOT, "scripts/pluginAsset.ts"), ...options]);
  const [linux, windows] = readdirSync(scratch).sort();
  expect(windows).toMatch(/^pulumi-resource-sanctioned-v\d+\.\d+\.\d+-windows-amd64\.tar\.gz$/);
  const held = await run("tar", ["-tzf", path.join(scratch, windows!)]);
  expect(held.stdout).toContain("pulumi-resource-sanctioned.cmd");
  const folder = path.join(scratch, "plugin");
  mkdirSync(folder);
  await run("tar", ["-xzf", path.join(scratch, linux!), "-C", folder]);

  const org = await startLocalOrg({ org: dieppeTrading() });
  onTestFinished(() => org.close());
  const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  const project = await PulumiProject.create(env, "plugin");
  onTestFinished(() => project.remove());
  const settings = await project.read("Pulumi.yaml");
  await project.write("Pulumi.yaml", settings.replace("path: bin", `path: ${folder}`));
  const up = await project.run("up", "--yes", "--skip-preview");
  expect([up.code, org.store.grants().length]).toEqual([0, 436]);

  const schema = await project.run("package", "get-schema", path.join(folder, "pulumi-resource-sanctioned"));
  const published = JSON.parse(readFileSync(path.join(ROOT, "schema/pulumi-package.json"), "utf8"));
  expect(JSON.parse(schema.output)).toMatchObject(published);
});
