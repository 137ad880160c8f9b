import { SETTING_KEYS, VARIABLES } from "../salesforce/settingKeys.ts";
import { JOB_TOKENS } from "../secrets.ts";
import type { Fleet, FleetOrg } from "./orgs.ts";
import { type FleetSurroundings, surroundingsOf } from "./surroundings.ts";

/** What an update and a preview need no more than a token of the job. */
export function withoutTokens(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = { ...env };
  for (const name of JOB_TOKENS) delete passed[name];
  return passed;
}

/**
 * What may look at a state that could be anybody's: the environment without an org's credential, the passphrase that opens one in
 * the stack's config, or a token of the job.
 * @param credentials names of variables that hold credentials besides the tool's own
 */
export function withoutCredentials(
  env: NodeJS.ProcessEnv,
  credentials: readonly string[],
): NodeJS.ProcessEnv {
  const named = new Set(credentials);
  const isKept = (name: string) =>
    !/^(SANCTIONED|SF|SFDX)_|^PULUMI_CONFIG_PASSPHRASE/.test(name) && !named.has(name);
  return withoutTokens(Object.fromEntries(Object.entries(env).filter(([name]) => isKept(name))));
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
