import { expect, it } from "vitest";
import { parse } from "yaml";
import { FAIL_ON as OF_THE_VERBS } from "../../src/pullRequest/outcome.ts";
import {
  FAIL_ON,
  githubWorkflows,
  gitlabPipeline,
  WORKFLOW_DEFAULTS,
  type WorkflowOrg,
} from "../../src/scaffold/workflows.ts";
import { templates } from "./templates.ts";

const org = (name: string, wave: number, more: Partial<WorkflowOrg> = {}): WorkflowOrg => ({
  name,
  policy: `policy/${name}.yaml`,
  stack: name,
  wave,
  credentials: { from: "variables", variables: { accessToken: `${name.toUpperCase()}_TOKEN` } },
  ...more,
});
/** «…» as an expression of GitHub. */
const said = (text: string) => text.replaceAll(/«(.*?)»/g, "$\u007b{ $1 }}");
const ORGS = [
  org("sandbox", 0),
  org("acme", 1),
  org("bern", 1),
  org("cork", 5, { credentials: { from: "stack" } }),
  org("seen", 5, { stack: null }),
];
const jobsOf = (orgs: readonly WorkflowOrg[], settings = WORKFLOW_DEFAULTS) =>
  parse(githubWorkflows(templates, orgs, settings).get(".github/workflows/apply.yml")!).jobs;

it("each wave is a job that begins when those before it ended well, or had nothing to do", () => {
  const jobs = jobsOf(ORGS);
  expect(Object.keys(jobs)).toEqual(["plan", "wave-0", "wave-1", "wave-5"]);
  expect(jobs["wave-5"].needs).toEqual(["plan", "wave-0", "wave-1"]);
  expect(jobs["wave-5"].if).toBe(
    said(
      "«!cancelled() && needs.plan.result == 'success' && needs.plan.outputs.wave-5 != '[]'" +
        " && (needs.wave-0.result == 'success' || needs.wave-0.result == 'skipped')" +
        " && (needs.wave-1.result == 'success' || needs.wave-1.result == 'skipped')»",
    ),
  );
  const plan = jobs.plan.steps.find(({ id }: { id?: string }) => id === "plan");
  expect(plan.run).toBe("npx --no sanctioned ci plan --out plans --jobs 0:sandbox 1:acme 1:bern 5:cork");
  expect(jobs.plan.outputs["wave-5"]).toBe(said("«steps.plan.outputs.wave-5»"));
});

it("a job has the credential of its own org alone", () => {
  const envOf = (wave: string) =>
    jobsOf(ORGS)[wave].steps.find(({ name }: { name?: string }) => name === "Revoke what was approved").env;
  expect(envOf("wave-0").SANDBOX_TOKEN).toBe(said("«secrets.SANDBOX_TOKEN»"));
  expect(envOf("wave-1")).toMatchObject({
    ACME_TOKEN: said("«matrix.org == 'acme' && secrets.ACME_TOKEN || ''»"),
    BERN_TOKEN: said("«matrix.org == 'bern' && secrets.BERN_TOKEN || ''»"),
  });
  expect(JSON.stringify([envOf("wave-0"), envOf("wave-5")])).not.toContain("ACME_TOKEN");
});

it("an org whose stack nothing names is judged, and in no wave", () => {
  const text = [...githubWorkflows(templates, ORGS, WORKFLOW_DEFAULTS).values()].join("");
  expect(text).toContain(said("SEEN_TOKEN: «secrets.SEEN_TOKEN»"));
  expect(JSON.stringify(jobsOf(ORGS)["wave-5"])).not.toContain("SEEN_TOKEN");
  const seen = [org("seen", 1, { stack: null })];
  expect(Object.keys(jobsOf(seen))).toEqual(["plan"]);
  const { stages } = parse(gitlabPipeline(templates, seen, WORKFLOW_DEFAULTS).get(".gitlab-ci.yml")!);
  expect(stages).toEqual(["preview", "plan", "drift"]);
});

it("GitLab's waves are stages, each a matrix of its orgs", () => {
  const file = parse(gitlabPipeline(templates, ORGS, WORKFLOW_DEFAULTS).get(".gitlab-ci.yml")!);
  expect(file.stages).toEqual(["preview", "plan", "wave-0", "wave-1", "wave-5", "drift"]);
  expect(file["wave-1"].parallel.matrix).toEqual([
    { ORG: "acme", PULUMI_STACK: "acme" },
    { ORG: "bern", PULUMI_STACK: "bern" },
  ]);
});

it("policies in folders of one folder are taken with it, and no other place is named that is not plain", () => {
  const nested = [org("acme", 1, { policy: "policy/emea/acme.yaml" }), org("bern", 1)];
  const files = githubWorkflows(templates, nested, WORKFLOW_DEFAULTS);
  for (const text of files.values()) expect(parse(text).env.SANCTIONED_POLICY_ROOT).toBe("policy");
  expect(parse(files.get(".github/workflows/pull-request.yml")!).on.pull_request_target.paths).toEqual([
    "policy/**",
  ]);
  for (const policy of [
    "acme.yaml",
    "../acme.yaml",
    "po licy/acme.yaml",
    said("«x»/acme.yaml"),
    "a: b/c.yaml",
  ])
    expect(() => githubWorkflows(templates, [org("acme", 1, { policy })], WORKFLOW_DEFAULTS)).toThrow(
      "could mean something else",
    );
  for (const branch of ["x]", "a\nb", said("«x»"), ""])
    expect(() => githubWorkflows(templates, ORGS, { ...WORKFLOW_DEFAULTS, branch })).toThrow(
      "could mean something else",
    );
});

