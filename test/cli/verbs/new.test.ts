import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { smallOrg } from "salesforce-local-org/orgs";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { readOrgs } from "../../../src/fleet/readOrgs.ts";
import { sanctioned } from "../run.ts";
import { typedAt } from "../typed.ts";

const BIN = path.resolve(import.meta.dirname, "../../../bin/sanctioned.js");

let scratch: string;
let folder: string;
beforeEach(() => {
  scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-new-"));
  folder = path.join(scratch, "acme");
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
});

const make = (...options: string[]) => sanctioned(["new", folder, ...options]);
const text = (file: string) => readFileSync(path.join(folder, file), "utf8");
/** Runs a verb in the repository, as its scripts do. */
function within(...args: string[]): { code: number | null; output: string } {
  const env = { PATH: process.env.PATH ?? "", HOME: scratch, NO_COLOR: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { code: status, output: stdout + stderr };
}

describe("sanctioned new --example", () => {
  it("writes a repository whose policies are valid, and in which nothing is behind", async () => {
    const { code, stdout } = await make("--example", "--team", "@dieppe/security", "--ci", "both");
    expect([code, stdout]).toEqual([0, expect.stringContaining("npm install\n  npm run org\n")]);
    expect(within("validate", "policy/shared.yaml", "policy/dieppe-trading.yaml").code).toBe(0);
    expect(within("upgrade", "--check")).toEqual({
      code: 0,
      output: expect.stringContaining("Nothing would change."),
    });
    expect(readdirSync(path.join(folder, ".github/workflows")).sort()).toEqual([
      "apply.yml",
      "drift.yml",
      "pull-request.yml",
    ]);
    expect(existsSync(path.join(folder, ".gitlab-ci.yml"))).toBe(true);
  });

  it("copies no script: each step of a workflow is the package's own, or an action at a commit", async () => {
    await make("--example");
    for (const file of readdirSync(path.join(folder, ".github/workflows"))) {
      const workflow = text(`.github/workflows/${file}`);
      for (const [, used] of workflow.matchAll(/uses: (.*)/g))
        expect(used).toMatch(/^(\.\/node_modules\/sanctioned$|[\w/-]+@[0-9a-f]{40} )/);
      expect(workflow).not.toMatch(/\bci\/\w+\.(sh|mjs)/);
    }
  });

  it("writes as many files as docs/your-repository.md says", async () => {
    const { stdout } = await make("--example", "--team", "@dieppe/security");
    const page = readFileSync(path.resolve(import.meta.dirname, "../../../docs/your-repository.md"), "utf8");
    const said = /^connected-users(: .*)$/m.exec(page)![1]!;
    expect(stdout.split("\n")[0]).toBe(`${folder}${said}`);
  });

  it("never writes over anything", async () => {
    await make("--example");
    writeFileSync(path.join(folder, "README.md"), "ours");
    const again = await make("--example");
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("[folder-not-empty]")]);
    rmSync(path.join(folder, "CODEOWNERS"));
    rmSync(path.join(folder, ".sanctioned.json"));
    const added = await make("--example", "--add", "--team", "@dieppe/security");
    expect([added.code, text("README.md"), text("CODEOWNERS")]).toEqual([
      0,
      "ours",
      expect.stringContaining("* @dieppe/security"),
    ]);
    expect(added.stdout).toContain("README.md is there already, and stays as it is");
  });

  it("with --add has workflows for the orgs that are there, and upgrade adds the packages to a manifest that is there", async () => {
    await make("--example");
    const orgs = text("orgs.yaml").replaceAll("SF_ACCESS_TOKEN", "ACME_TOKEN");
    for (const file of readdirSync(folder)) rmSync(path.join(folder, file), { recursive: true });
    writeFileSync(path.join(folder, "orgs.yaml"), orgs);
    writeFileSync(path.join(folder, "package.json"), `{\n  "name": "acme"\n}\n`);
    expect((await make("--example", "--add")).code).toBe(0);
    expect(text(".github/workflows/drift.yml")).toContain("secrets.ACME_TOKEN");
    expect(within("upgrade")).toEqual({
      code: 0,
      output: expect.stringContaining('+    "sanctioned": "0.1.0"'),
    });
    expect(JSON.parse(text("package.json"))).toMatchObject({
      name: "acme",
      dependencies: { sanctioned: "0.1.0" },
    });
  });

  it("takes no option that would mean something in a file", async () => {
    const { code, stderr } = await make("--example", "--team", "@dieppe/security\n* @mallory");
    expect([code, stderr]).toEqual([1, expect.stringContaining("[name-not-plain]")]);
    expect(existsSync(folder)).toBe(false);
  });
});

