import type { Position } from "../policy/policy.ts";
import type { SettingKey } from "../salesforce/settingKeys.ts";

/** How an org's login is found. No value of a secret is ever in it. */
export type CredentialSource =
  /** The config of the org's stack. */
  | { readonly from: "stack" }
  /** Environment variables by setting, and nothing else of the environment. */
  | { readonly from: "variables"; readonly variables: Readonly<Partial<Record<SettingKey, string>>> }
  /** The environment's own names: for the only org of a fleet. */
  | { readonly from: "environment" };

/** One org of `orgs.yaml`. */
export interface FleetOrg {
  /** Small letters, digits and hyphens; unique in the fleet. */
  readonly name: string;
  /** Of 18 characters. */
  readonly id: string;
  /** The policy's file, relative to the folder of `orgs.yaml`. */
  readonly policy: string;
  readonly stack: string | null;
  /** 0 is the canary. */
  readonly wave: number;
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly credentials: CredentialSource;
  /** Settings that stand in the file itself, since they are no secrets. */
  readonly plain: Readonly<Partial<Record<"loginUrl" | "username", string>>>;
  readonly position: Position;
}

/** Limits over the plans of all orgs together. */
export interface FleetLimits {
  /** Grants. */
  readonly revocations: number;
  /** Of the grants of all orgs that were judged. */
  readonly percent: number;
  /** Grants of the apps of one name. */
  readonly perApp: number;
  /** Orgs in which something is revoked. */
  readonly orgs: number;
  readonly position: Position;
}

/** `orgs.yaml`, read. */
export interface Fleet {
  readonly file: string;
  readonly limits: FleetLimits;
  /** Relative to the folder of the file; null for none. */
  readonly history: string | null;
  /** In the order of the file; at least one. */
  readonly orgs: readonly FleetOrg[];
}
