import path from "node:path";
import { placeText } from "../policy/policy.ts";
import type { ReadingProgress, RunSurroundings } from "../run/observer.ts";
import type { SettingKey } from "../salesforce/settingKeys.ts";
import { fleetErrors } from "./errors.ts";
import type { FleetOrg } from "./orgs.ts";

/** The config of a stack, by key without the project's name. @throws SettingsError where it cannot be read */
export type ReadStackConfig = (stack: string) => Promise<ReadonlyMap<string, string>>;

/** What the runs of a fleet are given from outside. It holds secrets: never to be stored or logged. */
export interface FleetSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** That of `orgs.yaml`. */
  readonly folder: string;
  readonly stackConfig: ReadStackConfig;
  /** Whether the run of one org is all there is, so that what the environment or its stack says of one run is said of it. */
  readonly isOnlyRun?: boolean;
  readonly showReading?: () => ReadingProgress;
}

/** What the environment says of one run; in a fleet it would be said of every org. */
const OF_ONE_RUN = ["SANCTIONED_AUDIT_FILE", "SANCTIONED_APPROVED_PLAN"];

/**
 * What the run of one org is given: its own way in, and nobody else's. Whatever is named for it is taken from there alone, so
 * that a login that the environment has for another org is never used.
 * @throws SettingsError for a variable that holds nothing, and a stack that cannot be read
 */
export async function surroundingsOf(
  org: FleetOrg,
  { env: all, folder, stackConfig, isOnlyRun = false, showReading }: FleetSurroundings,
): Promise<RunSurroundings> {
  const env = Object.fromEntries(
    Object.entries(all).filter(([name]) => isOnlyRun || !OF_ONE_RUN.includes(name)),
  );
  const shared = { folder, ...(showReading === undefined ? {} : { showReading }) };
  const { credentials, plain, name } = org;
  switch (credentials.from) {
    case "environment":
      return { ...shared, env: { ...env, ...plainVariables(plain) } };
    case "variables": {
      const found = new Map<string, string>(Object.entries(plain));
      for (const [setting, variable] of Object.entries(credentials.variables))
        found.set(setting, heldBy(org, setting as SettingKey, variable, all));
      return { ...shared, env, namedOrg: name, config: (key) => found.get(key) };
    }
    case "stack": {
      const found = await stackConfig(stackOf(org));
      refuseOtherPolicy(org, found.get("policy"));
      const get = (key: string) => (plain as Readonly<Record<string, string>>)[key] ?? found.get(key);
      return {
        ...shared,
        env,
        namedOrg: name,
        config: (key) => (!isOnlyRun && OF_STACK_RUN.has(key) ? undefined : get(key)),
      };
    }
  }
}

/** As above: what a stack's config says of the run of an update. */
const OF_STACK_RUN = new Set(["auditFile", "approvedPlan"]);

function plainVariables({ loginUrl, username }: FleetOrg["plain"]): NodeJS.ProcessEnv {
  return {
    ...(loginUrl === undefined ? {} : { SANCTIONED_LOGIN_URL: loginUrl }),
    ...(username === undefined ? {} : { SANCTIONED_USERNAME: username }),
  };
}

function heldBy(
  { name, position }: FleetOrg,
  setting: SettingKey,
  variable: string,
  env: NodeJS.ProcessEnv,
): string {
  const value = env[variable];
  if (!value?.trim())
    throw fleetErrors["fleet-variable-empty"]({ setting, org: name, variable, file: placeText(position) });
  return value;
}

/** An update goes by the policy of the stack: what is judged by another says nothing of it. @throws UserError */
function refuseOtherPolicy({ name, policy, position }: FleetOrg, ofStack: string | undefined): void {
  if (ofStack === undefined || path.normalize(ofStack) === path.normalize(policy)) return;
  throw fleetErrors["stack-policy-is-another"]({ name, policy, file: placeText(position), ofStack });
}

/** The stack that updates an org. @throws SettingsError for an org that has none */
function stackOf({ name, stack, position }: FleetOrg): string {
  if (stack === null) throw fleetErrors["org-without-stack"]({ org: name, file: placeText(position) });
  return stack;
}

/** Whatever is connected to another org than the file says reads nothing of it. @throws UserError */
export function refuseOther(
  { name, id, position }: FleetOrg,
  found: { readonly id: string; readonly name: string },
): void {
  if (found.id === id) return;
  throw fleetErrors["fleet-org-is-another"]({
    name,
    found: found.id,
    foundName: found.name,
    file: placeText(position),
    expected: id,
  });
}
