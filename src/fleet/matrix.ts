import { fleetErrors } from "./errors.ts";
import type { LeftOut, Wave, WaveOrg } from "./waves.ts";

/**
 * "A job matrix can generate a maximum of 256 jobs per workflow run" (docs.github.com/actions/reference/limits).
 */
const MOST_JOBS = 256;
/** "Maximum number of deployment jobs in a pipeline": those with an environment (docs.gitlab.com/administration/instance_limits, 500 by default). */
const MOST_DEPLOYMENTS = 500;

/** What a job is told: names that mean themselves in YAML, in JSON and in a shell. */
interface Job {
  readonly org: string;
  readonly stack: string;
  /** The approved plan, relative to the folder of the orgs' file. */
  readonly plan: string;
  readonly wave: number;
  readonly revocations: number;
}

/** The waves as JSON, for GitHub's `strategy.matrix`. Pure. @param plans the folder of plans @throws UserError for more jobs than a matrix may have */
export function githubMatrix(waves: readonly Wave[], leftOut: readonly LeftOut[], plans: string) {
  return {
    version: 1,
    waves: waves.map((wave) => ({ wave: wave.wave, include: jobsOf(wave, plans) })),
    leftOut: leftOut.map(({ org, why }) => ({ org, why })),
  } as const;
}

/**
 * A line `wave-0=[…]` for each wave that has something to do, as a step appends them to GITHUB_OUTPUT: a matrix's `include` by
 * `fromJSON`. A wave without a line is an empty output, since a matrix may not be empty. Pure. @throws as `githubMatrix`
 */
export function githubOutputs(waves: readonly Wave[], plans: string): string {
  return waves.map((wave) => `wave-${wave.wave}=${JSON.stringify(jobsOf(wave, plans))}\n`).join("");
}

function jobsOf({ wave, orgs }: Wave, plans: string): Job[] {
  if (orgs.length > MOST_JOBS)
    throw fleetErrors["wave-too-large"]({
      wave,
      count: orgs.length,
      most: MOST_JOBS,
      of: "a matrix of GitHub's",
    });
  return orgs.map((one) => jobOf(one, plans));
}

function jobOf({ org, stack, revocations }: WaveOrg, plans: string): Job {
  return {
    org: meaningItself(org.name),
    stack: meaningItself(stack),
    plan: `${plansName(plans)}/${org.name}.json`,
    wave: org.wave,
    revocations,
  };
}

const PLAIN = /^[A-Za-z0-9.][A-Za-z0-9._/-]*$/;

/** What orgs.yaml let in; anything else is a mistake of ours. */
function meaningItself(name: string): string {
  if (!PLAIN.test(name)) throw new Error(`no name for a job: ${JSON.stringify(name)}`);
  return name;
}

/** @throws UserError for a folder that a shell or YAML could read as anything but its name */
function plansName(folder: string): string {
  if (!PLAIN.test(folder)) throw fleetErrors["plans-folder-not-plain"]({ folder });
  return folder;
}

export interface GitlabAsked {
  /** The folder of plans. */
  readonly plans: string;
  /** The protected environment that the updates run in. */
  readonly environment: string;
  /** The image that the jobs run in: a child pipeline has none of its parent's. */
  readonly image: string;
  /** Orgs that are updated at once. */
  readonly maxParallel: number;
}

/**
 * The waves as a child pipeline of GitLab's: a stage a wave, a job an org. Pure.
 *
 * The plans come out of the parent's job `plan`, by a first job that hands them on: a job of its own `needs` would not wait for the
 * stages before it (docs.gitlab.com/ci/yaml, `needs`). As many resource groups as orgs at once keep the number, since a group runs one job at
 * a time (docs.gitlab.com/ci/resource_groups). A job that fails ends what comes after its stage; those of its own end by themselves.
 * @throws UserError for more jobs than a pipeline may have
 */
export function gitlabPipeline(
  waves: readonly Wave[],
  { plans, environment, image, maxParallel }: GitlabAsked,
): string {
  const jobs = waves.flatMap(({ orgs }) => orgs);
  if (jobs.length > MOST_DEPLOYMENTS)
    throw fleetErrors["wave-too-large"]({
      wave: waves.map(({ wave }) => wave).join(", "),
      count: jobs.length,
      most: MOST_DEPLOYMENTS,
      of: "a pipeline of GitLab's",
    });
  const lines =
    jobs.length === 0
      ? ["nothing-to-revoke:", "  script: [echo Nothing is to be revoked in any org.]"]
      : [
          `default: { image: ${quoted(plainWords(image))} }`,
          `stages: [plans, ${waves.map(({ wave }) => `wave-${wave}`).join(", ")}]`,
          "",
          "plans:",
          "  stage: plans",
          "  needs: [{ pipeline: $PARENT_PIPELINE_ID, job: plan }]",
          "  script: [echo These plans are handed on.]",
          `  artifacts: { paths: [${quoted(plansName(plans))}], expire_in: 7 days }`,
          ...waves.flatMap((wave) =>
            wave.orgs.flatMap((one, i) => gitlabJob(one, { plans, environment, group: i % maxParallel })),
          ),
        ];
  return `# Made by \`sanctioned fleet matrix --format gitlab\` for one pipeline; not to be committed.\n${lines.join("\n")}\n`;
}

function gitlabJob(
  one: WaveOrg,
  { plans, environment, group }: Pick<GitlabAsked, "plans" | "environment"> & { readonly group: number },
): string[] {
  const { org, stack, wave } = jobOf(one, plans);
  return [
    "",
    `update-${org}:`,
    `  stage: wave-${wave}`,
    `  environment: { name: ${quoted(plainWords(environment))} }`,
    `  resource_group: sanctioned-${group}`,
    "  timeout: 2h",
    "  dependencies: [plans]",
    `  variables: { ORG: ${quoted(org)}, PULUMI_STACK: ${quoted(stack)}, PLANS: ${quoted(plans)} }`,
    "  script:",
    "    - npm ci",
    '    - npx --no sanctioned fleet up --plans "$PLANS" --only "$ORG" --yes',
    "  artifacts: { when: always, paths: [.sanctioned/], expire_in: 1 year }",
  ];
}

/** The name of an environment or an image, without a variable in it. @throws UserError for anything else */
function plainWords(name: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./:@ -]{0,254}$/.test(name))
    throw fleetErrors["job-value-not-plain"]({ name });
  return name;
}

/** In YAML what is quoted is a text, whatever it looks like: a stack may be called `null`. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
