/**
 * `npm run fleet-demo`: five orgs, one line changed in their shared policy, and what becomes of each. With `-- --without-engine` it
 * shows everything but the updates.
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { playDemo, ROOT, type Walk } from "./demo/walk.ts";
import { ensureEngine } from "./engine/ensure.ts";

interface DemoOrg {
  readonly name: string;
  readonly id: string;
  readonly wave: number;
  /** What its policy says beside the shared one. */
  readonly own?: string;
  /** Nothing answers for it. */
  readonly isGone?: boolean;
  /** It does not say how many grants there are. */
  readonly isHidden?: boolean;
}

const ORGS: readonly DemoOrg[] = [
  { name: "dieppe-uat", id: "00D000000000001EAA", wave: 0 },
  { name: "dieppe", id: "00D000000000002EAA", wave: 1 },
  { name: "rouen", id: "00D000000000003EAA", wave: 1, own: "limits: { revocations: 5 }\n" },
  { name: "calais", id: "00D000000000004EAA", wave: 1, isHidden: true },
  { name: "caen", id: "00D000000000005EAA", wave: 1, isGone: true },
];

const shared = (unlisted: "report" | "revoke") => `version: 1
unlisted: ${unlisted}
platformApps: ${unlisted}
apps:
  - name: Outlook Plugin
    users: { profiles: [Sales User, Standard User] }
  - name: Slack
    users: { profiles: [Sales User, Standard User, Support Agent, Marketing User] }
`;

const PROJECT = `name: fleet-demo
main: .program/bin/program.js
runtime: { name: nodejs, options: { typescript: false } }
options: { refresh: always }
`;

const withEngine = !process.argv.includes("--without-engine");

async function fleetDemo(walk: Walk): Promise<void> {
  if (withEngine) walk.programs.set("pulumi", (await ensureEngine()).bin);
  const running: LocalOrg[] = [];
  try {
    await play(walk, running);
  } finally {
    await Promise.all(running.map((org) => org.close()));
  }
}

async function play(walk: Walk, running: LocalOrg[]): Promise<void> {
  walk.title("Five orgs, kept to one shared policy");
  const cwd = path.join(walk.folder, "repository");
  const env: NodeJS.ProcessEnv = {
    ...walk.env,
    ...(await startOrgs(running)),
    PULUMI_BACKEND_URL: pathToFileURL(walk.folder).href,
    PULUMI_CONFIG_PASSPHRASE: "demo",
    SANCTIONED_REVOKES_PER_SECOND: "1000",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    ...Object.fromEntries(
      ["AUTHOR", "COMMITTER"].flatMap((who) => [
        [`GIT_${who}_NAME`, "Demo"],
        [`GIT_${who}_EMAIL`, "demo@dieppe.example"],
      ]),
    ),
  };
  const step = (command: string[], expected = 0, more: NodeJS.ProcessEnv = {}) =>
    walk.step(command, { cwd, env: { ...env, ...more }, expected });
  writeRepository(cwd);
  const git = (...args: string[]) => walk.capture(["git", ...args], { cwd, env });
  await git("init", "--quiet", "--initial-branch", "main");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "Report apps that nobody listed");
  await step(["cat", "orgs.yaml"]);

  walk.title("A change of the shared policy, as a pull request would have it");
  writeFileSync(path.join(cwd, "policy/shared.yaml"), shared("revoke"));
  await step(["git", "diff", "--unified=0"]);
  await git("commit", "--quiet", "--all", "--message", "Revoke apps that nobody listed");
  await step(["git", "worktree", "add", "--quiet", "../before", "main~1"]);

  walk.title(
    "What it does to each org: judged once, by both policies; an org that cannot be judged is never clean",
  );
  const plans = ["--base", "../before", "--out", "plans"];
  await step(["sanctioned", "fleet", "plan", ...plans], 1);

  walk.title("The comment on the pull request");
  await step(["sanctioned", "fleet", "comment", "--plans", "plans"], 1);

  walk.title("Which orgs are updated: none while some cannot be judged, unless that is said");
  await step(["sanctioned", "fleet", "matrix", "--plans", "plans"], 1);
  const matrix = ["sanctioned", "fleet", "matrix", "--plans", "plans", "--judged-only"];
  await step(matrix);
  const { waves } = JSON.parse(await walk.capture(matrix, { cwd, env })) as Matrix;

  if (withEngine) await update(walk, waves, { cwd, env });
  walk.title("Which app is connected where, and what came of each org");
  await step(["sanctioned", "fleet", "report"], 1);
  await step(["sanctioned", "fleet", "report", "--format", "html", "--out", "page"], 1);
  await step(["ls", "page"]);

  walk.title("That was it");
  console.log(
    "One line of the shared policy was judged in all orgs at once; the comment said what it does to each;\n" +
      "the canary comes first, each org by its own plan, and of the three that are left out it is said why.\n" +
      "Next: docs/fleet.md.",
  );
}

