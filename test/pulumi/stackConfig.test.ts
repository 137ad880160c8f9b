import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { startLocalOrg } from "salesforce-local-org";
import { expect, it, onTestFinished } from "vitest";
import { sanctioned } from "../cli/run.ts";
import { orgFixture } from "../fleet/fleetFolder.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

it("--stack reads the config of a stack as an update does: its secrets, its policy, its own project's keys alone", async () => {
  const fixture = orgFixture(1, "Small Org");
  const org = await startLocalOrg({ org: fixture });
  onTestFinished(() => org.close());
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-stack-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(path.join(ROOT, "Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
  cpSync(path.join(ROOT, "policy"), path.join(folder, "policy"), { recursive: true });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
  const env = {
    PULUMI_BACKEND_URL: pathToFileURL(path.join(folder, "state")).href,
    PULUMI_CONFIG_PASSPHRASE: "open sesame",
    PULUMI_HOME: process.env.PULUMI_HOME ?? path.join(process.env.HOME!, ".pulumi"),
  };
  execFileSync("mkdir", ["state"], { cwd: folder });
  const pulumi = (command: readonly string[], input = "") =>
    execFileSync(path.join(ROOT, "node_modules/.bin/pulumi"), [...command, "--non-interactive"], {
      cwd: folder,
      env: { ...process.env, ...env },
      encoding: "utf8",
      input,
      stdio: ["pipe", "pipe", "pipe"],
    });
  pulumi(["stack", "init", "small"]);
  pulumi(["config", "set", "instanceUrl", org.url]);
  pulumi(["config", "set", "--secret", "accessToken"], org.accessToken);
  pulumi(["config", "set", "policy", "policy/dieppe-trading.yaml"]);
  pulumi(["config", "set", "other:instanceUrl", "http://127.0.0.1:9"]);

  const { code, stdout, stderr } = await sanctioned(
    ["list", "--stack", "small", "--format", "json"],
    env,
    folder,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout).org).toEqual({ id: fixture.organization.id, name: "Small Org" });
  expect(await sanctioned(["plan", "--stack", "small"], env, folder)).toMatchObject({ code: 1 }); // Dieppe's policy is for another org

  const none = await sanctioned(["list", "--stack", "none"], env, folder);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain("[stack-config-not-read]");
  const locked = await sanctioned(
    ["list", "--stack", "small"],
    { ...env, PULUMI_CONFIG_PASSPHRASE: "wrong" },
    folder,
  );
  expect(locked.stderr).toContain("[stack-config-not-read]");
  expect(locked.stderr + none.stderr).not.toContain(org.accessToken);
});
