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
    ...waveProblems(workflow),
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
  if (/\bsecrets\b(?!\.[A-Za-z_]\w* (\}\}|\|\| '' \}\}))/.test(text.replaceAll(/^\s*#.*$/gm, "")))
    problems.push("secrets other than one by its name");
  return problems;
}

/** Of workflows and of action.yml. */
export function actionProblems(text: string): string[] {
  const problems: string[] = [];
  for (const step of stepsOf(parse(text))) {
    if (/\bnpx\b(?! --no sanctioned )|\bnpm (?!ci\b|test\b|run (site|sdks)\b)/.test(step.run ?? ""))
      problems.push(`${step.name} may run a package that is not installed`);
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
  if (!/^(\.\/node_modules\/sanctioned|[\w-]+\/[\w-]+@[0-9a-f]{40})$/.test(uses))
    problems.push(`${uses} is at no commit`);
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
  if (APPLIES.test(text) !== (job.environment === "production")) problems.push("applies elsewhere");
  if (!verifiesState(job.steps)) problems.push("Pulumi runs what is in a state that nobody looked at");
  if (!((job["timeout-minutes"] as number) > 0)) problems.push("no time limit");
  if (!/^ubuntu-\d/.test(String(job["runs-on"]))) problems.push("a runner that others use too");
  return problems;
}

/** What revokes. */
const APPLIES = /pulumi up|sanctioned (ci apply|fleet up|fleet revoke|revoke)\b/;

/** What of the waves would begin too early, after one that failed, or with another org's credential. */
function waveProblems({ jobs }: Workflow): string[] {
  const waves = Object.entries(jobs).filter(([, { environment }]) => environment === "production");
  return waves.flatMap(([name, job], i) => {
    const earlier = ["plan", ...waves.slice(0, i).map(([one]) => one)];
    const condition = [
      "!cancelled()",
      "needs.plan.result == 'success'",
      `needs.plan.outputs.${name} != '[]'`,
      ...earlier
        .slice(1)
        .map((one) => `(needs.${one}.result == 'success' || needs.${one}.result == 'skipped')`),
    ].join(" && ");
    const problems: string[] = [];
    const strategy = (job.strategy ?? {}) as Readonly<Record<string, unknown>>;
    if (JSON.stringify(job.needs) !== JSON.stringify(earlier))
      problems.push("needs not every wave before it");
    if (job.if !== `$\u007b{ ${condition} }}`)
      problems.push("begins though something before it did not end well");
    if (strategy["fail-fast"] !== true) problems.push("goes on after an org that failed");
    if (!((strategy["max-parallel"] as number) > 0)) problems.push("all at once");
    const rows = `{"include":"$\u007b{ fromJSON(needs.plan.outputs.${name}) }}"}`;
    if (JSON.stringify(strategy.matrix) !== rows) problems.push("orgs that the plan does not name");
    return problems.map((problem) => `${name}: ${problem}`);
  });
}

/** What looks at the state, and nothing else. */
const LOOKS = /^npx --no sanctioned verify-state$/;

/** What Pulumi's own access needs, and nothing of an org. */
const NO_CREDENTIAL = /^(PULUMI_(BACKEND_URL|STACK)|ORG|AWS_\w+)$/;

/** Whether a step without the org's credential looked at the state before the first that runs Pulumi. */
function verifiesState(steps: readonly Step[]): boolean {
  const at = steps.findIndex(({ run }) => /pulumi|ci apply|fleet up/.test(run ?? ""));
  const look = steps.findIndex(
    ({ run, env }) =>
      LOOKS.test(run ?? "") && Object.keys(env ?? {}).every((name) => NO_CREDENTIAL.test(name)),
  );
  return at === -1 || (look !== -1 && look < at);
}

interface GitlabJob {
  readonly environment?: unknown;
  readonly rules?: readonly Readonly<Record<string, unknown>>[];
  readonly script?: readonly string[];
  readonly stage?: string;
  readonly needs?: unknown;
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
    const { name: environment } = (job.environment ?? {}) as { readonly name?: string };
    if (!environment) problems.push(`${name}: no environment`);
    const script = job.script.join("\n");
    if (APPLIES.test(script) !== (environment === "production")) problems.push(`${name}: applies elsewhere`);
    if (/\bnpx\b(?! --no sanctioned )/.test(script))
      problems.push(`${name}: may run a package that is not installed`);
    if (!verifiesState(job.script.map((run) => ({ run, env: {} }))))
      problems.push(`${name}: the state is not looked at`);
    const rules = job.rules ?? [];
    if (
      rules.length === 0 ||
      !rules.every((rule) => /^\$CI_PIPELINE_SOURCE == "(push|trigger|schedule)"$/.test(String(rule.if)))
    )
      problems.push(`${name}: runs by another rule`);
    if (environment === "production") problems.push(...stageProblems(name, job, file));
  }
  return problems;
}

/** A wave waits for a click and for the stages before it; what has `needs` waits for those alone (docs.gitlab.com/ci/yaml, `needs`). */
function stageProblems(name: string, job: GitlabJob, file: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = [];
  const waves = (file.stages as readonly string[]).filter((stage) => stage.startsWith("wave-"));
  const numbers = waves.map((stage) => Number(stage.slice("wave-".length)));
  if (job.stage !== name || job.needs !== undefined)
    problems.push(`${name}: does not wait for the waves before it`);
  if (JSON.stringify(numbers) !== JSON.stringify(numbers.toSorted((a, b) => a - b)))
    problems.push(`${name}: the waves are in another order`);
  if (!job.rules?.every((rule) => rule.when === "manual" && rule.allow_failure === undefined))
    problems.push(`${name}: begins by itself`);
  return problems;
}
