import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { refusePrograms } from "../../src/ci/workspace.ts";
import { PROVIDER_TEXT } from "../../src/state/providerText.ts";
import { sanctioned } from "../cli/run.ts";
import { type FleetFolder, fleetFolder } from "../fleet/fleetFolder.ts";
import { ForgeStandIn, TOKEN } from "../forge/standIn.ts";
import { KeyRing } from "../sign/keys.ts";

const TYPE = "pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy";
const OTHER = "PLANTEDother0123456789";

describe("what Pulumi is told in a job", () => {
  let fleet: FleetFolder;
  let forge: ForgeStandIn;
  let head: string;
  const at = (file: string) => path.join(fleet.folder, file);
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", fleet.folder, ...args], { encoding: "utf8" }).trim();
  const logOf = (command: string) => readFileSync(at(`.git/${command}.log`), "utf8");

  /** An engine that notes what it is told, and whose stack holds this provider. */
  function engine(provider: string): void {
    const state = { __provider: provider };
    const resource = { urn: `urn:pulumi:s::p::${TYPE}::x`, type: TYPE, custom: true, id: "x" };
    const resources = [{ ...resource, inputs: state, outputs: state }];
    writeFileSync(at(".git/state.json"), JSON.stringify({ version: 3, deployment: { resources } }));
    writeFileSync(
      at("node_modules/.bin/pulumi"),
      `#!/bin/sh\n{ echo "$@"; env; cat policy/acme.yaml; cat "$SANCTIONED_ALLOWED_SIGNERS" 2>&1; } > "$PWD/.git/$1.log"\n[ "$1" = stack ] && cat "$PWD/.git/state.json"\nexit 0\n`,
      { mode: 0o755 },
    );
  }

  const job = (): Record<string, string> => ({
    ...fleet.env,
    SANCTIONED_PRIVATE_KEY: OTHER,
    PATH: process.env.PATH!,
    PULUMI_CONFIG_PASSPHRASE: "passphrase",
    GITHUB_ACTIONS: "true",
    GITHUB_TOKEN: TOKEN,
    GITHUB_API_URL: forge.url,
    GITHUB_SERVER_URL: `file://${path.dirname(fleet.folder)}`,
    GITHUB_REPOSITORY: path.basename(fleet.folder),
    GITHUB_RUN_ID: "1",
    GITHUB_REF_NAME: "main",
    GITHUB_EVENT_PATH: at(".git/event.json"),
  });

  beforeAll(async () => {
    forge = await new ForgeStandIn().start();
    fleet = await fleetFolder([{ name: "acme", entry: ["stack: acme"] }], ["limits: { percent: 100 }"]);
    mkdirSync(at("node_modules/.bin"), { recursive: true });
    git("init", "-q", "-b", "main");
    for (const [key, value] of [
      ["user.name", "a"],
      ["user.email", "a@b.example"],
      ["uploadpack.allowAnySHA1InWant", "true"],
      ["uploadpack.allowFilter", "true"],
    ])
      git("config", key!, value!);
    git("add", "policy", "orgs.yaml");
    git("commit", "-q", "-m", "main");
    const before = readFileSync(at("policy/acme.yaml"), "utf8");
    writeFileSync(at("policy/acme.yaml"), `${before}# the change\n`);
    git("commit", "-q", "-am", "change");
    head = git("rev-parse", "HEAD");
    git("reset", "-q", "--hard", "HEAD~1");
    writeFileSync(
      at(".git/event.json"),
      JSON.stringify({ pull_request: { number: 12, head: { sha: head } } }),
    );
  });
  afterAll(async () => {
    await forge.stop();
    await fleet.close();
  });
  beforeEach(() => {
    for (const command of ["stack", "preview", "up"]) rmSync(at(`.git/${command}.log`), { force: true });
    forge.comments.length = 0;
  });

  const preview = (...more: readonly string[]) =>
    sanctioned(
      ["ci", "preview", ...more],
      { ...job(), GITHUB_REPOSITORY: "dieppe/org", GITHUB_SERVER_URL: serverOf(fleet.folder) },
      fleet.folder,
    );

  it("of a state that runs something else nothing is run, and the comment says so", async () => {
    engine("exports.handler = evil");
    const { code } = await preview();
    expect([code, existsSync(at(".git/preview.log"))]).toEqual([1, false]);
    expect(forge.comments.at(-1)!.body).toContain("is not what this package writes");
    const asked = logOf("stack");
    for (const secret of [fleet.env.ACME_TOKEN!, OTHER, TOKEN, "passphrase"])
      expect(asked).not.toContain(secret);
  });

  it("a preview has its own org's credential, no token of the job, and the change's policy while it runs", async () => {
    engine(PROVIDER_TEXT);
    expect(await preview()).toMatchObject({ code: 0 });
    expect(forge.comments).toHaveLength(1);
    const told = logOf("preview");
    expect(told).toMatch(/^preview --diff --non-interactive --stack acme\n/);
    expect(told).toContain(`SF_ACCESS_TOKEN=${fleet.env.ACME_TOKEN}`);
    expect(told).toContain("# the change");
    for (const secret of [TOKEN, OTHER]) expect(told).not.toContain(secret);
    expect(readFileSync(at("policy/acme.yaml"), "utf8")).not.toContain("# the change");
  });

  it("a folder of policies that holds a program too is not the change's while Pulumi runs", async () => {
    engine(PROVIDER_TEXT);
    mkdirSync(at("policy/lib"));
    refusePrograms(fleet.folder, ["policy"]);
    for (const file of ["policy/Pulumi.acme.yaml", "policy/package.json", "policy/lib/index.mjs"]) {
      rmSync(at("policy/package.json"), { force: true });
      rmSync(at("policy/Pulumi.acme.yaml"), { force: true });
      writeFileSync(at(file), "");
      expect(() => refusePrograms(fleet.folder, ["policy"]), file).toThrow(`holds ${file} too`);
    }
    const { code } = await preview();
    rmSync(at("policy/lib"), { recursive: true });
    expect(code).toBe(1);
    expect([existsSync(at(".git/preview.log")), forge.comments.at(-1)!.body]).toEqual([
      false,
      expect.stringContaining("policy-folder-with-program"),
    ]);
  });

  it("a change is of a whole checkout: orgs elsewhere are not previewed by policies of another folder", async () => {
    engine(PROVIDER_TEXT);
    mkdirSync(at("emea"));
    for (const file of ["orgs.yaml", "policy"]) cpSync(at(file), at(`emea/${file}`), { recursive: true });
    const { code, stderr } = await preview("--orgs", "emea/orgs.yaml");
    rmSync(at("emea"), { recursive: true });
    expect([code, stderr]).toEqual([1, expect.stringContaining("is not the top of a checkout")]);
  });

  it("a plan tells each wave of the workflow what it has to do, and is refused where an org has no job in it", async () => {
    const output = at(".git/output");
    const plan = (...more: readonly string[]) =>
      sanctioned(
        ["ci", "plan", "--out", ".git/plans", ...more],
        { ...job(), GITHUB_OUTPUT: output },
        fleet.folder,
      );
    const { code, stderr } = await plan("--jobs", "0:acme", "1:bern");
    expect([code, stderr]).toEqual([1, expect.stringContaining("orgs.yaml lists: acme in wave 1")]);
    expect([existsSync(at(".git/plans")), existsSync(output)]).toEqual([false, false]);
    writeFileSync(output, "");
    expect(await plan("--jobs", "0:gone", "1:acme")).toMatchObject({ code: 0 });
    expect(readFileSync(output, "utf8")).toMatch(/^wave-1=\[\{"org":"acme",.*\}\]\nwave-0=\[\]\n$/);

    const orgs = readFileSync(at("orgs.yaml"), "utf8");
    writeFileSync(at("orgs.yaml"), orgs.replace("stack: acme", "tags: [seen]"));
    rmSync(at(".git/plans"), { recursive: true });
    const { stdout } = await plan("--jobs", "1:acme");
    writeFileSync(at("orgs.yaml"), orgs);
    expect(stdout).toContain("left out, no stack: Pulumi cannot update it: acme");
  });

  it("an update has its own org's credential, no token of the job, and whom the job and the authors' file exclude", async () => {
    engine(PROVIDER_TEXT);
    const env = { ...job(), GITHUB_REPOSITORY: "dieppe/org", GITHUB_SERVER_URL: serverOf(fleet.folder) };
    expect(await sanctioned(["ci", "plan", "--out", "plans"], env, fleet.folder)).toMatchObject({ code: 0 });
    writeFileSync(at("authors.env"), `authors=ada\nbase=${git("rev-parse", "main")}\n`);
    const apply = await sanctioned(
      ["ci", "apply", "--in", "acme", "--plans", "plans", "--authors", "authors.env"],
      { ...env, SANCTIONED_EXCLUDED_APPROVERS: "bot" },
      fleet.folder,
    );
    expect(apply).toMatchObject({ code: 0, stderr: "" });
    const told = logOf("up");
    expect(told).toMatch(/^up --yes --skip-preview --non-interactive --stack acme\n/);
    expect(told).toContain(`SF_ACCESS_TOKEN=${fleet.env.ACME_TOKEN}`);
    expect(told).toContain("SANCTIONED_APPROVED_PLAN=plans/acme.json\n");
    expect(told).toContain("SANCTIONED_EXCLUDED_APPROVERS=bot,ada\n");
    for (const secret of [TOKEN, OTHER]) expect(told).not.toContain(secret);
  });

  it("who may sign is what the policy named that was applied last, whatever list the change names", async () => {
    engine(PROVIDER_TEXT);
    const keys = new KeyRing();
    const policy = readFileSync(at("policy/acme.yaml"), "utf8");
    const names = (list: string) => {
      mkdirSync(at("policy/people"), { recursive: true });
      writeFileSync(at(`policy/people/${list}`), `${list}@acme.example ${keys.make(list).line}\n`);
      const approvals = `approvals: { signers: people/${list}, required: 1 }\n`;
      writeFileSync(at("policy/acme.yaml"), `${policy}${approvals}`);
      git("add", "policy");
      git("commit", "-q", "-m", list);
      return git("rev-parse", "HEAD");
    };
    const base = names("ada");
    names("mallory");
    keys.remove();
    const env = { ...job(), GITHUB_REPOSITORY: "dieppe/org", GITHUB_SERVER_URL: serverOf(fleet.folder) };
    expect(await sanctioned(["ci", "plan", "--out", ".git/signed"], env, fleet.folder)).toMatchObject({
      code: 0,
    });
    const apply = ["ci", "apply", "--in", "acme", "--plans", ".git/signed", "--last-applied", base];
    expect(await sanctioned(apply, env, fleet.folder)).toMatchObject({ code: 0, stderr: "" });
    expect(logOf("up")).toContain("ada@acme.example ssh-ed25519");
    expect(logOf("up")).not.toContain("mallory@acme.example");
  });
});

/** The forge knows the repository as dieppe/org: an address below which git finds it so. */
function serverOf(folder: string): string {
  const server = path.join(folder, ".git/server");
  mkdirSync(path.join(server, "dieppe"), { recursive: true });
  if (!existsSync(path.join(server, "dieppe/org")))
    execFileSync("ln", ["-s", path.join(folder, ".git"), path.join(server, "dieppe/org")]);
  return `file://${server}`;
}
