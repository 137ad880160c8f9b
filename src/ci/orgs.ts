import path from "node:path";
import type { Fleet, FleetOrg } from "../fleet/orgs.ts";
import { type FleetSurroundings, surroundingsOf } from "../fleet/surroundings.ts";
import { SETTING_KEYS, VARIABLES } from "../salesforce/settingKeys.ts";
import { compareText } from "../text.ts";
import { ciErrors } from "./errors.ts";

/** A job that a workflow has: of an org, in a wave. */
export interface OrgJob {
  readonly org: string;
  readonly wave: number;
}

/** @param text such as `1:acme` @throws UserError for anything else */
export function orgJob(text: string): OrgJob {
  const [, wave, org] = /^(\d{1,2}):([a-z0-9][a-z0-9-]*)$/.exec(text) ?? [];
  if (wave === undefined || org === undefined) throw ciErrors["job-not-named"]({ found: text });
  return { org, wave: Number(wave) };
}

/** @throws UserError where no job would update an org that a stack updates: it would be planned, and a run that ends well not apply it */
export function holdToJobs({ orgs, file }: Pick<Fleet, "orgs" | "file">, jobs: readonly OrgJob[]): void {
  const without = orgs.filter(
    ({ name, wave, stack }) => stack !== null && !jobs.some((job) => job.org === name && job.wave === wave),
  );
  if (without.length === 0) return;
  const names = without.map(({ name, wave }) => `${name} in wave ${wave}`).join(", ");
  throw ciErrors["org-without-job"]({ file, orgs: names });
}

/**
 * The folders that policies, and what they name, are in: those that the settings name, else each policy's own; none below another.
 * @param roots as the settings name them
 */
export function policyFolders({ orgs }: Pick<Fleet, "orgs">, roots: readonly string[]): string[] {
  const all = roots.length > 0 ? roots : orgs.map(({ policy }) => path.posix.dirname(policy));
  const folders = [...new Set(all.map((folder) => path.posix.normalize(folder).replace(/\/$/, "")))];
  return folders
    .filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)))
    .sort(compareText);
}

/** The variables that hold what any org of a fleet is reached with, besides the tool's own. */
export function credentialNames({ orgs }: Pick<Fleet, "orgs">): string[] {
  return orgs.flatMap(({ credentials }) =>
    credentials.from === "variables" ? Object.values(credentials.variables) : [],
  );
}

/**
 * What the update of one org is told: its own way in, under the names that the provider knows, and that of no other org.
 * @throws SettingsError for a variable that holds nothing
 */
export async function updateEnvironment(
  org: FleetOrg,
  fleet: Fleet,
  surroundings: FleetSurroundings,
): Promise<NodeJS.ProcessEnv> {
  const others = new Set(credentialNames(fleet));
  const env = Object.fromEntries(Object.entries(surroundings.env).filter(([name]) => !others.has(name)));
  if (org.credentials.from !== "environment") for (const name of Object.values(VARIABLES)) delete env[name];
  // What a stack has Pulumi itself reads.
  if (org.credentials.from === "stack") return env;
  const own = await surroundingsOf(org, surroundings);
  if (org.credentials.from === "environment") return own.env;
  for (const key of SETTING_KEYS) {
    const value = own.config?.(key);
    if (value !== undefined) env[VARIABLES[key]] = value;
  }
  return env;
}
