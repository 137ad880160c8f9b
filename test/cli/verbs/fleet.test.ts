import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { type FleetFolder, fleetFolder } from "../../fleet/fleetFolder.ts";
import { sfId } from "../../inventories.ts";
import { sanctioned } from "../run.ts";

let made: FleetFolder;
beforeAll(async () => {
  made = await fleetFolder(
    [
      { name: "canary", entry: ["wave: 0", "tags: [sandbox]"] },
      { name: "main", entry: ["tags: [production]"] },
      { name: "gone", options: null, entry: ["tags: [production]"] },
    ],
    ["limits: { percent: 100 }"],
  );
});
afterAll(() => made.close());

const run = (...args: string[]) => sanctioned(args, made.env, made.folder);

describe("fleet plan", () => {
  it("shows one row an org, why one could not be judged, and ends as the worst", async () => {
    const { code, stdout } = await run("fleet", "plan");
    expect(stdout).toMatch(/canary +0 +revokes +4/);
    expect(stdout).toMatch(/gone +1 +unreachable +\? +\? +\?/);
    expect(stdout.match(/\[host-not-reachable\]/g)).toHaveLength(1);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(
      "3 orgs: 2 revokes, 1 unreachable. 8 revocations in all.",
    );
    expect(code).toBe(1);
  });

  it("says what was left out, and tells drift where it is asked for", async () => {
    const { code, stdout } = await run("fleet", "plan", "--tag", "sandbox", "--detailed-exitcode");
    expect(stdout).toContain("2 orgs not selected.");
    expect(stdout).toContain("Limits of the fleet, over what is selected: ");
    expect(code).toBe(2);
  });

  it("refuses a name that no org has, with the nearest", async () => {
    const { code, stderr } = await run("fleet", "plan", "--only", "canery");
    expect(stderr).toBe('There is no org "canery" in orgs.yaml. Did you mean "canary"? [org-not-in-fleet]\n');
    expect(code).toBe(1);
  });
});

it("fleet validate finds a policy of another org at the line of orgs.yaml", async () => {
  const policy = `version: 1\nextends: shared.yaml\norg: { id: ${made.ids.get("canary")} }\n`;
  made.write("policy/other.yaml", policy);
  made.write(
    "others.yaml",
    `version: 1\norgs:\n  - { name: other, id: ${sfId("00D", 99)}, policy: policy/other.yaml }\n`,
  );
  const { code, stdout } = await run("fleet", "validate", "--orgs", "others.yaml");
  expect(stdout).toContain("others.yaml:3:13: the policy is policy/other.yaml, whose org is");
  expect(code).toBe(1);
  expect(await run("fleet", "validate")).toMatchObject({ code: 0, stderr: "" });
  expect((await run("fleet", "validate", "--only", "main")).stderr).toContain("2 orgs not selected");
});

it("a plan that is killed leaves a folder that nobody takes for whole", async () => {
  made.orgs.get("main")!.setFaults([{ kind: "latency", ms: 60_000 }]);
  onTestFinished(() => made.orgs.get("main")!.setFaults([]));
  const folder = path.join(made.folder, "killed");
  const child = spawn(
    process.execPath,
    [path.resolve("bin/sanctioned.js"), "fleet", "plan", "--out", folder, "--only", "canary", "main"],
    {
      cwd: made.folder,
      env: { PATH: process.env.PATH, HOME: "/no-such-home", ...made.env },
      stdio: "ignore",
    },
  );
  const ended = once(child, "close");
  await vi.waitFor(() => expect(existsSync(path.join(folder, "canary.json"))).toBe(true), {
    timeout: 30_000,
  });
  child.kill("SIGKILL");
  await ended;
  for (const verb of ["comment", "issue", "report", "matrix"]) {
    const { code, stdout, stderr } = await run("fleet", verb, "--plans", "killed");
    expect({ verb, code, stdout }).toEqual({ verb, code: 1, stdout: "" });
    expect(stderr).toContain("[plans-folder-not-whole]");
  }
});

