import { cp, symlink } from "node:fs/promises";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { PulumiProject, type Run } from "../pulumi/pulumiRun.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const BOB = "Bob's Lead Scoring Tool";
/** A pack that changes what was checked: the engine asks it after the check, and checks no more. */
const TAKES_OUT = `const { PolicyPack } = require("@pulumi/policy");
new PolicyPack("takes-out", { policies: [{
  name: "empty", description: "Takes everybody out.", enforcementLevel: "remediate",
  remediateResource: ({ type, props }) =>
    type.endsWith("ConnectedUserPolicy") ? { ...props, revocations: {} } : undefined,
}] });
`;
let org: LocalOrg;
let project: PulumiProject;

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  project = await PulumiProject.create({ SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken });
  const pack = path.join(project.folder, "pack");
  await cp(path.join(ROOT, "examples/policy-pack"), pack, { recursive: true });
  await symlink(path.join(ROOT, "node_modules"), path.join(pack, "node_modules"), "dir");
});
afterEach(async () => {
  await project?.remove();
  await org?.close();
});

/** Runs a command of the engine with the pack and a config of its policies. */
async function judged(config: object, ...args: string[]): Promise<Run> {
  await project.write("policies.json", JSON.stringify(config));
  return project.runWith(
    { PATH: [path.join(project.folder, "pack"), project.env.PATH].join(path.delimiter) },
    ...args,
    "--policy-pack=pack",
    "--policy-pack-config=policies.json",
  );
}

it("a policy pack judges what an update is to revoke, and where it says no, or would change it, nothing is", async () => {
  const before = org.store.grants().length;
  const judge = () =>
    judged({ "at-most": { most: 11 }, "never-of": { apps: [BOB] } }, "up", "--yes", "--skip-preview");
  let refused = await judge();
  if (refused.output.includes("could not read plugin [pack]: not supported")) {
    // So says the Node host of an engine that was built here: it starts no packs. Another program then does.
    expect(refused.code).toBe(1);
    const yaml = await project.read("pack/PulumiPolicy.yaml");
    await project.write("pack/PulumiPolicy.yaml", yaml.replace("runtime: nodejs", "runtime: node-script"));
    refused = await judge();
  }
  expect(refused.output).toContain("12 revocations are more than 11.");
  expect(refused.output).toContain(`${BOB} would be taken from 12 users: ada.dubois@dieppe.example, `);
  expect(refused.code).toBe(1);
  expect(org.store.grants().length).toBe(before);

  const pack = await project.read("pack/index.js");
  await project.write("pack/index.js", TAKES_OUT);
  const takenOut = await judged({}, "up", "--yes", "--skip-preview");
  expect(takenOut.output).toContain("nothing was revoked");
  expect(takenOut.code).toBe(1);
  expect(org.store.grants().length).toBe(before);

  await project.write("pack/index.js", pack);
  const allowed = await judged({ "at-most": { most: 12 } }, "up", "--yes", "--skip-preview");
  expect(allowed.code).toBe(0);
  expect(org.store.grants().length).toBe(before - 12);
});
