import path from "node:path";
import { parse } from "yaml";
import { compareText } from "../text.ts";
import { scaffoldErrors } from "./errors.ts";

/** The texts that workflows are made of, by their paths in the package's folder `templates`. */
export type WorkflowTemplates = Readonly<Record<(typeof WORKFLOW_TEMPLATES)[number], string>>;

export const WORKFLOW_TEMPLATES = [
  "github/pull-request.yml",
  "github/apply.yml",
  "github/drift.yml",
  "github/wave.yml",
  "github/install.yml",
  "github/aws.yml",
  "gitlab/.gitlab-ci.yml",
  "gitlab/wave.yml",
] as const;

/** What a workflow says of an org of `orgs.yaml`: names alone. */
export interface WorkflowOrg {
  readonly name: string;
  readonly policy: string;
  readonly stack: string | null;
  readonly wave: number;
  readonly credentials:
    | { readonly from: "stack" }
    | { readonly from: "environment" }
    | { readonly from: "variables"; readonly variables: Readonly<Partial<Record<string, string>>> };
}

/** What `--fail-on` takes. */
export const FAIL_ON = ["widened", "widened:medium", "widened:high", "revokes"] as const;
type FailOn = (typeof FAIL_ON)[number];

/** The secrets that hold where each sink of `--to` sends. */
const SINK_SECRETS = {
  slack: ["SANCTIONED_SLACK_WEBHOOK"],
  teams: ["SANCTIONED_TEAMS_WEBHOOK"],
  webhook: ["SANCTIONED_WEBHOOK_URL", "SANCTIONED_WEBHOOK_SECRET"],
} as const;
type ChatSink = keyof typeof SINK_SECRETS;
export const CHAT_SINKS = Object.keys(SINK_SECRETS) as ChatSink[];

export interface WorkflowSettings {
  /** The default branch. */
  readonly branch: string;
  /** Signed approvals that an update takes, whatever a policy says. */
  readonly requiredApprovals: number;
  /** Orgs of a wave that are updated at once. */
  readonly maxParallel: number;
  /** What the preview's check is red for, once its comment is there, as `--fail-on` takes it; null for nothing. */
  readonly failOn: FailOn | null;
  /** Where the nightly look tells of drift, beside the issue. What can be named here is in a reviewed file, and no variable or secret says it. */
  readonly driftTo: readonly ChatSink[];
  /** Roles that the jobs of the two environments take in AWS in place of a stored key; null where the state is not there. */
  readonly aws: { readonly region: string; readonly preview: string; readonly production: string } | null;
}

export const WORKFLOW_DEFAULTS: WorkflowSettings = {
  branch: "main",
  requiredApprovals: 0,
  maxParallel: 4,
  failOn: null,
  driftTo: [],
  aws: null,
};

/**
 * The workflows of GitHub Actions for these orgs, by their paths in the repository. Pure: the same for the same orgs.
 * @throws UserError for what could not stand in one
 */
export function githubWorkflows(
  templates: WorkflowTemplates,
  orgs: readonly WorkflowOrg[],
  settings: WorkflowSettings,
): ReadonlyMap<string, string> {
  const common = commonValues(templates, orgs, settings);
  const text = (name: "pull-request" | "apply" | "drift") =>
    filled(templates[`github/${name}.yml`], {
      ...common,
      waveOutputs: wavesOf(orgs).map(({ wave }) => `wave-${wave}: \${{ steps.plan.outputs.wave-${wave} }}`),
      waves: wavesOf(orgs).flatMap((one, i) => [
        ...(i === 0 ? [] : [""]),
        ...githubWave(templates, one, wavesOf(orgs).slice(0, i), {
          ...common,
          maxParallel: String(settings.maxParallel),
        }),
      ]),
    });
  return new Map(
    (["pull-request", "apply", "drift"] as const).map((name) => [
      `.github/workflows/${name}.yml`,
      text(name),
    ]),
  );
}

/** The pipeline of GitLab for these orgs, by its path. Pure. @throws UserError as `githubWorkflows` */
export function gitlabPipeline(
  templates: WorkflowTemplates,
  orgs: readonly WorkflowOrg[],
  settings: WorkflowSettings,
): ReadonlyMap<string, string> {
  const waves = wavesOf(orgs);
  const common = {
    ...commonValues(templates, orgs, settings),
    policyPaths: foldersOf(orgs)
      .map((folder) => `${folder}/**/*`)
      .join(", "),
  };
  const text = filled(templates["gitlab/.gitlab-ci.yml"], {
    ...common,
    stages: ["preview", "plan", ...waves.map(({ wave }) => `wave-${wave}`), "drift"].join(", "),
    waves: waves.flatMap(({ wave, orgs: ofWave }, i) => [
      ...(i === 0 ? [] : [""]),
      ...linesOf(
        filled(templates["gitlab/wave.yml"], {
          ...common,
          wave: String(wave),
          orgs: ofWave.map(({ name, stack }) => `- { ORG: "${name}", PULUMI_STACK: "${stack}" }`),
        }),
      ),
    ]),
  });
  return new Map([[".gitlab-ci.yml", text]]);
}