it("two fleets of one repository are called, and posted, as two", async () => {
  const text = readFileSync(path.join(made.folder, "orgs.yaml"), "utf8");
  made.write("emea/orgs.yaml", text);
  made.write("emea/policy/canary.yaml", "version: 1\nunlisted: revok\n");
  const args = ["--only", "canary", "--orgs", "emea/orgs.yaml"];
  const plan = await run("fleet", "plan", ...args, "--format", "json");
  expect(JSON.parse(plan.stdout).file).toBe("emea/orgs.yaml");
  const { stdout } = await run("fleet", "comment", ...args);
  const failed = await run("fleet", "comment", "--failed", "orgs.yaml", "--orgs", "emea/orgs.yaml");
  expect(stdout.split("\n")[0]).toBe(failed.stdout.split("\n")[0]);
  const other = await run("fleet", "comment", "--failed", "orgs.yaml");
  expect(other.stdout.split("\n")[0]).not.toBe(stdout.split("\n")[0]);
});

it("--base that is no folder is refused, since then every org would be new", async () => {
  const { code, stdout, stderr } = await run("fleet", "plan", "--base", "polcy-before", "--only", "canary");
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("[base-not-there]");
});

it("fleet doctor shows the other orgs before an error that nobody expected", async () => {
  // The project's own engine answers with what is no config.
  made.write("node_modules/.bin/pulumi", "#!/bin/sh\necho '[null]'\n");
  chmodSync(path.join(made.folder, "node_modules/.bin/pulumi"), 0o755);
  made.write("Pulumi.yaml", "name: acme\n");
  const entry = (name: string, credentials: string) =>
    `  - { name: ${name}, id: ${made.ids.get(name)}, policy: policy/${name}.yaml, stack: ${name}, credentials: ${credentials} }\n`;
  const canary = entry("canary", "{ accessToken: CANARY_TOKEN, instanceUrl: CANARY_URL }");
  made.write("stacks.yaml", `version: 1\norgs:\n${entry("main", "stack")}${canary}`);
  const { code, stdout, stderr } = await run("fleet", "doctor", "--orgs", "stacks.yaml");
  expect(stdout).toContain("main: 1 thing to look at\n");
  expect(stdout).toContain("canary: ");
  expect(stderr).toContain("TypeError");
  expect(code).toBe(1);
});

it("fleet doctor says of every org whether it can be judged", async () => {
  const { code, stdout } = await run("fleet", "doctor", "--tag", "production");
  expect(stdout).toContain("gone: 1 thing to look at\n");
  expect(stdout).toMatch(/2 orgs: \d can be judged; 1 not selected\.\n$/);
  expect(code).toBe(1);
});

describe("--in", () => {
  it("refuses a saved inventory and a plan of another org", async () => {
    const saved = ["--save-inventory", "main-inventory.json", "--out", "main-plan.json"];
    expect(await run("--in", "main", "plan", "--all", ...saved)).toMatchObject({ code: 0 });
    for (const args of [
      ["plan", "--inventory", "main-inventory.json"],
      ["report", "--plan", "main-plan.json"],
      ["approve", "main-plan.json", "--check"],
    ]) {
      const { code, stdout, stderr } = await run(...args, "--in", "canary");
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: "" });
      expect(stderr).toContain("[file-of-another-org]");
    }
  });

  it("has doctor hold the login against the org's id", async () => {
    const swapped = { ...made.env, CANARY_URL: made.env.MAIN_URL!, CANARY_TOKEN: made.env.MAIN_TOKEN! };
    const { code, stdout } = await sanctioned(["doctor", "--in", "canary"], swapped, made.folder);
    expect(stdout).toContain(made.ids.get("main"));
    expect(code).toBe(1);
    expect(await run("doctor", "--in", "canary")).toMatchObject({ code: 0 });
  });

  it("has validate look at the org's own policy alone", async () => {
    made.write("policy/broken.yaml", "version: 1\nunlisted: revok\n");
    const { code, stdout } = await run("validate", "--in", "canary");
    rmSync(path.join(made.folder, "policy/broken.yaml"));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout:
        "policy/canary.yaml is valid.\nSalesforce's own apps that it does not list lose their grants, too.\n",
    });
  });
});

it("--org reads one org of orgs.yaml with its own login and policy, and no other org", async () => {
  const found = await run("--org", "canary", "plan", "--format", "json");
  expect(JSON.parse(found.stdout).org.id).toBe(made.ids.get("canary"));
  expect(JSON.parse(found.stdout).policy.file).toBe("policy/canary.yaml");
  const swapped = { ...made.env, CANARY_URL: made.env.MAIN_URL!, CANARY_TOKEN: made.env.MAIN_TOKEN! };
  const { code, stdout, stderr } = await sanctioned(["list", "--org", "canary"], swapped, made.folder);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("[fleet-org-is-another]");
});
