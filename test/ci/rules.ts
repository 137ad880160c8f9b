import { parse } from "yaml";
import type { Workflow } from "./workflow.ts";

/** What in a workflow of GitHub would let somebody who can push a branch, but not merge, at a credential. */
export function githubProblems(text: string): string[] {
  const workflow = parse(text) as Workflow & Readonly<Record<string, unknown>>;
  return [
    ...triggerProblems(workflow),
    ...expressionProblems(text),
    ...actionProblems(text),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) =>
      jobProblems(job, Object.keys(workflow.on)).map((problem) => `${name}: ${problem}`),
    ),
    ...(JSON.stringify(workflow.permissions) === "{}" ? [] : ["permissions are not empty for all jobs"]),
    ...(/secrets/.test(JSON.stringify(workflow.env ?? {})) ? ["secrets for every job"] : []),
    ...(/\bvars\b/.test(text.replaceAll(/^\s*#.*$/gm, ""))
      ? ["a variable, which whoever can push can make"]
      : []),
    ...(/github\.(head_ref|actor|event\.(?!pull_request\.number))/.test(workflow.concurrency?.group ?? "{")
      ? ["the concurrency group is of somebody's choice"]
      : []),
  ];
}

/** For each trigger, what it may say. A branch's own file runs by what is not here, or runs with others' data. */
const TRIGGERS: Readonly<Record<string, (settings: Readonly<Record<string, unknown>>) => boolean>> = {
  push: isOfMain,
  pull_request: isOfMain,
  pull_request_target: isOfMain,
  schedule: () => true,
  workflow_dispatch: () => true,
};

function isOfMain({ branches, tags, ...more }: Readonly<Record<string, unknown>>): boolean {
  return (
    JSON.stringify(branches) === '["main"]' &&
    tags === undefined &&
    Object.keys(more).every((key) => key === "paths")
  );
}

function triggerProblems({ on }: Workflow): string[] {
  return Object.entries(on).flatMap(([name, settings]) =>
    TRIGGERS[name]?.((settings ?? {}) as Record<string, unknown>)
      ? []
      : [`the trigger ${name} is not known, or not held to the branch main`],
  );
}

/** What of the event may be named, and where: as a value, never in a script. */
const EVENT = /^github\.event\.(before|pull_request\.(number|head\.sha|head\.repo\.full_name))$/;

