import * as pulumi from "@pulumi/pulumi";
import { shownError } from "../errors.ts";
import { pulumiErrors } from "./errors.ts";
import {
  CONNECTION_SETTINGS,
  isSecretSetting,
  type OrgSetting,
  orgProperties,
  propertyOf,
  RUN_SETTINGS,
  SECRET_SETTINGS,
  settingText,
} from "./orgSettings.ts";

/** How one org is reached and how its runs go. Give one whole login; nothing of the environment's login is added. */
export interface SalesforceOrgArgs {
  /** An access token, with `instanceUrl`. It lives for hours: for longer, the other logins. Kept as a secret. */
  accessToken?: pulumi.Input<string>;
  instanceUrl?: pulumi.Input<string>;
  /** An alias or username of the official CLI, which then holds the login. */
  targetOrg?: pulumi.Input<string>;
  /** Pins the API version, as in `62.0`. */
  apiVersion?: pulumi.Input<string>;
  /** The audience of a JWT login, where it is not `loginUrl`. */
  audience?: pulumi.Input<string>;
  /** Where a JWT or client credentials login is made: the org's My Domain. */
  loginUrl?: pulumi.Input<string>;
  clientId?: pulumi.Input<string>;
  /** With `clientId` and `loginUrl`. Kept as a secret. */
  clientSecret?: pulumi.Input<string>;
  /** With `clientId`, `loginUrl` and a private key. */
  username?: pulumi.Input<string>;
  /** In PEM. Kept as a secret. */
  privateKey?: pulumi.Input<string>;
  /** A file that holds it, which keeps it out of the state. */
  privateKeyFile?: pulumi.Input<string>;
  /** The app that the tool is connected through. */
  ownApp?: pulumi.Input<string>;
  /** Requests under way at once, 1 to 64. */
  concurrency?: pulumi.Input<number>;
  /** The share of the org's remaining API calls of the day that one run may use, 0 to 1. */
  maxApiShare?: pulumi.Input<number>;
  /** Whether several queries may be asked in one call; true where it is left out. */
  composite?: pulumi.Input<boolean>;

  // How its runs go. What is left out is as the stack's config, or the environment, says.
  /** The file of the audit record. */
  auditFile?: pulumi.Input<string>;
  /** The file of an approved plan, which bounds what is revoked. */
  approvedPlan?: pulumi.Input<string>;
  approvedPlanMaxAgeDays?: pulumi.Input<number>;
  /** Revoke calls at once, 1 to 32. */
  revokeConcurrency?: pulumi.Input<number>;
  /** Revoke calls a second, at most. */
  revokesPerSecond?: pulumi.Input<number>;
  /** The folder, or folders, that policies have to be in. */
  policyRoot?: pulumi.Input<string | string[]>;
  /** A file of allowed signers, in place of the policy's. */
  allowedSigners?: pulumi.Input<string>;
  /** The fewest approvals that an update takes, whatever the policy says. */
  requiredApprovals?: pulumi.Input<number>;
  /** Names of allowed signers whose approval does not count. */
  excludedApprovers?: pulumi.Input<string | string[]>;
}

/**
 * One Salesforce org with a login of its own, for programs that keep several: `new ConnectedUserPolicy(name, args, { provider: org })`.
 * A provider resource: the components and resources below one that is given it as a provider take it too.
 */
export class SalesforceOrg extends pulumi.ProviderResource {
  /** @param name what errors call the org @throws RunError for a setting that there is none of */
  constructor(name: string, args: SalesforceOrgArgs, opts?: pulumi.ResourceOptions) {
    const settings = given(name, args);
    super("pulumi-nodejs", name, orgProperties(name, settings), {
      ...opts,
      additionalSecretOutputs: SECRET_SETTINGS.map(propertyOf),
    } as pulumi.CustomResourceOptions);
    Object.defineProperty(this, MARK, { value: true });
    // What cannot be told at all fails the registration, which says so.
    if (pulumi.runtime.isDryRun()) warnOfUnknown(this, name, Object.values(settings)).catch(() => undefined);
  }
}

/** Marks a `SalesforceOrg`, of another copy of this package too. */
const MARK = "__sanctionedSalesforceOrg";

/**
 * Pulumi leaves out a provider of another package without a word, and takes the default one, which is the stack's own org.
 * @throws RunError for a provider that is no `SalesforceOrg`
 */
export function refuseOtherProvider(resource: string, provider: pulumi.ProviderResource | undefined): void {
  if (provider === undefined || MARK in provider) return;
  throw new pulumi.RunError(shownError(pulumiErrors["provider-is-no-org"]({ resource })));
}

/** Pulumi asks a provider nothing before all of its settings are known (`Check` in pkg/resource/plugin/provider_plugin.go). */
async function warnOfUnknown(
  org: SalesforceOrg,
  name: string,
  settings: readonly pulumi.Output<string>[],
): Promise<void> {
  const known = await Promise.all(settings.map((setting) => (setting as KnownOutput).isKnown));
  if (known.includes(false))
    await pulumi.log.warn(
      `a setting of ${name} is known only in the update: this preview shows nothing of what will be revoked there`,
      org,
    );
}

/** A part of `Output` that its declarations leave out. */
type KnownOutput = pulumi.Output<string> & { readonly isKnown: Promise<boolean> };

/** What the program says, as texts, and of the run what the stack's config says besides. */
function given(org: string, args: SalesforceOrgArgs): Partial<Record<OrgSetting, pulumi.Output<string>>> {
  const settings: readonly OrgSetting[] = [...CONNECTION_SETTINGS, ...RUN_SETTINGS];
  const unknown = Object.keys(args).find((key) => !(settings as readonly string[]).includes(key));
  if (unknown !== undefined)
    throw new pulumi.RunError(
      shownError(
        pulumiErrors["org-setting-unknown"]({ org, setting: unknown, settings: settings.join(", ") }),
      ),
    );
  const stack = new pulumi.Config();
  const texts = settings.flatMap((key) => {
    const isRun = (RUN_SETTINGS as readonly string[]).includes(key);
    const value = args[key] ?? (isRun ? stack.get(key) : undefined);
    return value === undefined ? [] : [[key, textOf(key, value)] as const];
  });
  return Object.fromEntries(texts);
}

function textOf(key: OrgSetting, value: pulumi.Input<unknown>): pulumi.Output<string> {
  const text = (pulumi.output(value) as pulumi.Output<unknown>).apply((found) => settingText(key, found));
  return isSecretSetting(key) ? pulumi.secret(text) : text;
}