/** What the jobs of a CI do that are given the matrix. */
async function update(
  walk: Walk,
  waves: Matrix["waves"],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  for (const { wave, include } of waves) {
    walk.title(`Wave ${wave}, each org by its own stack and its own approved plan`);
    for (const { org, stack, plan } of include) {
      const own = {
        SF_ORG_INSTANCE_URL: env[`${variableOf(org)}_URL`],
        SF_ACCESS_TOKEN: env[`${variableOf(org)}_TOKEN`],
        SANCTIONED_APPROVED_PLAN: plan,
      };
      await walk.capture(["pulumi", "stack", "init", stack, "--non-interactive"], { cwd, env });
      await walk.step(["pulumi", "up", "--stack", stack, "--yes", "--skip-preview"], {
        cwd,
        env: { ...env, ...own },
      });
    }
  }
  walk.title("Those are clean now");
  const updated = waves.flatMap(({ include }) => include.map(({ org }) => org));
  const again = ["sanctioned", "fleet", "plan", "--only", ...updated, "--detailed-exitcode"];
  await walk.step(again, { cwd, env });
}

interface Matrix {
  readonly waves: readonly {
    readonly wave: number;
    readonly include: readonly { readonly org: string; readonly stack: string; readonly plan: string }[];
  }[];
}

function variableOf(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

/** @returns the variables that orgs.yaml names */
async function startOrgs(running: LocalOrg[]): Promise<Record<string, string>> {
  const env: Record<string, string> = {};
  for (const { name, id, isGone = false, isHidden = false } of ORGS) {
    const org = dieppeTrading();
    const started = await startLocalOrg({
      org: { ...org, organization: { ...org.organization, id, name } },
      faults: isHidden ? [{ kind: "status", match: "COUNT()", status: 400 }] : [],
    });
    env[`${variableOf(name)}_URL`] = started.url;
    env[`${variableOf(name)}_TOKEN`] = started.accessToken;
    if (isGone) await started.close();
    else running.push(started);
  }
  return env;
}

/** The repository of the demo, with the program of its stacks beside it, as this checkout has it. */
function writeRepository(folder: string): void {
  mkdirSync(path.join(folder, "policy"), { recursive: true });
  const write = (file: string, text: string) => writeFileSync(path.join(folder, file), text);
  write("policy/shared.yaml", shared("report"));
  write("Pulumi.yaml", PROJECT);
  write(".gitignore", ".program\nnode_modules\n.sanctioned\nplans\npage\nPulumi.*.yaml\n");
  for (const { name, id, own = "" } of ORGS) {
    write(`policy/${name}.yaml`, `version: 1\nextends: shared.yaml\norg: { id: ${id} }\n${own}`);
    write(`Pulumi.${name}.yaml`, `config: { "fleet-demo:policy": policy/${name}.yaml }\n`);
  }
  write("orgs.yaml", orgsFile());
  for (const part of ["package.json", "schema", "src", "bin"])
    cpSync(path.join(ROOT, part), path.join(folder, ".program", part), { recursive: true });
  symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"), "dir");
}

function orgsFile(): string {
  const entries = ORGS.map(({ name, id, wave }) => {
    const variable = variableOf(name);
    return `  - name: ${name}
    id: ${id}
    policy: policy/${name}.yaml
    stack: ${name}
    wave: ${wave}
    credentials: { accessToken: ${variable}_TOKEN, instanceUrl: ${variable}_URL }
`;
  });
  return `version: 1\norgs:\n${entries.join("")}`;
}

await playDemo(fleetDemo);
