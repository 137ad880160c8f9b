import { execFile } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, smallOrg } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";
import { CREATE, LOCAL_ORG, packTarballs, ROOT, type Tarballs } from "../../scripts/consumers/tarballs.ts";
import { ensureEngine } from "../../scripts/engine/ensure.ts";
import { type Context, jobEnvironment, Runner, type Workflow } from "../ci/workflow.ts";
import { ForgeStandIn, TOKEN } from "../forge/standIn.ts";

/** A company's repository from its first day, made from the tarballs, with nothing but npm, Node and git. */
let folder: string;
let repository: string;
let packed: Tarballs;
let dieppe: LocalOrg;
let rouen: LocalOrg;
let forge: ForgeStandIn;

const run = promisify(execFile);

beforeAll(async () => {
  packed = await packTarballs();
  await ensureEngine();
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), "sanctioned-repository-")));
  dieppe = await startLocalOrg({ org: dieppeTrading() });
  rouen = await startLocalOrg({
    org: {
      ...smallOrg(),
      organization: { id: "00D000000000011EAA", name: "Rouen Retail", isSandbox: false },
    },
  });
  forge = await new ForgeStandIn().start();
  install(packed.sanctioned.folder);
}, 180_000);
afterAll(async () => {
  await dieppe?.close();
  await rouen?.close();
  await forge?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What `npm ci` makes, without the download: the packages from their tarballs, and what they bring along from this checkout. */
function install(sanctioned: string): void {
  const modules = path.join(folder, "installed/node_modules");
  rmSync(modules, { recursive: true, force: true });
  mkdirSync(path.join(modules, ".bin"), { recursive: true });
  const from = path.join(ROOT, "node_modules");
  const own = ["sanctioned", LOCAL_ORG, CREATE];
  for (const name of readdirSync(from))
    if (!name.startsWith(".") && !own.includes(name))
      symlinkSync(path.join(from, name), path.join(modules, name));
  for (const name of readdirSync(path.join(from, ".bin")))
    symlinkSync(path.join(from, ".bin", name), path.join(modules, ".bin", name));
  for (const [name, source] of [
    ["sanctioned", sanctioned],
    [LOCAL_ORG, packed[LOCAL_ORG].folder],
    [CREATE, packed[CREATE].folder],
  ] as const)
    cpSync(source, path.join(modules, name), { recursive: true });
  symlinkSync("../sanctioned/bin/sanctioned.js", path.join(modules, ".bin/sanctioned"));
}

const text = (file: string) => readFileSync(path.join(repository, file), "utf8");
const write = (file: string, content: string) => writeFileSync(path.join(repository, file), content);
const git = async (...args: string[]) => (await run("git", args, { cwd: repository })).stdout.trim();
async function commit(message: string): Promise<string> {
  await git("add", "-A");
  await git("commit", "-q", "-m", message);
  return git("rev-parse", "HEAD");
}

/** Runs a program of the repository's packages there, as `npx NAME ARGS` does, with both orgs' credentials. */
async function npx(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const env = {
    PATH: [path.join(repository, "node_modules/.bin"), process.env.PATH].join(path.delimiter),
    HOME: process.env.HOME,
    ...(process.env.PULUMI_HOME ? { PULUMI_HOME: process.env.PULUMI_HOME } : {}),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_CONFIG_PASSPHRASE: "simulator",
    NO_COLOR: "1",
    SANCTIONED_REVOKES_PER_SECOND: "1000",
    SF_ACCESS_TOKEN: dieppe.accessToken,
    SF_ORG_INSTANCE_URL: dieppe.url,
    ROUEN_TOKEN: rouen.accessToken,
    ROUEN_URL: rouen.url,
  };
  const program = path.join(repository, "node_modules/.bin", name);
  return run(program, args, { cwd: repository, env }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    ({ code, stdout, stderr }) => ({ code, output: `${stdout}${stderr}` }),
  );
}

const workflow = (name: string) => parse(text(`.github/workflows/${name}.yml`)) as Workflow;

/** A runner whose checkouts are of the repository, and which holds what the environments hold. */
async function runnerOf(applied: string): Promise<{ runner: Runner; context: Context }> {
  forge.applied = applied;
  forge.history.push(
    { hash: applied, authors: ["ben"] },
    { hash: await git("rev-parse", "HEAD"), authors: ["ada-weber"] },
  );
  const runner = new Runner(folder, repository, {
    ...jobEnvironment(forge, folder, await git("rev-parse", "HEAD")),
    SANCTIONED_REVOKES_PER_SECOND: "1000",
  });
  const secrets = {
    PULUMI_CONFIG_PASSPHRASE: "simulator",
    SF_ACCESS_TOKEN: dieppe.accessToken,
    SF_ORG_INSTANCE_URL: dieppe.url,
  };
  const github = { token: TOKEN, repository: "dieppe/org", run_id: "1", run_attempt: "1" };
  return { runner, context: { github, secrets } };
}

/** What a workflow is told of: the file of its event, and the same for expressions. */
function event(context: Context, told: object): Context {
  writeFileSync(path.join(folder, "event.json"), JSON.stringify(told));
  return { ...context, github: { ...(context.github as object), event: told } };
}

it("a repository is made, its workflows preview and revoke, and it is upgraded to a next version", async () => {
  // npm create sanctioned dieppe/org -- --example
  repository = path.join(folder, "dieppe/org.git");
  const create = path.join(folder, "installed/node_modules", CREATE, "create.js");
  mkdirSync(path.join(folder, "state"));
  const options = [
    "--example",
    "--team",
    "@dieppe/security",
    "--ci",
    "both",
    "--backend",
    `file://${folder}/state`,
  ];
  await run(process.execPath, [create, repository, ...options]);
  symlinkSync(path.join(folder, "installed/node_modules"), path.join(repository, "node_modules"));
  await git("init", "-q", "-b", "main");
  for (const [key, value] of [
    ["user.name", "ada-weber"],
    ["user.email", "ada@dieppe.example"],
    ["uploadpack.allowAnySHA1InWant", "true"],
    ["uploadpack.allowFilter", "true"],
  ] as const)
    await git("config", key, value);
  await commit("A repository of our own");
  expect(await git("status", "--porcelain", "--ignored")).toBe("!! node_modules");

  // The scripts that its README names.
  const { scripts } = JSON.parse(text("package.json"));
  const script = (name: string) => {
    const [program, ...args] = scripts[name].split(" ");
    return npx(program, ...args);
  };
  expect(await script("validate")).toMatchObject({ code: 0 });
  expect(await script("plan")).toMatchObject({
    code: 0,
    output: expect.stringMatching(/dieppe-trading +1 +revokes +12 /),
  });
  expect(await npx("pulumi", "stack", "init", "simulator", "--non-interactive")).toMatchObject({ code: 0 });
  const preview = await script("preview");
  expect([preview.code, preview.output]).toEqual([
    0,
    expect.stringMatching(
      /: app not listed \(policy\/shared\.yaml:6\);.*: ada\.weber@dieppe\.example \(app not listed\)/s,
    ),
  ]);
  const applied = await commit("The stack's file, with what its passphrase is salted with");

  // A change by pull request, of which its one comment says what it revokes.
  await git("checkout", "-q", "-b", "tighter");
  write(
    "policy/shared.yaml",
    text("policy/shared.yaml").replace("Support Agent, Marketing User", "Support Agent"),
  );
  const head = await commit("Marketing leaves Slack");
  await git("checkout", "-q", "main");
  write("policy/shared.yaml", `${text("policy/shared.yaml")}\n# Reviewed.\n`);
  await commit("Reviewed");
  const { runner, context } = await runnerOf(applied);
  const pullRequest = { number: 12, head: { sha: head, repo: { full_name: "dieppe/org" } } };
  const job = await runner.run(
    workflow("pull-request"),
    "preview",
    event(context, { pull_request: pullRequest }),
  );
  expect([job.code, job.output]).toEqual([0, expect.stringContaining("Comment created.")]);
  expect(forge.comments.map(({ body }) => body)).toEqual([
    expect.stringMatching(
      /This change revokes \d+ grants of \d+ users\.\*\* Merging revokes \d+ grants: \d+ by this change \+ 12 that broke the policy before it/,
    ),
  ]);

  // A night finds drift; a merge plans, and revokes what was approved; the next night closes the issue.
  const night = async () => runner.run(workflow("drift"), "drift", event(context, {}));
  expect(await night()).toMatchObject({ code: 0, output: expect.stringContaining("Issue: opened.") });
  const results = await runner.runAll(workflow("apply"), event(context, { before: applied }));
  expect(results).toEqual({ plan: "success", "wave-1": "success" });
  expect(dieppe.store.grants().some(({ AppName }) => AppName === "Bob's Lead Scoring Tool")).toBe(false);
  expect(dieppe.store.grants()).toHaveLength(436);
  expect(await night()).toMatchObject({ code: 0, output: expect.stringContaining("Issue: closed.") });

  // A next version, in which a template is another; and an org that came meanwhile.
  install(nextVersion());
  const theirs = `${text(".vscode/settings.json").trimEnd()} // ours\n`;
  write(".vscode/settings.json", theirs);
  appendFileSync(
    path.join(repository, "orgs.yaml"),
    "  - { name: rouen, id: 00D000000000011EAA, policy: policy/rouen.yaml, stack: rouen, wave: 2, credentials: { accessToken: ROUEN_TOKEN, instanceUrl: ROUEN_URL } }\n",
  );
  const own =
    "version: 1\nextends: shared.yaml\norg: { name: Rouen Retail, id: 00D000000000011EAA }\nmode: report\n";
  write("policy/rouen.yaml", own);
  const before = await commit("One more org");
  const check = await script("outdated");
  expect(check.code).toBe(1);
  expect(check.output).toContain("written by sanctioned 0.1.0, and this is 0.1.1-next");
  expect(check.output).toMatch(/\n- +- cron: "17 3 \* \* \*"\n\+ +- cron: "23 4 \* \* \*"\n/);
  expect(check.output).toMatch(/\n\+ +ROUEN_TOKEN: \$\{\{ secrets\.ROUEN_TOKEN \}\}\n/);
  expect(check.output).toMatch(/\n- +"sanctioned": "0\.1\.0"\n\+ +"sanctioned": "0\.1\.1-next"\n/);
  expect(check.output).toMatch(/\nnew: Pulumi\.rouen\.yaml\n/);
  expect(await git("rev-parse", "HEAD")).toBe(before);
  expect(await git("status", "--porcelain")).toBe("");
  expect(await npx("sanctioned", "upgrade")).toMatchObject({ code: 0 });
  expect(text(".vscode/settings.json")).toBe(theirs);
  expect(await script("outdated")).toMatchObject({ code: 0 });
  const changed = (await git("status", "--porcelain"))
    .split("\n")
    .map((line) => line.trim().split(" ").at(-1));
  expect(changed).toEqual(expect.arrayContaining([".sanctioned.json", "package.json", "Pulumi.rouen.yaml"]));
  expect(changed.filter((file) => /^(policy|README|CODEOWNERS|orgs|index)/.test(file!))).toEqual([]);
  expect(await script("plan")).toMatchObject({ code: 0, output: expect.stringMatching(/rouen +2 +re/) });
});

/** The package of a version to come: its number, and one workflow. */
function nextVersion(): string {
  const next = path.join(folder, "next");
  cpSync(packed.sanctioned.folder, next, { recursive: true });
  for (const [file, from, to] of [
    ["package.json", '"version": "0.1.0"', '"version": "0.1.1-next"'],
    ["templates/github/drift.yml", "17 3", "23 4"],
  ] as const) {
    const content = readFileSync(path.join(next, file), "utf8");
    expect(content).toContain(from);
    writeFileSync(path.join(next, file), content.replace(from, to));
  }
  return next;
}
