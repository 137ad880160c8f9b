import { execFile } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { satisfies } from "semver";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { consumersFolder } from "../../scripts/consumers/folder.ts";
import { OLDEST, oldestNode } from "../../scripts/consumers/oldestNode.ts";
import { LOCAL_ORG, packTarballs, ROOT } from "../../scripts/consumers/tarballs.ts";
import { PulumiProject } from "../pulumi/pulumiRun.ts";

const json = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), "utf8"));

it("what both packages say of Node, and whatever they bring along, includes the oldest that is tested", () => {
  const { packages } = json("package-lock.json") as {
    packages: Record<string, { dev?: boolean; engines?: { node?: string } }>;
  };
  const { optionalDependencies } = json("scripts/consumers/oldest/package.json");
  const [oldest, ...others] = [...new Set(Object.values<string>(optionalDependencies))];
  expect(others).toEqual([]);
  const refusing = Object.entries(packages).filter(
    ([name, { dev = false, engines }]) =>
      (!dev || name === "packages/local-org") && !satisfies(oldest!, engines?.node ?? "*"),
  );
  expect(refusing.map(([name]) => name)).toEqual([]);
  expect(json("package.json").engines.node).toBe(`>=${oldest!.replace(/\.0$/, "")}`);
});

/** npm has no Node of that age for every platform. */
describe.skipIf(OLDEST === undefined)(`on Node ${OLDEST}, as installed`, () => {
  let folder: string;
  let node: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    const bin = await oldestNode();
    node = path.join(bin, "node");
    folder = await consumersFolder();
    cpSync((await packTarballs())[LOCAL_ORG].folder, path.join(folder, "node_modules", LOCAL_ORG), {
      recursive: true,
    });
    cpSync(
      path.join(folder, "node_modules/sanctioned/policy/dieppe-trading.yaml"),
      path.join(folder, "policy.yaml"),
    );
    env = { PATH: [bin, process.env.PATH].join(path.delimiter), NO_COLOR: "1" };
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...args: string[]) => promisify(execFile)(node, args, { cwd: folder, env });
  const sanctioned = (...args: string[]) => run("node_modules/sanctioned/bin/sanctioned.js", ...args);

  it("the CLI checks, lists and revokes on record, and says nothing besides", async () => {
    const org = await startLocalOrg({ org: dieppeTrading() });
    onTestFinished(() => org.close());
    Object.assign(env, { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken });
    expect(await sanctioned("validate", "policy.yaml")).toEqual({
      stdout: "policy.yaml is valid.\nSalesforce's own apps that it does not list are kept.\n",
      stderr: "",
    });
    const listed = await sanctioned("list", "--format", "json");
    expect([JSON.parse(listed.stdout).rows.length, listed.stderr]).toEqual([3, ""]);
    const who = ["--user", "ada.weber@dieppe.example", "--app", "Bob's Lead Scoring Tool"];
    const revoked = await sanctioned("revoke", ...who, "--policy", "policy.yaml", "--reason", "r", "--yes");
    expect(revoked.stderr).toBe("");
    expect(org.store.grants()).toHaveLength(447);
    expect((await sanctioned("audit", "verify")).stdout).toMatch(/whole/);
  });

  it("the local org starts", async () => {
    const { stdout } = await run(`node_modules/${LOCAL_ORG}/bin/local-org.js`, "--help");
    expect(stdout).toMatch(/^Usage: /);
  });

  it("Pulumi's program and provider run, and an update without node:sqlite revokes nothing and says what to do", async () => {
    const org = await startLocalOrg({ org: dieppeTrading() });
    onTestFinished(() => org.close());
    const yaml = `name: acme\nruntime: { name: nodejs, options: { typescript: false } }\nbackend: { url: "file://./.pulumi-state" }\n`;
    writeFileSync(path.join(folder, "Pulumi.yaml"), yaml);
    writeFileSync(
      path.join(folder, "index.js"),
      `const { ConnectedUserPolicy } = require("sanctioned");
       require("sanctioned/plugin");
       new ConnectedUserPolicy("acme", { policy: "policy.yaml" });`,
    );
    const project = await PulumiProject.of(folder, {
      ...env,
      SF_ORG_INSTANCE_URL: org.url,
      SF_ACCESS_TOKEN: org.accessToken,
    });
    const { code, output } = await project.run("up", "--yes", "--skip-preview");
    expect([code === 0, org.store.grants().length]).toEqual([false, 448]);
    expect(output).toContain(
      "- Bob's Lead Scoring Tool: ada.weber@dieppe.example (app not listed); granted 2023-05-04, last used 2024-01",
    );
    expect(output).toMatch(/Node 22\.13 or later, or with NODE_OPTIONS=--experimental-sqlite/);
  });
});
