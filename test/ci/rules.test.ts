import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import {
  githubWorkflows,
  gitlabPipeline,
  WORKFLOW_DEFAULTS,
  type WorkflowOrg,
  type WorkflowSettings,
} from "../../src/scaffold/workflows.ts";
import { templates } from "../scaffold/templates.ts";
import { actionProblems, githubProblems, gitlabProblems } from "./rules.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(path.join(ROOT, file), "utf8");

const org = (name: string, wave: number, more: Partial<WorkflowOrg> = {}): WorkflowOrg => ({
  name,
  policy: `policy/${name}.yaml`,
  stack: name,
  wave,
  credentials: {
    from: "variables",
    variables: { privateKey: `${name.toUpperCase()}_KEY`, clientId: "CLIENT_ID" },
  },
  ...more,
});
const AWS = {
  region: "eu-west-1",
  preview: "arn:aws:iam::111122223333:role/preview",
  production: "arn:aws:iam::111122223333:role/production",
};
/** What `sanctioned new` and `upgrade` write, for one org and for several. */
const RENDERED: Readonly<Record<"one" | "several", readonly [readonly WorkflowOrg[], WorkflowSettings]>> = {
  one: [
    [org("dieppe", 1, { credentials: { from: "environment" } })],
    { ...WORKFLOW_DEFAULTS, failOn: "widened:high", driftTo: ["slack", "webhook"], aws: AWS },
  ],
  several: [
    [
      org("sandbox", 0),
      org("acme", 1, { policy: "policy/emea/acme.yaml" }),
      org("bern", 1),
      org("cork", 5, { credentials: { from: "stack" } }),
      org("seen", 5, { stack: null }),
    ],
    WORKFLOW_DEFAULTS,
  ],
};
const rendered = (of: keyof typeof RENDERED) => githubWorkflows(templates, ...RENDERED[of]);
const FILES: readonly (readonly [name: string, text: string])[] = [
  ["this repository's", read(".github/workflows/ci.yml")],
  ...(["one", "several"] as const).flatMap((of) =>
    [...rendered(of)].map(([name, text]) => [`${of}: ${path.basename(name)}`, text] as const),
  ),
];
const OF_ONE = Object.fromEntries(
  [...rendered("one")].map(([name, text]) => [path.basename(name, ".yml"), text]),
);
const WAVES = rendered("several").get(".github/workflows/apply.yml")!;
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
/** The text with one piece replaced, which must be there; «…» is an expression. */
const changed = (text: string, from: string, to: string): string => {
  const [found, put] = [from, to].map((piece) => piece.replace(/«(.*?)»/g, "$\u007b{ $1 }}"));
  expect(text).toContain(found);
  return text.replace(found!, () => put!);
};

