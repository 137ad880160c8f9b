import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { ForgeStandIn, TOKEN } from "../forge/standIn.ts";
import { type Context, Runner, readWorkflow, type Workflow } from "./workflow.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const FOLDER = "docs/ci/github";
const FILES = [
  ".github/workflows/ci.yml",
  ...readdirSync(path.join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`),
];
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
const POLICY = "policy/dieppe-trading.yaml";
const run = promisify(execFile);

describe("the workflows", () => {
  it("pass a real linter", async () => {
    const { stdout } = await run("go", ["run", ACTIONLINT, "-no-color", "-shellcheck=", ...FILES], {
      cwd: ROOT,
    }).catch((error: NodeJS.ErrnoException & { stdout?: string; stderr?: string }) => {
      if (error.code === "ENOENT")
        throw new Error("actionlint is built with Go: install Go (Debian: golang-go).");
      throw new Error(`${error.stdout}${error.stderr}`);
    });
    expect(stdout).toBe("");
  });

  it.each([...FILES, "action.yml"])(
    "%s takes every action at a commit, and every script fails with its tool",
    (file) => {
      const text = readFileSync(path.join(ROOT, file), "utf8");
      for (const [, used] of text.matchAll(/uses: (\S+)/g))
        expect(used).toMatch(/^(\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40}$)/);
      for (const [line] of text.matchAll(/uses: [\w-]+\/.*/g)) expect(line).toMatch(/ # v\d+\.\d+\.\d+$/);
      expect(text.match(/^ +run: /gm)?.length ?? 0).toBe(text.match(/^ +shell: bash$/gm)?.length ?? 0);
    },
  );

  it.each(FILES)("%s has the least of permissions, a time limit, and one run at a time", (file) => {
    const { permissions, concurrency, on, jobs } = readWorkflow(file);
    expect(permissions).toEqual({});
    expect(concurrency?.group).toMatch(/^sanctioned-/);
    expect(Object.keys(on)).not.toContain("pull_request_target");
    for (const job of Object.values(jobs)) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });

  it("only the protected environment applies", () => {
    for (const file of FILES)
      for (const job of Object.values(readWorkflow(file).jobs))
        expect(JSON.stringify(job).includes("pulumi up")).toBe(job.environment === "production");
  });

  it("GitLab's is YAML whose jobs run the same scripts", () => {
    const { preview, apply, drift } = parse(
      readFileSync(path.join(ROOT, "docs/ci/gitlab/.gitlab-ci.yml"), "utf8"),
    );
    expect(preview.script.at(-1)).toContain("bash ci/pull-request.sh");
    expect(drift.script.at(-1)).toBe("bash ci/drift.sh");
    expect(apply.environment.name).toBe("production");
  });
});

describe("run as scripts", () => {
  let org: LocalOrg;
  let forge: ForgeStandIn;
  let folder: string;
  let repository: string;
  let runner: Runner;
  let context: Context;
  const git = async (...args: string[]) => (await run("git", args, { cwd: repository })).stdout.trim();
  const workflow = (name: string): Workflow => readWorkflow(`${FOLDER}/${name}`);

  /** A branch of the repository on which files of the policy's folder are others. */
  async function branch(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    await git("checkout", "-q", "-B", name, "main");
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(repository, file), text);
    await git("add", "-A");
    await git("commit", "-q", "-m", name);
    await git("checkout", "-q", "main");
  }

  const pullRequest = async (head: string): Promise<Context> => ({
    ...context,
    github: {
      ...(context.github as object),
      event: {
        pull_request: {
          number: 12,
          base: { sha: await git("rev-parse", "main") },
          head: { sha: await git("rev-parse", head), repo: { full_name: "dieppe/org" } },
        },
      },
    },
  });

  beforeAll(async () => {
    org = await startLocalOrg({ org: dieppeTrading() });
    forge = await new ForgeStandIn().start();
    folder = mkdtempSync(path.join(tmpdir(), "sanctioned-ci-"));
    repository = path.join(folder, "repository");
    const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: ROOT,
    });
    for (const file of stdout.trim().split("\n"))
      cpSync(path.join(ROOT, file), path.join(repository, file), { recursive: true });
    await git("init", "-q", "-b", "main");
    await git("config", "user.name", "ci");
    await git("config", "user.email", "ci@dieppe.example");
    await git("config", "uploadpack.allowAnySHA1InWant", "true");
    await git("add", "-A");
    await git("commit", "-q", "-m", "main");
    writeFileSync(path.join(folder, "event.json"), JSON.stringify({ pull_request: { number: 12 } }));
    const backend = `file://${path.join(folder, "state")}`;
    const env: NodeJS.ProcessEnv = {
      HOME: process.env.HOME,
      ...(process.env.PULUMI_HOME ? { PULUMI_HOME: process.env.PULUMI_HOME } : {}),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      NO_COLOR: "1",
      SF_ORG_INSTANCE_URL: org.url,
      SF_ACCESS_TOKEN: org.accessToken,
      GITHUB_API_URL: forge.url,
      GITHUB_REPOSITORY: "dieppe/org",
      GITHUB_EVENT_PATH: path.join(folder, "event.json"),
    };
    runner = new Runner(folder, repository, env);
    context = {
      github: { token: TOKEN, repository: "dieppe/org", run_id: "1", run_attempt: "1" },
      vars: { PULUMI_BACKEND_URL: backend, PULUMI_STACK: "simulator" },
      secrets: { PULUMI_CONFIG_PASSPHRASE: "simulator" },
    };
    await run("mkdir", ["-p", path.join(folder, "state")]);
    await run("npx", ["pulumi", "stack", "init", "simulator", "--non-interactive"], {
      cwd: ROOT,
      env: { ...process.env, ...env, PULUMI_BACKEND_URL: backend, PULUMI_CONFIG_PASSPHRASE: "simulator" },
    });
    const policy = readFileSync(path.join(ROOT, POLICY), "utf8");
    await branch("tighter", {
      [POLICY]: policy.replace("Support Agent, Marketing User", "Support Agent"),
    });
    await branch("reason", { [POLICY]: `${policy}# only a remark\n` });
    await branch("wrong", { [POLICY]: policy.replace("apps:", "aps:") });
  });
  afterAll(async () => {
    await org?.close();
    await forge?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("a pull request gets one comment, updated in place, with drift apart from its own effects", async () => {
    const { code, output, summary } = await runner.run(
      workflow("pull-request.yml"),
      "preview",
      await pullRequest("reason"),
    );
    expect([code, output]).toEqual([0, expect.stringContaining("Comment created.")]);
    expect(forge.comments).toHaveLength(1);
    expect(forge.comments[0]!.body).toContain(
      "✅ **This change revokes nothing.** 12 grants broke the policy before it.",
    );
    expect(forge.comments[0]!.body.match(/^\| Bob's Lead Scoring Tool \|/gm)).toHaveLength(12);
    expect(summary).toContain("12 revocations planned: 12 × Bob's Lead Scoring Tool (app-not-listed)");

    const tighter = await runner.run(workflow("pull-request.yml"), "preview", await pullRequest("tighter"));
    expect([tighter.code, tighter.output]).toEqual([0, expect.stringContaining("Comment updated.")]);
    expect(forge.comments).toHaveLength(1);
    const { body } = forge.comments[0]!;
    expect(body).toMatch(
      /⚠️ \*\*This change revokes \d+ grants of \d+ users\.\*\* 12 grants broke the policy before it\./,
    );
    expect(body.indexOf("user not in scope of the app")).toBeLessThan(
      body.indexOf("There before this change"),
    );

    const again = await runner.run(workflow("pull-request.yml"), "preview", await pullRequest("wrong"));
    expect([again.code, forge.comments.length]).toEqual([1, 1]);
    expect(forge.comments[0]!.body).toContain("⛔ **The preview failed.**");
    expect(forge.comments[0]!.body).toContain("aps");
    expect(again.output).toContain(`::error file=${POLICY},line=`);
    expect(org.writes).toEqual([]);
    for (const text of [output, again.output]) expect(text).not.toContain(TOKEN);
  });

  it("a policy that is a link, or whose folder is gone, is refused and said so", async () => {
    await git("checkout", "-q", "-B", "link", "main");
    await run("ln", ["-sf", "/etc/passwd", path.join(repository, POLICY)]);
    await git("commit", "-q", "-am", "link");
    await git("checkout", "-q", "main");
    const { code } = await runner.run(workflow("pull-request.yml"), "preview", await pullRequest("link"));
    expect(code).toBe(1);
    expect(forge.comments.at(-1)!.body).toContain("holds links, or is not there");
    expect(forge.comments.at(-1)!.body).not.toContain("root:");
  });

  it("a fork's runs no step with a credential, and fails with the reason", async () => {
    const of = await pullRequest("reason");
    const event = (of.github as { event: { pull_request: { head: { repo: { full_name: string } } } } }).event;
    event.pull_request.head.repo.full_name = "stranger/org";
    expect((await runner.run(workflow("pull-request.yml"), "preview", of)).ran).toBe(false);
    const fork = await runner.run(workflow("pull-request.yml"), "fork", of);
    expect([fork.ran, fork.code]).toEqual([true, 1]);
    expect(fork.output).toContain("gets no credential");
  });

  it("a night opens one issue, then updates it; a merge revokes what was approved; the next night closes it", async () => {
    const drift = async () => {
      const { code, output } = await runner.run(workflow("drift.yml"), "drift", context);
      expect(code).toBe(0);
      return /Issue: .*/.exec(output)?.[0];
    };
    expect(await drift()).toBe("Issue: opened.");
    expect(await drift()).toBe("Issue: updated."); // the time that it was read
    expect(forge.issues).toMatchObject([
      { isOpen: true, title: "Connected users: 12 grants break the policy" },
    ]);

    const plan = await runner.run(workflow("apply.yml"), "plan", context);
    expect([plan.code, plan.outputs]).toEqual([0, { revokes: "true" }]);
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
    const apply = await runner.run(workflow("apply.yml"), "apply", { ...context, needs: { plan } });
    expect([apply.code, apply.output]).toEqual([0, expect.stringContaining("12 revoked")]);
    expect(apply.output).toContain("drift: 1 more break the policy and are not in the approved plan");
    expect(apply.output).toMatch(/audit\.jsonl: whole, /);
    const held = Map.groupBy(org.store.grants(), ({ AppName }) => String(AppName));
    expect([held.has("Bob's Lead Scoring Tool"), held.has("Shiny AI Notetaker")]).toEqual([false, true]);
    expect(readFileSync(path.join(folder, "artifacts/audit-record-1-1/audit.jsonl"), "utf8")).toContain(
      '"run-end"',
    );

    expect(await drift()).toBe("Issue: updated.");
    const second = await runner.run(workflow("apply.yml"), "plan", context);
    await runner.run(workflow("apply.yml"), "apply", { ...context, needs: { plan: second } });
    expect(await drift()).toBe("Issue: closed.");
    expect((await runner.run(workflow("apply.yml"), "plan", context)).outputs).toEqual({ revokes: "" });
  });

  it("a tool that fails fails its step", async () => {
    const broken = new Runner(folder, repository, {
      HOME: process.env.HOME,
      SF_ORG_INSTANCE_URL: org.url,
      SF_ACCESS_TOKEN: "wrong",
    });
    for (const [file, job] of [
      ["drift.yml", "drift"],
      ["apply.yml", "plan"],
    ] as const) {
      const { code, output } = await broken.run(workflow(file), job, context);
      expect(code).not.toBe(0);
      expect(output).not.toContain("Issue: closed");
    }
  });
});
