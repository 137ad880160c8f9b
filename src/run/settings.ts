import path from "node:path";
import { RAISE_REASON, RAISE_VARIABLES } from "../plan/limits.ts";
import { printable } from "../printable.ts";
import { withoutSecrets } from "../secrets.ts";
import { runErrors } from "./errors.ts";

/** Limits raised for one run, with the reason that goes on record. */
export interface RaisedLimits {
  readonly limits: Readonly<Partial<Record<"revocations" | "percent" | "perApp", number>>>;
  readonly reason: string;
}

/** How a run revokes, beside what the policy says. */
export interface RunSettings {
  /** File of the audit record; null for the default one. */
  readonly auditFile: string | null;
  /** File of an approved plan; null for none. */
  readonly approvedPlan: string | null;
  readonly approvedPlanMaxAgeDays: number;
  /** File of allowed signers that stands in place of the policy's; null for the policy's. */
  readonly allowedSigners: string | null;
  /** The fewest approvals that a run takes, whatever the policy says. */
  readonly requiredApprovals: number;
  /** Names of allowed signers whose approval does not count. */
  readonly excludedApprovers: readonly string[];
  /** Revoke calls at once. */
  readonly revokeConcurrency: number;
  /** Revoke calls a second, at most. */
  readonly revokesPerSecond: number;
  readonly raised: RaisedLimits | null;
  /** Folders that policies, and the files that they name, have to be in; none where each policy has its own folder. */
  readonly policyRoots: readonly string[];
}

/** Keys of the stack's config and their variables in the environment; docs/revoking.md says what each means. */
const VARIABLES = {
  auditFile: "SANCTIONED_AUDIT_FILE",
  approvedPlan: "SANCTIONED_APPROVED_PLAN",
  approvedPlanMaxAgeDays: "SANCTIONED_APPROVED_PLAN_MAX_AGE_DAYS",
  revokeConcurrency: "SANCTIONED_REVOKE_CONCURRENCY",
  revokesPerSecond: "SANCTIONED_REVOKES_PER_SECOND",
  policyRoot: "SANCTIONED_POLICY_ROOT",
} as const;

/** What a stack's config, or a program, can say of a run, beside `SettingKey` for its connection. */
export const RUN_SETTING_KEYS = [
  ...(Object.keys(VARIABLES) as (keyof typeof VARIABLES)[]),
  "allowedSigners",
  "requiredApprovals",
  "excludedApprovers",
] as const;
export type RunSettingKey = (typeof RUN_SETTING_KEYS)[number];

/** @throws SettingsError naming the setting that is not valid */
export function readRunSettings(
  config: (key: string) => string | undefined,
  env: NodeJS.ProcessEnv,
): RunSettings {
  const setting = (key: keyof typeof VARIABLES) => config(key) || env[VARIABLES[key]] || null;
  const file = (key: "auditFile" | "approvedPlan") => pathOf(setting(key), key, VARIABLES[key]);
  return {
    auditFile: file("auditFile"),
    approvedPlan: file("approvedPlan"),
    approvedPlanMaxAgeDays: number(
      "approvedPlanMaxAgeDays",
      setting("approvedPlanMaxAgeDays") ?? "7",
      0,
      366,
    ),
    ...approvalSettings(config, env),
    revokeConcurrency: whole("revokeConcurrency", setting("revokeConcurrency") ?? "4", 1, 32),
    revokesPerSecond: whole("revokesPerSecond", setting("revokesPerSecond") ?? "10", 1, 10_000),
    raised: raisedLimits(env),
    policyRoots: policyRoots(config, env),
  };
}

/** One folder or several, written as those of PATH are; the environment's, where it has any, since a change can touch the config. */
export function policyRoots(
  config: (key: string) => string | undefined,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const text = env[VARIABLES.policyRoot] || config("policyRoot") || "";
  return pathOf(text, "policyRoot", VARIABLES.policyRoot)
    .split(path.delimiter)
    .filter((folder) => folder !== "");
}