describe("somebody who can push a branch, but not merge, gets no credential", () => {
  it("the workflows pass a real linter", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-rules-"));
    try {
      const names = FILES.map(([, text], i) => {
        writeFileSync(path.join(folder, `${i}.yml`), text);
        return `${i}.yml`;
      });
      const args = [
        "run",
        ACTIONLINT,
        "-no-color",
        "-shellcheck=",
        ...names.map((name) => path.join(folder, name)),
      ];
      const { stdout } = await promisify(execFile)("go", args, { cwd: ROOT }).catch(
        (error: NodeJS.ErrnoException & { stdout?: string; stderr?: string }) => {
          if (error.code === "ENOENT")
            throw new Error("actionlint is built with Go: install Go (Debian: golang-go).");
          throw new Error(`${error.stdout}${error.stderr}`);
        },
      );
      expect(stdout).toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each(FILES)("%s keeps the rules", (_, text) => {
    expect(githubProblems(text)).toEqual([]);
  });

  it("so does action.yml", () => {
    expect(actionProblems(read("action.yml"))).toEqual([]);
    expect(
      actionProblems(changed(read("action.yml"), "run: node ", "run: NAME=«inputs.name» node ")),
    ).toHaveLength(1);
  });

  const preview = OF_ONE["pull-request"]!;
  const apply = OF_ONE.apply!;
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
    ["secrets for all jobs", apply, "SANCTIONED_REQUIRED_APPROVALS: 0", "A: «secrets.A»"],
    ["all secrets", apply, "«secrets.SANCTIONED_USERNAME»", "«toJSON(secrets)»"],
    ["secrets by a name that is computed", apply, "secrets.SANCTIONED_USERNAME", "secrets[github.ref_name]"],
    ["permissions for all jobs", apply, "permissions: {}", "permissions: write-all"],
    ["a job that may write the repository", apply, "contents: read", "contents: write"],
    ["a branch's name in a script", preview, "run: npm ci\n", "run: echo «github.head_ref»\n"],
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
      "SANCTIONED_REQUIRED_APPROVALS: 0",
      "SANCTIONED_REQUIRED_APPROVALS: «vars.APPROVALS»",
    ],
    ["a command that npm would download", apply, "npx --no sanctioned ci plan", "npx sanctioned ci plan"],
    ["a package that the lock file does not pin", apply, "run: npm ci", "run: npm install"],
    ["an action of the change", preview, "./node_modules/sanctioned", "./change/action"],
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
    ["a state that nobody looked at", apply, "run: npx --no sanctioned verify-state", "run: 'true'"],
    [
      "a state of which something is allowed",
      apply,
      "sanctioned verify-state",
      "sanctioned verify-state --allow x",
    ],
    [
      "a look at the state with the credential",
      apply,
      "        run: npx --no sanctioned verify-state",
      "        env:\n          DIEPPE_KEY: x\n        run: npx --no sanctioned verify-state",
    ],
    ["a wave without its canary", WAVES, "needs: [plan, wave-0]", "needs: [plan]"],
    [
      "a wave after one that failed",
      WAVES,
      " && (needs.wave-0.result == 'success' || needs.wave-0.result == 'skipped')",
      "",
    ],
    ["a wave after one that was cut", WAVES, "!cancelled() && ", "always() && "],
    ["a wave of a plan that failed", WAVES, "needs.plan.result == 'success' && ", ""],
    ["orgs that go on after one that failed", WAVES, "fail-fast: true", "fail-fast: false"],
    ["all orgs at once", WAVES, "      max-parallel: 4\n", ""],
    [
      "orgs that no plan names",
      WAVES,
      "fromJSON(needs.plan.outputs.wave-0)",
      "fromJSON(github.event.before)",
    ],
    ["a wave without approval", WAVES, "environment: production", "environment: preview"],
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
    const texts = (["one", "several"] as const).map(
      (of) => gitlabPipeline(templates, ...RENDERED[of]).get(".gitlab-ci.yml")!,
    );
    for (const text of texts) expect(gitlabProblems(text)).toEqual([]);
    for (const [from, to] of [
      ["push|trigger|schedule", "push|merge_request_event"],
      ["== $CI_DEFAULT_BRANCH", "!= $CI_DEFAULT_BRANCH"],
      ['&& $CI_COMMIT_REF_PROTECTED == "true"', ""],
      ['if: $CI_PIPELINE_SOURCE == "trigger"', 'if: $CI_PIPELINE_SOURCE == "merge_request_event"'],
      ["  environment: { name: preview, action: prepare }\n", ""],
      ["    - npx --no sanctioned verify-state\n", ""],
      ["npx --no sanctioned ci plan", "npx sanctioned ci plan"],
      ["npx --no sanctioned ci plan", "npx --no sanctioned ci apply"],
      ["      when: manual\n", ""],
      ["wave-0, wave-1", "wave-1, wave-0"],
      ["  dependencies: [plan]\n", "  needs: [plan]\n"],
      ["  stage: wave-1\n", "  stage: wave-0\n"],
    ] as const)
      expect(gitlabProblems(changed(texts[1]!, from, to))).not.toEqual([]);
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
      "templates/",
      ".npmrc",
      "tsconfig.json",
    ];
    expect(running.filter((name) => !folders.has(`/${name}`))).toEqual([]);
    expect(owned).toEqual([...owned].sort());
  });
});