interface Wave {
  readonly wave: number;
  /** Those that a stack updates. */
  readonly orgs: readonly WorkflowOrg[];
}

function wavesOf(orgs: readonly WorkflowOrg[]): Wave[] {
  const updated = orgs.filter(({ stack }) => stack !== null);
  return [...Map.groupBy(updated, ({ wave }) => wave)]
    .map(([wave, ofWave]) => ({ wave, orgs: ofWave }))
    .sort((a, b) => a.wave - b.wave);
}

type Values = Readonly<Record<string, string | readonly string[]>>;

function commonValues(
  templates: WorkflowTemplates,
  orgs: readonly WorkflowOrg[],
  { branch, requiredApprovals, failOn, driftTo, aws }: WorkflowSettings,
): Values {
  const cloud = (role: "preview" | "production", isNeeded = true) =>
    aws === null || !isNeeded
      ? []
      : linesOf(
          filled(templates["github/aws.yml"], {
            role: plain(aws[role], "An AWS role"),
            region: plain(aws.region, "An AWS region"),
          }),
        );
  // Where several orgs are previewed, each is judged without its stack.
  const single = orgs.length === 1 && orgs[0]!.stack !== null;
  const inStacks = orgs.some(({ credentials }) => credentials.from === "stack");
  const roots = rootsOf(orgs);
  const root = roots === null ? [] : [`SANCTIONED_POLICY_ROOT: ${quoted(roots)}`];
  const token = ["id-token: write"];
  const jobs = wavesOf(orgs).flatMap(({ wave, orgs: some }) => some.map(({ name }) => `${wave}:${name}`));
  return {
    branch: quoted(plain(branch, "The branch")),
    requiredApprovals: String(requiredApprovals),
    policyPaths: foldersOf(orgs)
      .map((folder) => `${folder}/**`)
      .join(", "),
    root,
    roots: root.length === 0 ? [] : ["", "env:", ...root.map((line) => `  ${line}`)],
    install: linesOf(templates["github/install.yml"]),
    idToken: aws !== null && (single || inStacks) ? token : [],
    planIdToken: aws !== null && inStacks ? token : [],
    previewCloud: cloud("preview", single || inStacks),
    planCloud: cloud("preview", inStacks),
    productionCloud: cloud("production"),
    previewCredentials: credentialLines(orgs, single || inStacks),
    planCredentials: credentialLines(orgs, inStacks),
    failOn: failOn === null ? [] : [`fail-on: ${failOn}`],
    failOnOption: failOn === null ? "" : ` --fail-on ${failOn}`,
    driftSecrets: driftTo.flatMap((sink) => SINK_SECRETS[sink].map(secretLine)),
    driftTo: driftTo.map((sink) => ` --to ${sink}`).join(""),
    jobs: jobs.length === 0 ? "" : ` --jobs ${jobs.join(" ")}`,
  };
}

function githubWave(
  templates: WorkflowTemplates,
  { wave, orgs }: Wave,
  earlier: readonly Wave[],
  common: Values,
): string[] {
  // Each job has the credential of its own org alone.
  const credentials = variablesOf(orgs).map((name) => {
    const having = orgs.filter((org) => variablesOf([org]).includes(name)).map((org) => org.name);
    const isOfAll = having.length === orgs.length;
    const whose =
      having.length === 1
        ? `matrix.org == '${having[0]}'`
        : `contains(fromJSON('${JSON.stringify(having)}'), matrix.org)`;
    return `${name}: \${{ ${isOfAll ? `secrets.${name}` : `${whose} && secrets.${name} || ''`} }}`;
  });
  const text = filled(templates["github/wave.yml"], {
    ...common,
    wave: String(wave),
    needs: ["plan", ...earlier.map((one) => `wave-${one.wave}`)].join(", "),
    condition: waveCondition(wave, earlier),
    credentials,
  });
  return linesOf(text);
}

/**
 * A wave with nothing to do is skipped, and the next one runs; any other end than a good one stops the rest. One that the plan says
 * nothing of fails, since an empty text is no JSON. `!cancelled()` is there since otherwise a job is skipped with one that it needs
 * (docs.github.com: workflow syntax, `jobs.<job_id>.needs`).
 */