function expressionProblems(text: string): string[] {
  const problems: string[] = [];
  for (const [name] of text.matchAll(/github\.(event|head_ref)[\w.*[\]']*/g))
    if (!EVENT.test(name)) problems.push(`${name} is somebody's text`);
  if (/\bsecrets\b(?!\.[A-Z_]+ \}\})/.test(text.replaceAll(/^\s*#.*$/gm, "")))
    problems.push("secrets other than one by its name");
  return problems;
}

/** Of workflows and of action.yml. */
export function actionProblems(text: string): string[] {
  const problems: string[] = [];
  for (const step of stepsOf(parse(text))) {
    if (/\bnpx\b/.test(step.run ?? "")) problems.push(`${step.name} may run a package that is not installed`);
    if (step.run?.includes("${{")) problems.push(`an expression in the script of ${step.name}`);
    if (step.run !== undefined && step.shell !== "bash") problems.push(`${step.name} does not say its shell`);
    if (step.uses !== undefined) problems.push(...usesProblems(step.uses, step.with ?? {}));
  }
  for (const [line] of text.matchAll(/uses: [\w-]+\/.*/g))
    if (!/ # v\d+\.\d+\.\d+$/.test(line)) problems.push(`${line} does not say its version`);
  return problems;
}

function usesProblems(uses: string, inputs: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const [name] = uses.split("@");
  if (!/^(\.\/|[\w-]+\/[\w-]+@[0-9a-f]{40}$)/.test(uses)) problems.push(`${uses} is at no commit`);
  if (name === "actions/cache") problems.push("a cache, which others can fill");
  if (name === "actions/checkout" && JSON.stringify(inputs) !== '{"persist-credentials":false}')
    problems.push("a checkout of something else than the workflow's own commit, or one that keeps the token");
  if (name === "actions/setup-node" && inputs["package-manager-cache"] !== false)
    problems.push("a cache of packages, which others can fill");
  return problems;
}

type Step = Workflow["jobs"][string]["steps"][number];

function stepsOf(file: {
  readonly jobs?: Workflow["jobs"];
  readonly runs?: { readonly steps: readonly Step[] };
}): readonly Step[] {
  return file.runs?.steps ?? Object.values(file.jobs ?? {}).flatMap(({ steps }) => steps);
}

const WRITABLE = new Set(["pull-requests", "issues", "id-token"]);

function jobProblems(job: Workflow["jobs"][string], triggers: readonly string[]): string[] {
  const problems: string[] = [];
  const text = JSON.stringify(job);
  const permissions = Object.entries(job.permissions ?? {});
  const isPrivileged =
    /secrets\./.test(text) || permissions.some(([, level]) => level === "write") || job.environment;
  if (typeof job.permissions === "string") problems.push("permissions for everything");
  for (const [name, level] of permissions)
    if (level !== "read" && !(level === "write" && WRITABLE.has(name))) problems.push(`may write ${name}`);
  if (isPrivileged && !["preview", "production"].includes(String(job.environment)))
    problems.push("a credential outside the environments");
  if (isPrivileged && triggers.includes("pull_request"))
    problems.push("a credential in a file of the branch");
  if (/pulumi up|ci\/apply/.test(text) !== (job.environment === "production"))
    problems.push("applies elsewhere");
  if (!verifiesState(job.steps)) problems.push("Pulumi runs what is in a state that nobody looked at");
  if (!((job["timeout-minutes"] as number) > 0)) problems.push("no time limit");
  if (!/^ubuntu-\d/.test(String(job["runs-on"]))) problems.push("a runner that others use too");
  return problems;
}

/** The scripts that look at the state before they run Pulumi themselves. */
const LOOKS = /^bash (ci\/verify-state\.sh|ci\/merge-request\.sh)$/;

/** Whether a step without the org's credential looked at the state before the first that runs Pulumi. */
function verifiesState(steps: readonly Step[]): boolean {
  const at = steps.findIndex(({ run }) => /pulumi|ci\/apply/.test(run ?? ""));
  const look = steps.findIndex(
    ({ run, env }) => LOOKS.test(run ?? "") && !/SANCTIONED|SF_/.test(JSON.stringify(env)),
  );
  return at === -1 || (look !== -1 && look < at);
}

interface GitlabJob {
  readonly environment?: unknown;
  readonly rules?: readonly Readonly<Record<string, unknown>>[];
  readonly script?: readonly string[];
}

/** The one rule under which a pipeline of GitLab is there at all: the default branch's own configuration. */
const OWN_PIPELINE =
  '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_REF_PROTECTED == "true" && $CI_PIPELINE_SOURCE =~ /^(push|trigger|schedule)$/';

/** The same of GitLab's file. */
export function gitlabProblems(text: string): string[] {
  const file = parse(text) as Readonly<Record<string, GitlabJob>>;
  const problems: string[] = [];
  if (JSON.stringify(file.workflow?.rules) !== JSON.stringify([{ if: OWN_PIPELINE }]))
    problems.push("pipelines of other branches, or of merge requests");
  for (const [name, job] of Object.entries(file)) {
    if (!job.script) continue;
    if (!job.environment) problems.push(`${name}: no environment`);
    if (!verifiesState(job.script.map((run) => ({ run, env: {} }))))
      problems.push(`${name}: the state is not looked at`);
    const rules = job.rules ?? [];
    if (
      rules.length === 0 ||
      !rules.every((rule) => /^\$CI_PIPELINE_SOURCE == "(push|trigger|schedule)"$/.test(String(rule.if)))
    )
      problems.push(`${name}: runs by another rule`);
  }
  return problems;
}