describe("sanctioned new", () => {
  it("says what to do where no org is connected, and writes nothing", async () => {
    const { code, stderr } = await make();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/--example.*\[no-org-to-draft-from\]/)]);
    expect(existsSync(folder)).toBe(false);
  });

  it("drafts the policy from the connected org, whatever that is called", async () => {
    const name = `\${{ secrets.X }} @mallory | <img src=x>\n* "it's": [#`;
    const org = await startLocalOrg({
      org: { ...smallOrg(), organization: { id: "00D000000000011EAA", name, isSandbox: true } },
    });
    onTestFinished(() => org.close());
    const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
    const made = await sanctioned(["new", folder], env);
    expect([made.code, made.stderr]).toEqual([0, ""]);
    const { orgs } = readOrgs("orgs.yaml", folder);
    expect(orgs).toMatchObject([
      {
        name: "secrets-x-mallory-img-src-x-it-s",
        id: "00D000000000011EAA",
        credentials: { variables: { accessToken: "SF_ACCESS_TOKEN", instanceUrl: "SF_ORG_INSTANCE_URL" } },
      },
    ]);
    expect(within("validate", orgs[0]!.policy).code).toBe(0);
    expect(text(orgs[0]!.policy)).toMatch(/^mode: report$/m);
    // Neither the token nor the name is anywhere that something would take it for more.
    for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }))
      if (!/^(policy|README)/.test(file) && /\.(ya?ml|json|js)$|CODEOWNERS|rc$/.test(file))
        expect(text(file), file).not.toMatch(/mallory"|@mallory|img src=|secrets\.X/);
    expect(JSON.stringify(readdirSync(folder))).not.toContain(org.accessToken);
  });
});

describe("sanctioned upgrade", () => {
  it("keeps workflows and stacks in step with orgs.yaml", async () => {
    await make("--example");
    appendFileSync(
      path.join(folder, "orgs.yaml"),
      [
        "  - name: rouen",
        "    id: 00D000000000011EAA",
        "    policy: policy/rouen.yaml",
        "    stack: rouen",
        "    wave: 2",
        "    credentials: { accessToken: ROUEN_TOKEN, instanceUrl: ROUEN_URL }",
        "",
      ].join("\n"),
    );
    const check = within("upgrade", "--check");
    expect(check.code).toBe(1);
    expect(check.output).toMatch(
      /\nchanged: \.github\/workflows\/drift\.yml\n.*\n\+ +ROUEN_TOKEN: \$\{\{ secrets\.ROUEN_TOKEN \}\}\n/s,
    );
    expect(check.output).toMatch(/\nnew: Pulumi\.rouen\.yaml\n/);
    expect(existsSync(path.join(folder, "Pulumi.rouen.yaml"))).toBe(false);
    expect(within("upgrade").code).toBe(0);
    expect(text(".github/workflows/apply.yml")).toContain("wave-2:");
    expect(text("Pulumi.rouen.yaml")).toBe("config:\n  acme:policy: policy/rouen.yaml\n");
    expect(within("upgrade", "--check").code).toBe(0);
  });

  it("writes workflows by the settings in the mark, and refuses what would mean something in one", async () => {
    await make("--example");
    const mark = text(".sanctioned.json");
    writeFileSync(
      path.join(folder, ".sanctioned.json"),
      mark.replace('"branch": "main"', '"branch": "trunk"'),
    );
    expect(within("upgrade").code).toBe(0);
    expect(text(".github/workflows/apply.yml")).toContain("branches: [trunk]");
    writeFileSync(path.join(folder, ".sanctioned.json"), mark.replace('"branch": "main"', '"branch": "x]"'));
    expect(within("upgrade")).toEqual({
      code: 1,
      output: expect.stringContaining("[workflow-value-not-plain]"),
    });
  });

  it("is for a repository that `new` made", () => {
    folder = scratch;
    expect(within("upgrade")).toEqual({ code: 1, output: expect.stringContaining("[mark-not-there]") });
  });
});

it.each([
  ["Workflows of github", "\u0003"],
  ["Team that reviews", "\u0003"],
  ["Team that reviews", "\u0004"],
])("a question that was ended leaves nothing behind: %s %j", async (question, typed) => {
  const answers = [["Workflows of github", "\r"] as const, ["Team that reviews", "\r"] as const];
  const before = answers.slice(
    0,
    answers.findIndex(([asked]) => asked === question),
  );
  const at = { env: {}, folder: scratch };
  const shown = await typedAt(["new", folder, "--example"], [...before, [question, typed]], at);
  expect(shown).toContain("A question was not answered: nothing is written.");
  expect(existsSync(folder)).toBe(false);
});
