import { readFileSync } from "node:fs";
import path from "node:path";
import { type OrgFixture, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading, generateOrg } from "salesforce-local-org/orgs";
import { PulumiProject } from "./pulumiRun.ts";

/** What a person asks the engine for. */
export const COMMANDS = {
  preview: ["preview"],
  diff: ["preview", "--diff"],
  json: ["preview", "--json"],
  up: ["up", "--yes"],
} as const;
export type Command = keyof typeof COMMANDS;

/** A stack of which it is kept what the engine prints. */
interface Case {
  readonly org: () => OrgFixture;
  /** Before the commands. */
  readonly prepare?: (project: PulumiProject) => Promise<void>;
}

export const POLICY = "policy/dieppe-trading.yaml";
const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export const CASES = {
  dieppe: { org: dieppeTrading },
  "300": {
    org: threeHundred,
    prepare: (project) =>
      project.write(
        POLICY,
        "version: 1\nunlisted: revoke\nplatformApps: revoke\nlimits: { revocations: 300, percent: 100, perApp: 100 }\napps: []\n",
      ),
  },
  policy: { org: dieppeTrading, prepare: changePolicy },
} as const satisfies Record<string, Case>;
export type CaseName = keyof typeof CASES;

/** Runs commands on the real engine, one after the other. @returns what each prints, without what is another each time */
export async function printed(name: CaseName, commands: readonly Command[]): Promise<Map<Command, string>> {
  const { org: fixture, prepare = async () => undefined }: Case = CASES[name];
  const org = await startLocalOrg({ org: fixture() });
  const project = await PulumiProject.create({
    SF_ORG_INSTANCE_URL: org.url,
    SF_ACCESS_TOKEN: org.accessToken,
  });
  try {
    await prepare(project);
    const texts = new Map<Command, string>();
    for (const command of commands) {
      const { code, output } = await project.run(...COMMANDS[command]);
      if (code !== 0) throw new Error(`${name}, ${command} ended with ${code}:\n${output}`);
      texts.set(command, command === "json" ? steadyJson(output) : steady(output));
    }
    return texts;
  } finally {
    await project.remove();
    await org.close();
  }
}

export function goldenFile(name: CaseName, command: Command): string {
  return path.join(import.meta.dirname, "golden", `${name}-${command}.txt`);
}

export function golden(name: CaseName, command: Command): string {
  return readFileSync(goldenFile(name, command), "utf8");
}

/** Grants of days long gone, so that none is ever in use. */
function threeHundred(): OrgFixture {
  const org = generateOrg({ seed: 1, users: 120, grants: 300, apps: 6 });
  const before = (time: unknown) => new Date(Date.parse(String(time)) - 4 * YEAR_MS).toISOString();
  return {
    ...org,
    grants: org.grants.map((grant) => ({
      ...grant,
      createdAt: before(grant.createdAt),
      lastUsedAt: grant.lastUsedAt == null ? null : before(grant.lastUsedAt),
    })),
  };
}

/** After an update: no revocation is left, and the policy is another. */
async function changePolicy(project: PulumiProject): Promise<void> {
  const { code, output } = await project.run("up", "--yes", "--skip-preview");
  if (code !== 0) throw new Error(output);
  await sayMore(project);
}

/** Changes the policy in a rule that revokes nothing. */
export async function sayMore(project: PulumiProject): Promise<void> {
  const policy = await project.read(POLICY);
  const changed = policy.replace("- name: Slack\n", "- name: Slack\n    maxIdleDays: 9000\n");
  if (changed === policy) throw new Error("The policy is not changed.");
  await project.write(POLICY, changed);
}

/** A row of what is under way comes as often as there is time for. */
const UNDER_WAY =
  /^@ |^ .{3}\S+ \S+ +(refreshing|running|creating|updating)\b|^ {4}pulumi-nodejs:\S+ \S+ {2}\S/;

/** A text without times, hashes and rows of what is under way. */
export function steady(output: string): string {
  const lines = output.split("\n").filter((line) => !UNDER_WAY.test(line));
  return steadyText(lines.filter((line, i) => line !== lines[i - 1] || line === "").join("\n"));
}

function steadyText(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, "HASH")
    .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/g, "TIME")
    .replace(/\(\d+(\.\d+)?s\)/g, "(SECONDS)")
    .replace(/^Duration: .*$/gm, "Duration: SECONDS")
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "ID")
    .replace(/ +$/gm, "");
}

/** Where a machine has its files, and the text that the state holds of the provider. */
const NOT_STEADY = new Set(["sourcePosition", "stackTrace", "created", "modified", "duration", "__provider"]);

function steadyJson(output: string): string {
  const steadied = JSON.parse(output, (key, value) => (NOT_STEADY.has(key) ? undefined : value));
  return `${steadyText(JSON.stringify(steadied, null, 2))}\n`;
}
