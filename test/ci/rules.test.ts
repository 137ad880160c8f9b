import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { actionProblems, githubProblems, gitlabProblems } from "./rules.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const FOLDER = "docs/ci/github";
const FILES = [
  ".github/workflows/ci.yml",
  ...readdirSync(path.join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`),
];
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");
/** The text with one piece replaced, which must be there; «…» is an expression. */
const changed = (text: string, from: string, to: string): string => {
  const [found, put] = [from, to].map((piece) => piece.replace(/«(.*?)»/g, "$\u007b{ $1 }}"));
  expect(text).toContain(found);
  return text.replace(found!, () => put!);
};

describe("somebody who can push a branch, but not merge, gets no credential", () => {
  it("the workflows pass a real linter", async () => {
    const { stdout } = await promisify(execFile)(
      "go",
      ["run", ACTIONLINT, "-no-color", "-shellcheck=", ...FILES],
      { cwd: ROOT },
    ).catch((error: NodeJS.ErrnoException & { stdout?: string; stderr?: string }) => {
      if (error.code === "ENOENT")
        throw new Error("actionlint is built with Go: install Go (Debian: golang-go).");
      throw new Error(`${error.stdout}${error.stderr}`);
    });
    expect(stdout).toBe("");
  });

  it.each(FILES)("%s keeps the rules", (file) => {
    expect(githubProblems(read(file))).toEqual([]);
  });

  it("so does action.yml", () => {
    expect(actionProblems(read("action.yml"))).toEqual([]);
    expect(
      actionProblems(changed(read("action.yml"), "run: bash ", "run: NAME=«inputs.name» bash ")),
    ).toHaveLength(1);
  });

  const preview = read(`${FOLDER}/pull-request.yml`);
  const apply = read(`${FOLDER}/apply.yml`);
  const ci = read(".github/workflows/ci.yml");
  const checkout = "          persist-credentials: false\n";
  it.each([
    ["the workflow of the change", preview, "pull_request_target:", "pull_request:"],
    [
      "another event",
      preview,
      "pull_request_target:\n    branches: [main]\n    paths: [policy/**]",
      "workflow_run: { workflows: [CI] }",
    ],
    ["a comment as trigger", preview, "on:\n", "on:\n  issue_comment:\n"],
    ["pull requests of another branch", preview, "    branches: [main]\n", ""],
    ["pushes to any branch", apply, "    branches: [main]\n", '    branches: ["**"]\n'],
    ["pushes of tags", apply, "    branches: [main]\n", "    branches: [main]\n    tags: [v1]\n"],
    [
      "a checkout of the change",
      preview,
      checkout,
      `${checkout}          ref: «github.event.pull_request.head.sha»\n`,
    ],
    ["a checkout of its merge", preview, checkout, `${checkout}          ref: refs/pull/1/merge\n`],
    ["a fork's checkout", preview, checkout, `${checkout}          allow-unsafe-pr-checkout: true\n`],
    ["a token that stays", preview, checkout, "          persist-credentials: true\n"],
    ["a job with a credential and no environment", preview, "    environment: preview\n", ""],
    ["an environment of another name", preview, "environment: preview", "environment: any"],
    ["secrets for all jobs", apply, "PULUMI_STACK: dieppe-trading", "PULUMI_STACK: «secrets.A»"],
    ["all secrets", apply, "«secrets.SANCTIONED_USERNAME»", "«toJSON(secrets)»"],
    ["secrets by a name that is computed", apply, "secrets.SANCTIONED_USERNAME", "secrets[github.ref_name]"],
    ["permissions for all jobs", apply, "permissions: {}", "permissions: write-all"],
    ["a job that may write the repository", apply, "contents: read", "contents: write"],
    ["a branch's name in a script", preview, "          npm ci\n", "          echo «github.head_ref»\n"],
    [
      "a title in a variable",
      preview,
      "          SANCTIONED_CLIENT_ID:",
      "          TITLE: «github.event.pull_request.title»\n          SANCTIONED_CLIENT_ID:",
    ],
    ["any expression in a script", apply, "run: npm ci", "run: npm ci «runner.os»"],
    [
      "a variable of the repository",
      apply,
      "PULUMI_STACK: dieppe-trading",
      "PULUMI_STACK: «vars.PULUMI_STACK»",
    ],
    ["a command that npm would download", apply, "node bin/sanctioned.js", "npx sanctioned"],
    ["an action at a tag", preview, "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7"],
    [
      "a cache",
      preview,
      checkout,
      `${checkout}      - uses: actions/cache@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n`,
    ],
    ["a cache of packages", apply, "          package-manager-cache: false\n", ""],
    [
      "a group of runs that others can name",
      preview,
      "github.event.pull_request.number }}\n",
      "github.head_ref }}\n",
    ],
    ["a runner that others use", apply, "ubuntu-24.04", "self-hosted"],
    ["an update before the approval", apply, "run: npm ci", "run: npx pulumi up"],
    ["a state that nobody looked at", apply, "run: bash ci/verify-state.sh", "run: 'true'"],
    [
      "a look at the state with the credential",
      apply,
      "        run: bash ci/verify-state.sh",
      "          SANCTIONED_PRIVATE_KEY: x\n        run: bash ci/verify-state.sh",
    ],
    [
      "a credential in a job of a pull request",
      ci,
      "      contents: read",
      "      contents: read\n      id-token: write",
    ],
  ])("and %s breaks them", (_, text, from, to) => {
    expect(githubProblems(changed(text, from, to))).not.toEqual([]);
  });

  it("GitLab runs a job with a credential in pipelines of the protected default branch alone", () => {
    const text = read("docs/ci/gitlab/.gitlab-ci.yml");
    expect(gitlabProblems(text)).toEqual([]);
    for (const [from, to] of [
      ["push|trigger|schedule", "push|merge_request_event"],
      ["== $CI_DEFAULT_BRANCH", "!= $CI_DEFAULT_BRANCH"],
      ['&& $CI_COMMIT_REF_PROTECTED == "true"', ""],
      ['if: $CI_PIPELINE_SOURCE == "trigger"', 'if: $CI_PIPELINE_SOURCE == "merge_request_event"'],
      ["  environment: { name: preview, action: prepare }\n", ""],
      ["    - bash ci/verify-state.sh\n", ""],
    ] as const)
      expect(gitlabProblems(changed(text, from, to))).not.toEqual([]);
  });

  it("the preview looks at the state before Pulumi runs what is in it", () => {
    const lines = read("ci/pull-request.sh").split("\n");
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    expect(at('bash "$tool/ci/verify-state.sh"')).toBe(at('pulumi" preview') - 1);
    expect(lines[at("verify-state.sh")]).toMatch(/\|\| failed 1$/);
  });

  it.each(readdirSync(path.join(ROOT, "ci")))("ci/%s runs what is installed alone", (file) => {
    expect(read(`ci/${file}`).replaceAll(/^#.*$/gm, "")).not.toMatch(/\bnpx\b/);
  });

  it("CODEOWNERS covers whatever runs beside the credential, or says who may approve", () => {
    const owned = read(".github/CODEOWNERS")
      .split("\n")
      .flatMap((line) => /^(\/\S+)\s+@/.exec(line)?.[1] ?? []);
    const folders = new Set(owned);
    const running = [
      ".github/",
      "action.yml",
      "bin/",
      "ci/",
      "docs/ci/",
      "engine/",
      "package-lock.json",
      "package.json",
      "packages/",
      "policy/",
      "Pulumi.yaml",
      "Pulumi.*.yaml",
      "scripts/",
      "schema/",
      "src/",
      ".npmrc",
      "tsconfig.json",
    ];
    expect(running.filter((name) => !folders.has(`/${name}`))).toEqual([]);
    expect(owned).toEqual([...owned].sort());
  });
});