const ALLOWED_SIGNERS = "SANCTIONED_ALLOWED_SIGNERS";
const REQUIRED_APPROVALS = "SANCTIONED_REQUIRED_APPROVALS";
const EXCLUDED_APPROVERS = "SANCTIONED_EXCLUDED_APPROVERS";

/**
 * The stack's config can be changed where the policy can, so that it never weakens what the environment says: the signers are
 * the environment's, the number is the greater, and whoever either excludes is excluded.
 */
function approvalSettings(
  config: (key: string) => string | undefined,
  env: NodeJS.ProcessEnv,
): Pick<RunSettings, "allowedSigners" | "requiredApprovals" | "excludedApprovers"> {
  const most = (name: string, text: string | undefined) => (text ? whole(name, text, 0, 20) : 0);
  return {
    allowedSigners: pathOf(
      env[ALLOWED_SIGNERS] || config("allowedSigners") || null,
      "allowedSigners",
      ALLOWED_SIGNERS,
    ),
    requiredApprovals: Math.max(
      most("requiredApprovals", config("requiredApprovals")),
      most(REQUIRED_APPROVALS, env[REQUIRED_APPROVALS]),
    ),
    excludedApprovers: [
      ...names("excludedApprovers", config("excludedApprovers")),
      ...names(EXCLUDED_APPROVERS, env[EXCLUDED_APPROVERS]),
    ],
  };
}

/** A setting that was to hold a name, and is empty since nobody could be told, must not open what it was to close. @throws SettingsError */
function names(setting: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const found = text.split(",").flatMap((name) => name.trim() || []);
  if (found.length === 0) throw runErrors["excluded-approvers-blank"]({ setting });
  return found;
}

/** The folder, below that of a run, for what it keeps. */
export const KEPT_IN = ".sanctioned";

/** The record of an org's revocations where the settings name none, relative to the folder of the run. */
export function defaultRecord(orgId: string): string {
  return path.join(KEPT_IN, `audit-${orgId}.jsonl`);
}

/** Which limits were raised and why, in one line. */
export function raisedText({ limits, reason }: RaisedLimits): string {
  const numbers = Object.entries(limits).map(([name, limit]) => `${name} ${limit}`);
  return `limits raised for this run: ${numbers.join(", ")} (${printable(reason)})`;
}

function raisedLimits(env: NodeJS.ProcessEnv): RaisedLimits | null {
  const limits = Object.fromEntries(
    Object.entries(RAISE_VARIABLES).flatMap(([key, name]) =>
      env[name] ? [[key, number(name, env[name], 0, key === "percent" ? 100 : Number.MAX_SAFE_INTEGER)]] : [],
    ),
  );
  const reason = env[RAISE_REASON]?.trim() ?? "";
  if (Object.keys(limits).length === 0) return null;
  if (reason === "") throw runErrors["limit-raised-without-reason"]({ variable: RAISE_REASON });
  return { limits, reason };
}

/** Longer than paths are that people set, and shorter than a key. */
const LONGEST_PATH = 512;

/** A path, which errors quote. @throws SettingsError for what is none, or holds what looks like a secret; nothing of it is quoted */
function pathOf<Text extends string | null>(text: Text, setting: string, variable: string): Text {
  if (text === null) return text;
  const isPath = text.length <= LONGEST_PATH && !/\p{Cc}|:\/\//u.test(text) && withoutSecrets(text) === text;
  if (!isPath) throw runErrors["run-setting-not-a-path"]({ setting, variable });
  return text;
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= most))
    throw runErrors["run-setting-not-in-range"]({ setting: name, number: "a number", least, most });
  return value;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = number(name, text, least, most);
  if (!Number.isInteger(value)) throw runErrors["run-setting-not-whole"]({ setting: name });
  return value;
}