it("a branch or a folder that looks like a number is a text", () => {
  const files = githubWorkflows(templates, [org("acme", 1, { policy: "1.0/emea/acme.yaml" })], {
    ...WORKFLOW_DEFAULTS,
    branch: "1.10",
  });
  const { on, env } = parse(files.get(".github/workflows/apply.yml")!);
  expect([on.push.branches, env.SANCTIONED_POLICY_ROOT]).toEqual([["1.10"], "1.0"]);
});

it("no credential is in a variable that a job has for something else", () => {
  const named = (name: string) => [
    org("acme", 1, { credentials: { from: "variables", variables: { clientId: name } } }),
  ];
  for (const write of [githubWorkflows, gitlabPipeline]) {
    for (const name of [
      "BASE",
      "ORG",
      "Path",
      "NODE_OPTIONS",
      "SANCTIONED_REQUIRED_APPROVALS",
      "SANCTIONED_SLACK_WEBHOOK",
      "SANCTIONED_WEBHOOK_SECRET",
      "GITHUB_TOKEN",
    ])
      expect(() => write(templates, named(name), WORKFLOW_DEFAULTS), name).toThrow("for something else");
    for (const name of ["SANCTIONED_CLIENT_ID", "SF_ACCESS_TOKEN", "BASEL_KEY", "SANCTIONED_ACME_KEY"])
      write(templates, named(name), WORKFLOW_DEFAULTS);
  }
});

it("a role of the cloud is taken by the jobs that need one", () => {
  const aws = {
    region: "eu-west-1",
    preview: "arn:aws:iam::111122223333:role/p",
    production: "arn:aws:iam::111122223333:role/q",
  };
  const files = githubWorkflows(templates, [org("acme", 1)], { ...WORKFLOW_DEFAULTS, aws });
  const text = (name: string) => files.get(`.github/workflows/${name}.yml`)!;
  expect(text("pull-request")).toContain(`role-to-assume: ${aws.preview}`);
  expect(text("drift")).not.toContain("role-to-assume");
  expect(text("apply")).toContain(`role-to-assume: ${aws.production}`);
  expect(text("apply")).not.toContain(aws.preview);
});

/** The step of a workflow that uses or runs something. */
function stepOf(text: string, job: string, what: RegExp) {
  const steps = parse(text).jobs[job].steps as {
    uses?: string;
    run?: string;
    with?: object;
    env: Record<string, string>;
  }[];
  return steps.find(({ uses, run }) => what.test(uses ?? run ?? ""))!;
}

it("a preview labels its pull request, and is red for what the team says alone", () => {
  const preview = (settings: typeof WORKFLOW_DEFAULTS) => {
    const text = githubWorkflows(templates, ORGS, settings).get(".github/workflows/pull-request.yml")!;
    expect(parse(text).jobs.preview.permissions).toEqual({ contents: "read", "pull-requests": "write" });
    return stepOf(text, "preview", /sanctioned$/).with;
  };
  const scripts = (settings: typeof WORKFLOW_DEFAULTS) =>
    parse(gitlabPipeline(templates, ORGS, settings).get(".gitlab-ci.yml")!).preview.script;
  expect(preview(WORKFLOW_DEFAULTS)).toEqual({ labels: "yes" });
  expect(scripts(WORKFLOW_DEFAULTS)).toContain("npx --no sanctioned ci preview --labels");
  for (const failOn of OF_THE_VERBS) {
    expect(preview({ ...WORKFLOW_DEFAULTS, failOn })).toEqual({ labels: "yes", "fail-on": failOn });
    expect(scripts({ ...WORKFLOW_DEFAULTS, failOn })).toContain(
      `npx --no sanctioned ci preview --labels --fail-on ${failOn}`,
    );
  }
  expect(FAIL_ON).toEqual(OF_THE_VERBS);
});

it("drift is told to the chats that a reviewed file names, and no secret alone opens one", () => {
  const drift = (settings: typeof WORKFLOW_DEFAULTS) =>
    stepOf(
      githubWorkflows(templates, ORGS, settings).get(".github/workflows/drift.yml")!,
      "drift",
      /ci drift/,
    );
  const plain = drift(WORKFLOW_DEFAULTS);
  expect([plain.run, JSON.stringify(plain.env)]).toEqual([
    "npx --no sanctioned ci drift",
    expect.not.stringMatching(/SLACK|TEAMS|WEBHOOK/),
  ]);
  const told = drift({ ...WORKFLOW_DEFAULTS, driftTo: ["slack", "webhook"] });
  expect(told.run).toBe("npx --no sanctioned ci drift --to slack --to webhook");
  expect(told.env).toMatchObject({
    SANCTIONED_SLACK_WEBHOOK: said("«secrets.SANCTIONED_SLACK_WEBHOOK»"),
    SANCTIONED_WEBHOOK_URL: said("«secrets.SANCTIONED_WEBHOOK_URL»"),
    SANCTIONED_WEBHOOK_SECRET: said("«secrets.SANCTIONED_WEBHOOK_SECRET»"),
  });
  const file = parse(
    gitlabPipeline(templates, ORGS, { ...WORKFLOW_DEFAULTS, driftTo: ["teams"] }).get(".gitlab-ci.yml")!,
  );
  expect(file.drift.script).toContain("npx --no sanctioned ci drift --to teams");
});
