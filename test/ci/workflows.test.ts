import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { changeOfRun } from "../../src/ci/ciRun.ts";
import { readOrgs } from "../../src/fleet/readOrgs.ts";
import { githubWorkflows, gitlabPipeline, WORKFLOW_DEFAULTS } from "../../src/scaffold/workflows.ts";
import { ForgeStandIn, TOKEN } from "../forge/standIn.ts";
import { templates } from "../scaffold/templates.ts";
import { type Context, installed, jobEnvironment, Runner, type Workflow } from "./workflow.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const POLICY = "policy/dieppe-trading.yaml";
/** The program of the package: its stack's config names the policy. */
const PROGRAM = `export { default } from "sanctioned/program";\n`;
const run = promisify(execFile);

describe("a team's repository, its workflows run as a runner would", () => {
  let org: LocalOrg;
  let forge: ForgeStandIn;
  let folder: string;
  let repository: string;
  let runner: Runner;
  let context: Context;
  /** The commit that was applied last. */
  let before: string;
  const git = async (...args: string[]) => (await run("git", args, { cwd: repository })).stdout.trim();
  /** As `main` has it, with settings that a team may write there. */
  const workflow = (name: string, more: object = {}): Workflow => {
    const file = parse(readFileSync(path.join(repository, `.github/workflows/${name}.yml`), "utf8"));
    return { ...file, env: { ...file.env, ...more } };
  };

  /** Writes the orgs, and the workflows for them, as `sanctioned upgrade` does. */
  function writeOrgs(orgs: readonly object[]): void {
    writeFileSync(path.join(repository, "orgs.yaml"), stringify({ version: 1, orgs }));
    const fleet = readOrgs("orgs.yaml", repository);
    for (const [name, text] of [
      ...githubWorkflows(templates, fleet.orgs, WORKFLOW_DEFAULTS),
      ...gitlabPipeline(templates, fleet.orgs, WORKFLOW_DEFAULTS),
    ]) {
      mkdirSync(path.dirname(path.join(repository, name)), { recursive: true });
      writeFileSync(path.join(repository, name), text);
    }
  }

  const pulumi = (...args: string[]) =>
    run("npx", ["pulumi", ...args, "--non-interactive"], {
      cwd: repository,
      env: { ...process.env, PULUMI_CONFIG_PASSPHRASE: "simulator", PULUMI_SKIP_UPDATE_CHECK: "true" },
    });

  /** A branch of the repository on which files of the policy's folder are others. */
  async function branch(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    await git("checkout", "-q", "-B", name, "main");
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(repository, file)), { recursive: true });
      writeFileSync(path.join(repository, file), text, { mode: 0o755 });
    }
    await git("add", "-A", "-f");
    await git("commit", "-q", "-m", name);
    await git("checkout", "-q", "main");
  }

  /** Commits a list of who may sign. */
  async function allow(...names: readonly string[]): Promise<void> {
    const lines = await Promise.all(
      names.map(async (name) => {
        const key = path.join(folder, name);
        await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
        return `${name} ${readFileSync(`${key}.pub`, "utf8")}`;
      }),
    );
    writeFileSync(path.join(repository, "policy/allowed_signers"), lines.join(""));
    await git("add", "-A");
    await git("commit", "-q", "-m", "main");
  }

  /** What approvers do: each signs the plan of the run, and one pushes the signatures. */
  async function approve(plan: string, ...names: readonly string[]): Promise<void> {
    await git("checkout", "-q", "--orphan", "approvals/1");
    await git("rm", "-q", "-rf", ".");
    const file = path.join(repository, "approvals/dieppe.json");
    cpSync(plan, file);
    for (const name of names)
      await run(process.execPath, [
        path.join(ROOT, "bin/sanctioned.js"),
        ...["approve", file, "--yes", "--key", path.join(folder, name), "--policy", path.join(ROOT, POLICY)],
      ]);
    rmSync(file);
    await git("add", "approvals");
    await git("commit", "-q", "-m", "approvals");
    await git("checkout", "-q", "main");
  }

  /** What a run of a pull request sees, in expressions and in the file of its event. */
  const pullRequest = async (head: string, from = "dieppe/org"): Promise<Context> => {
    const event = {
      pull_request: {
        number: 12,
        head: { sha: await git("rev-parse", head), repo: { full_name: from } },
      },
    };
    writeFileSync(path.join(folder, "event.json"), JSON.stringify(event));
    return { ...context, github: { ...(context.github as object), event } };
  };

  beforeAll(async () => {
    org = await startLocalOrg({ org: dieppeTrading() });
    forge = await new ForgeStandIn().start();
    folder = mkdtempSync(path.join(tmpdir(), "sanctioned-ci-"));
    repository = path.join(folder, "dieppe/org.git");
    mkdirSync(path.join(folder, "state"), { recursive: true });
    mkdirSync(path.join(repository, "policy"), { recursive: true });
    const file = (name: string, text: string) => writeFileSync(path.join(repository, name), text);
    file(
      "Pulumi.yaml",
      stringify({
        name: "connected-users",
        main: "index.js",
        runtime: { name: "nodejs", options: { typescript: false } },
        backend: { url: `file://${path.join(folder, "state")}` },
        options: { refresh: "always" },
      }),
    );
    file("package.json", JSON.stringify({ name: "connected-users", type: "module", private: true }));
    file("index.js", PROGRAM);
    file(".gitignore", "node_modules\n");
    cpSync(path.join(ROOT, POLICY), path.join(repository, POLICY));
    writeOrgs([
      {
        name: "dieppe",
        id: "00D000000001942EAA",
        policy: POLICY,
        stack: "dieppe",
        credentials: { accessToken: "DIEPPE_TOKEN", instanceUrl: "DIEPPE_URL" },
      },
    ]);
    symlinkSync(installed(folder), path.join(repository, "node_modules"));
    await pulumi("stack", "init", "dieppe");
    await pulumi("config", "set", "policy", POLICY, "--stack", "dieppe");
    await git("init", "-q", "-b", "main");
    await git("config", "user.name", "ci");
    await git("config", "user.email", "ci@dieppe.example");
    await git("config", "uploadpack.allowAnySHA1InWant", "true");
    await git("config", "uploadpack.allowFilter", "true");
    await allow("ada-weber", "ben");
    before = await git("rev-parse", "HEAD");
    await allow("mallory"); // what a change says of who may sign it
    const env = jobEnvironment(forge, folder, await git("rev-parse", "HEAD"));
    forge.applied = before;
    forge.history.push(
      { hash: before, authors: ["ben"] },
      { hash: await git("rev-parse", "HEAD"), authors: ["ada-weber"] },
    );
    runner = new Runner(folder, repository, env);
    writeFileSync(path.join(folder, "event.json"), JSON.stringify({ before: "0".repeat(40) }));
    context = {
      github: { token: TOKEN, repository: "dieppe/org", run_id: "1", run_attempt: "1" },
      secrets: {
        PULUMI_CONFIG_PASSPHRASE: "simulator",
        DIEPPE_TOKEN: org.accessToken,
        DIEPPE_URL: org.url,
      },
    };
    const policy = readFileSync(path.join(ROOT, POLICY), "utf8");
    await branch("tighter", {
      [POLICY]: policy.replace("Support Agent, Marketing User", "Support Agent"),
    });
    await branch("hostile", hostile(`${policy}# only a remark\n`));
    await git("checkout", "-q", "-B", "link", "main");
    await run("ln", ["-sf", "/etc/passwd", path.join(repository, POLICY)]);
    await git("commit", "-q", "-am", "link");
    await git("checkout", "-q", "main");
    await branch("wrong", { [POLICY]: policy.replace("apps:", "aps:") });
  });
  beforeEach(() => {
    forge.comments.length = 0;
  });
  afterAll(async () => {
    await org?.close();
    await forge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Written by whatever of a hostile change is run. */
  const ran = () => path.join(folder, "ran");

  /** A change that would have something of its own run, wherever a tool looks for something to run. */
  function hostile(policy: string): Record<string, string> {
    const shell = `#!/usr/bin/env bash\ntouch "${ran()}"\n`;
    const script = `require("node:fs").writeFileSync(${JSON.stringify(ran())}, "");\n`;
    const steps = `runs:\n  using: composite\n  steps:\n    - { shell: bash, run: 'touch "${ran()}"' }\n`;
    const pkg = JSON.stringify({
      name: "x",
      scripts: { preinstall: `touch ${ran()}`, engine: `touch ${ran()}` },
    });
    return {
      [POLICY]: policy,
      ".github/workflows/pull-request.yml": `on: pull_request\njobs:\n  preview:\n    ${steps.slice(6)}`,
      "action.yml": `name: x\ninputs: {}\n${steps}`,
      "ci/pull-request.sh": shell,
      "ci/take.sh": shell,
      "bin/sanctioned.js": script,
      "src/index.ts": script,
      "src/cli/main.ts": script,
      "index.js": script,
      "orgs.yaml": "version: 1\norgs: []\n",
      "node_modules/sanctioned/action.yml": `name: x\ninputs: {}\n${steps}`,
      "node_modules/sanctioned/bin/sanctioned.js": script,
      "policy/node_modules/.bin/pulumi": shell,
      "node_modules/.bin/pulumi": shell,
      "node_modules/.bin/sanctioned": shell,
      "package.json": pkg,
      "policy/package.json": pkg,
      ".npmrc": `script-shell=${folder}/dieppe/org/ci/take.sh\n`,
      "policy/.npmrc": "registry=http://127.0.0.1:9\n",
      "Pulumi.yaml": "name: other\nruntime: yaml\n",
      ".gitattributes": "* filter=x\n",
      "policy/.gitattributes": "* filter=x\n",
      ".gitmodules": `[submodule "x"]\n  path = x\n  url = ext::sh -c touch% ${ran()}\n`,
      ".lfsconfig": "[lfs]\n  url = http://127.0.0.1:9\n",
    };
  }

  it("a pull request gets one comment, updated in place, with drift apart from its own effects; nothing of it is run", async () => {
    const state = () =>
      readdirSync(path.join(folder, "state"), { recursive: true, withFileTypes: true })
        .map(
          ({ parentPath, name }) => `${parentPath}/${name} ${statSync(path.join(parentPath, name)).mtimeMs}`,
        )
        .sort();
    const stateBefore = state();
    const { code, output, summary } = await runner.run(
      workflow("pull-request"),
      "preview",
      await pullRequest("hostile"),
    );
    expect([code, output]).toEqual([0, expect.stringContaining("Comment created.")]);
    expect(forge.comments).toHaveLength(1);
    expect(forge.comments[0]!.body).toContain(
      "✅ **This change revokes nothing, and allows no more than before.** Merging revokes 12 grants: 0 by this change + 12 that broke the policy before it (drift).",
    );
    expect(forge.comments[0]!.body.match(/^\| Bob's Lead Scoring Tool \|/gm)).toHaveLength(12);
    expect(summary).toContain("12 revocations planned: 12 × Bob's Lead Scoring Tool (app-not-listed)");
    expect(existsSync(ran())).toBe(false);

    expect(state()).toEqual(stateBefore); // so that access to read is enough

    const shared = workflow("pull-request", { SANCTIONED_POLICY_ROOT: "policy" });
    const tighter = await runner.run(shared, "preview", await pullRequest("tighter"));
    expect([tighter.code, tighter.output]).toEqual([0, expect.stringContaining("Comment updated.")]);
    expect(forge.comments).toHaveLength(1);
    const { body } = forge.comments[0]!;
    expect(body).toMatch(
      /⚠️ \*\*This change revokes \d+ grants of \d+ users\.\*\* Merging revokes \d+ grants: \d+ by this change \+ 12 that broke the policy before it \(drift\)\./,
    );
    expect(body.indexOf("user not in scope of the app")).toBeLessThan(body.indexOf("\n| drift |"));
    const [docs] = readFileSync(path.join(ROOT, "docs", "pull-requests.md"), "utf8").split(
      "## What a change allows more",
    ) as [string];
    const sample = docs.split("\n").filter((line) => line.startsWith("> ") && !line.startsWith("> | … |"));
    for (const line of sample) expect(body).toContain(line.slice(2));

    const again = await runner.run(workflow("pull-request"), "preview", await pullRequest("wrong"));
    expect([again.code, forge.comments.length]).toEqual([1, 1]);
    expect(forge.comments[0]!.body).toContain("⛔ **The preview failed.**");
    expect(forge.comments[0]!.body).toContain("aps");
    expect(again.output).toContain(`::error file=${POLICY},line=`);
    expect(org.writes).toEqual([]);
    for (const text of [output, again.output]) expect(text).not.toContain(TOKEN);
  });

  it("a policy that is a link, or whose folder is gone, is refused and said so", async () => {
    const of = await pullRequest("link");
    expect((await runner.run(workflow("pull-request"), "preview", of)).code).toBe(1);
    expect(forge.comments.at(-1)!.body).toContain("is a link or a submodule");
    expect(forge.comments.at(-1)!.body).not.toContain("root:");
  });

  it("on GitLab, a webhook's text starts the same in a pipeline of the default branch", async () => {
    const { preview, variables } = parse(readFileSync(path.join(repository, ".gitlab-ci.yml"), "utf8"));
    const payload = path.join(folder, "payload.json");
    const workspace = await runner.checkout("main");
    const project = 77;
    const change = {
      iid: 12,
      action: "open",
      state: "opened",
      source_project_id: project,
      target_project_id: project,
      target_branch: "main",
      last_commit: { id: await git("rev-parse", "link") },
    };
    const webhook = (attributes: object, event: object = {}) => {
      const body = {
        object_kind: "merge_request",
        project: { id: project },
        object_attributes: { ...change, ...attributes },
      };
      writeFileSync(payload, JSON.stringify({ ...body, ...event }));
    };
    const job = {
      ...variables,
      ...(context.secrets as NodeJS.ProcessEnv),
      GITHUB_ACTIONS: "",
      GITLAB_CI: "true",
      TRIGGER_PAYLOAD: payload,
      CI_PROJECT_ID: String(project),
      CI_PROJECT_URL: `file://${folder}/dieppe/org`,
      CI_DEFAULT_BRANCH: "main",
      CI_API_V4_URL: `${forge.url}/api/v4`,
      CI_JOB_TOKEN: "none",
      GITLAB_TOKEN: TOKEN,
    };
    webhook({});
    expect((await runner.runScript(preview.script, workspace, job)).code).toBe(1);
    expect(forge.comments.map(({ body }) => body)).toEqual([
      expect.stringContaining("is a link or a submodule"),
    ]);
    webhook({ source_project_id: 78 });
    const fork = await runner.runScript(preview.script.slice(-1), workspace, job);
    expect(fork).toEqual({ code: 0, output: expect.stringContaining("a fork gets no preview") });
    expect(forge.comments).toHaveLength(1);
    const told = (attributes: object, event: object = {}) => {
      webhook(attributes, event);
      return changeOfRun(job);
    };
    expect(told({})).toEqual({ number: 12, commit: change.last_commit.id });
    expect(told({ action: "update", oldrev: "0" })).toEqual({ number: 12, commit: change.last_commit.id });
    for (const [attributes, skipped] of [
      [{ target_branch: "other" }, "not for the default branch"],
      [{ action: "update" }, "its commits have not changed"],
      [{ state: "merged" }, "its commits have not changed"],
    ] as const)
      expect(told(attributes)).toEqual({ skipped: expect.stringContaining(skipped) });
    for (const [attributes, event, reason] of [
      [{ target_project_id: 78 }, {}, "no merge request of this project"],
      [{}, { project: { id: 78 } }, "no merge request of this project"],
      [{}, { object_kind: "push" }, "no merge request of this project"],
      [{ iid: "12; id" }, {}, "names no merge request and commit"],
      [{ last_commit: { id: "main\n12" } }, {}, "names no merge request and commit"],
    ] as const)
      expect(() => told(attributes, event)).toThrow(reason);
  });

  it("a fork's runs no step with a credential, and fails with the reason", async () => {
    const of = await pullRequest("hostile", "stranger/org");
    expect((await runner.run(workflow("pull-request"), "preview", of)).ran).toBe(false);
    const fork = await runner.run(workflow("pull-request"), "fork", of);
    expect([fork.ran, fork.code]).toEqual([true, 1]);
    expect(fork.output).toContain("gets no preview");
  });

  it("a run that is started again applies nothing once main has another policy", async () => {
    expect((await runner.run(workflow("apply"), "plan", context)).code).toBe(0);
    const old = await runner.checkout(before);
    symlinkSync(installed(folder), path.join(old, "node_modules"));
    cpSync(path.join(folder, "artifacts/plans"), path.join(old, "plans"), { recursive: true });
    const { code, output } = await runner.runScript(
      [`npx --no sanctioned ci apply --org dieppe --plans plans --last-applied ${before}`],
      old,
      { ...(context.secrets as NodeJS.ProcessEnv), GITHUB_TOKEN: TOKEN },
    );
    expect([code, output]).toEqual([
      1,
      expect.stringContaining("main has another policy by now: policy/allowed_signers"),
    ]);
    expect(org.writes).toEqual([]);
  });

  it("a night opens one issue, then updates it; a merge revokes what was approved; the next night closes it", async () => {
    const drift = async () => {
      const { code, output } = await runner.run(workflow("drift"), "drift", context);
      expect([code, output]).toEqual([0, expect.stringContaining("Issue: ")]);
      return /Issue: .*/.exec(output)?.[0];
    };
    expect(await drift()).toBe("Issue: opened.");
    expect(await drift()).toBe("Issue: updated."); // the time that it was read
    expect(forge.issues).toMatchObject([
      { isOpen: true, title: "Connected users: 12 grants break the policy" },
    ]);

    const plan = await runner.run(workflow("apply"), "plan", context);
    const matrix = { org: "dieppe", stack: "dieppe", plan: "plans/dieppe.json", wave: 1, revocations: 12 };
    const outputs = { authors: "ada-weber", base: before, "wave-1": JSON.stringify([matrix]) };
    expect([plan.code, plan.outputs]).toEqual([0, outputs]);
    await approve(path.join(folder, "artifacts/plans/dieppe.json"), "ada-weber", "ben", "mallory");
    expect(plan.summary).toContain("**12 grants of 448 are to be revoked.**");
    expect(org.writes).toEqual([]);
    // Somebody links one more in the meantime: it was not approved.
    org.store.authorize({
      username: "amir.kowalski@dieppe.example",
      app: "Shiny AI Notetaker",
      createdAt: Date.now(),
      lastUsedAt: null,
      useCount: 0,
    });
    const signed = workflow("apply", { SANCTIONED_REQUIRED_APPROVALS: 1 });
    const needs = { plan: { ...plan, result: "success" } };
    const apply = await runner.run(signed, "wave-1", { ...context, needs, matrix });
    expect([apply.code, apply.output]).toEqual([0, expect.stringContaining("12 revoked")]);
    expect(apply.output).toContain("drift: 1 more break the policy and are not in the approved plan");
    expect(apply.output).toMatch(/audit\.jsonl: whole, /);
    expect(apply.summary).toMatch(/audit\.jsonl: whole, /);
    const held = Map.groupBy(org.store.grants(), ({ AppName }) => String(AppName));
    expect([held.has("Bob's Lead Scoring Tool"), held.has("Shiny AI Notetaker")]).toEqual([false, true]);
    const record = readFileSync(path.join(folder, "artifacts/audit-record-dieppe-1-1/audit.jsonl"), "utf8");
    expect(record).toContain('"run-end"');
    // Neither the author of the change, nor whom the change itself would let sign.
    expect(JSON.parse(record.split("\n")[0]!).approval.signedBy).toEqual(["ben"]);

    expect(await drift()).toBe("Issue: updated.");
    expect(forge.said.map(({ body }) => body)).toEqual([
      expect.stringMatching(/1 new case .*amir\.kowalski.*12 cases settled .*ada\.weber/s),
    ]);
    const all = { plan: "success", "wave-1": "success" };
    expect(await runner.runAll(workflow("apply"), context)).toEqual(all);
    expect(await drift()).toBe("Issue: closed.");
    expect(forge.said[1]!.body).toMatch(/Nothing breaks the policy any more.*amir\.kowalski/s);
    expect(await runner.runAll(workflow("apply"), context)).toEqual({ ...all, "wave-1": "skipped" });
  });

  it("a tool that fails fails its step", async () => {
    const wrong = { ...context, secrets: { ...(context.secrets as object), DIEPPE_TOKEN: "wrong" } };
    for (const [file, job] of [
      ["drift", "drift"],
      ["apply", "plan"],
    ] as const) {
      const { code, output } = await runner.run(workflow(file), job, wrong);
      expect(code).not.toBe(0);
      expect(output).not.toContain("Issue: closed");
    }
  });
});