function waveCondition(wave: number, earlier: readonly Wave[]): string {
  const isOver = (name: string) => `(needs.${name}.result == 'success' || needs.${name}.result == 'skipped')`;
  return `\${{ ${[
    "!cancelled()",
    "needs.plan.result == 'success'",
    `needs.plan.outputs.wave-${wave} != '[]'`,
    ...earlier.map((one) => isOver(`wave-${one.wave}`)),
  ].join(" && ")} }}`;
}

const PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE";
/** The environment's own names: those of a JWT bearer login, which docs/connecting.md advises for CI. */
const OWN_NAMES = ["SANCTIONED_CLIENT_ID", "SANCTIONED_USERNAME", "SANCTIONED_PRIVATE_KEY"];

function credentialLines(orgs: readonly WorkflowOrg[], withPassphrase: boolean): string[] {
  const names = [...variablesOf(orgs), ...(withPassphrase ? [PASSPHRASE] : [])];
  return names.map(secretLine);
}

function secretLine(name: string): string {
  return `${name}: \${{ secrets.${name} }}`;
}

/** The names of the variables that hold what these orgs are reached with. */
function variablesOf(orgs: readonly WorkflowOrg[]): string[] {
  const names = orgs.flatMap(({ credentials }) => {
    if (credentials.from === "environment") return OWN_NAMES;
    return credentials.from === "stack"
      ? []
      : Object.values(credentials.variables).filter((name) => name !== undefined);
  });
  const known = [...new Set(names)].filter((name) => name !== PASSPHRASE).sort(compareText);
  const taken = known.find((name) => TAKEN.test(name));
  if (taken !== undefined) throw scaffoldErrors["workflow-variable-taken"]({ name: taken });
  return known.map((name) => plain(name, "A variable"));
}

/** What jobs, runners and the tool have for something else: a credential of that name would be in its place. */
const TAKEN =
  /^(BASE|ORG|CI|HOME|PATH|SHELL|LD_\w+|(ACTIONS|AWS|BASH|CI|GIT|GITHUB|GITLAB|NODE|NPM|PULUMI|RUNNER)_\w+|SANCTIONED_(ALLOWED|APPROVED|AUDIT|EXCLUDED|POLICY|RAISE|REQUIRED|SLACK|TEAMS|WEBHOOK)_\w+)$/i;

/** The folders that a change is taken from: those that policies are in, but none below another. */
function foldersOf(orgs: readonly WorkflowOrg[]): string[] {
  const folders = [...new Set(orgs.map(({ policy }) => path.posix.dirname(path.posix.normalize(policy))))];
  for (const folder of folders) plain(folder, "The folder of a policy");
  const top = isNested(orgs) ? [...new Set(folders.map((folder) => folder.split("/")[0]!))] : folders;
  return top.sort(compareText);
}

/** Policies that are in folders of a folder share what is above them. */
function rootsOf(orgs: readonly WorkflowOrg[]): string | null {
  return isNested(orgs) ? foldersOf(orgs).join(":") : null;
}

function isNested(orgs: readonly WorkflowOrg[]): boolean {
  return orgs.some(({ policy }) => path.posix.dirname(path.posix.normalize(policy)).includes("/"));
}

/** Quoted where YAML would read something else than a text, as of a branch 1.10. */
function quoted(text: string): string {
  return parse(text) === text ? text : JSON.stringify(text);
}

/** What means itself in YAML, in an expression and in a shell. @throws UserError for anything else */
function plain(text: string, what: string): string {
  if (/^[A-Za-z0-9_](?!.*\.\.)[A-Za-z0-9_./:-]*$/.test(text)) return text;
  throw scaffoldErrors["workflow-value-not-plain"]({ what, found: text });
}

function linesOf(text: string): string[] {
  return text.trimEnd().split("\n");
}

/** A template with «names» replaced: by a text within a line, by lines of the same indent where the name is the whole line. */
function filled(template: string, values: Values): string {
  const value = (name: string) => values[name] ?? missing(name);
  return template
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", name] = /^( *)«(\w+)»$/.exec(line) ?? [];
      const block = name === undefined ? undefined : value(name);
      if (Array.isArray(block)) return block.map((one) => (one === "" ? "" : `${indent}${one}`));
      return line.replace(/«(\w+)»/g, (_, found: string) => String(value(found)));
    })
    .join("\n");
}

function missing(name: string): never {
  throw new Error(`a template names «${name}», which nothing fills`);
}
