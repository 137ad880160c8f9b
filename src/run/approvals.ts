import { readdirSync } from "node:fs";
import path from "node:path";
import { countGrantsOf } from "../plan/plan.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import type { ApprovalWaiver, Policy } from "../policy/policy.ts";
import { readRegular, unread } from "../regularFile.ts";
import type { ApprovalState } from "../sign/approvalState.ts";
import { isNamed, type Person, peopleOf } from "../sign/people.ts";
import type { Signer } from "../sign/signers.ts";
import { LARGEST_SIGNATURE, type SshSignature } from "../sign/sshSignature.ts";
import { APPROVAL, approvalStatement } from "../sign/statement.ts";
import { compareText } from "../text.ts";
import { runErrors } from "./errors.ts";
import type { RunSettings } from "./settings.ts";
import { readSigners, whoSigned } from "./whoSigned.ts";

/** What is revoked: what the policy asks for, by an update; leavers, by a watch; or what somebody names, by hand. */
export type Purpose = "update" | ApprovalWaiver;

type Settings = Pick<RunSettings, "allowedSigners" | "requiredApprovals" | "excludedApprovers">;
interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
}

/** Where signatures are taken from a place that others can write to, junk beside them must not hide them. */
const MOST_SIGNATURES = 1_000;
const EXCLUDED = "its signer is excluded from approving this";

/** How many approvals it takes: as the policy says, and never fewer than the settings of the run, which no policy waives. */
export function wantedApprovals(
  { approvals }: Pick<Policy, "approvals">,
  { requiredApprovals }: Pick<Settings, "requiredApprovals">,
  purpose: Purpose,
): number {
  const isWaived = purpose !== "update" && (approvals?.waivedFor.includes(purpose) ?? false);
  return Math.max(isWaived ? 0 : (approvals?.required ?? 0), requiredApprovals);
}

/** The state of what nobody has signed. */
export function unsigned(wanted: number): ApprovalState {
  return { wanted, signedBy: [], signatures: [], excludedUnknown: [] };
}

/** The text that an approval of a plan signs. Pure. */
export function statementOf({ org, policy, asOf, revocations, digest }: PlanFile): string {
  const count = countGrantsOf(revocations);
  return approvalStatement({ org: org.id, plan: digest, policy: policy.digest, asOf, revocations: count });
}

/** The name of the file that holds the approval of a plan by a key. */
export function signatureFile(plan: string, { fingerprint }: Pick<SshSignature, "fingerprint">): string {
  const start = fingerprint.slice("SHA256:".length).slice(0, 8);
  return `${plan}.${start.replaceAll("+", "-").replaceAll("/", "_")}.sig`;
}

/**
 * Who has approved a plan: by the signatures beside its file, each read once and verified as it was read, at this time. Those of
 * one person count once, however many keys or names they have; the approvers that the settings exclude do not.
 * @param file of the plan, relative to the folder of the run
 * @throws SettingsError where there are no allowed signers to hold them against, or no ssh-keygen
 */
export function approvalState(
  plan: PlanFile,
  file: string,
  {
    policy,
    settings,
    purpose,
  }: { readonly policy: Pick<Policy, "approvals">; readonly settings: Settings; readonly purpose: Purpose },
  surroundings: Surroundings,
): ApprovalState {
  const wanted = wantedApprovals(policy, settings, purpose);
  const signers = allowedSigners(policy, settings, surroundings.folder);
  if (signers === null) {
    if (wanted > 0) throw runErrors["approvals-without-allowed-signers"]({ count: wanted });
    return unsigned(wanted);
  }
  const people = peopleOf(signers);
  const statement = statementOf(plan);
  const counted = new Set<Person>();
  const signatures = signaturesBeside(path.resolve(surroundings.folder, file)).map(({ name, text }) => {
    const signed = whoSigned(text, statement, { namespace: APPROVAL, people, env: surroundings.env });
    const { person } = signed;
    const why = signed.why ?? (isNamed(person!, settings.excludedApprovers) ? EXCLUDED : null);
    const twice = why === null && counted.has(person!);
    if (why === null) counted.add(person!);
    return {
      file: name,
      principals: person?.principals ?? [],
      why: twice ? "the same person approved it already" : why,
    };
  });
  return {
    wanted,
    signedBy: [...counted].map(({ principals }) => principals[0]!).sort(compareText),
    signatures,
    excludedUnknown: settings.excludedApprovers.filter((name) => !people.some((one) => isNamed(one, [name]))),
  };
}

/** Those of the settings, which a change of the policy cannot touch, before those of the policy; null for none. @throws SettingsError */
function allowedSigners(
  { approvals }: Pick<Policy, "approvals">,
  { allowedSigners: file }: Settings,
  folder: string,
): readonly Signer[] | null {
  if (file === null) return approvals?.signers.list ?? null;
  return readSigners(path.resolve(folder, file), file);
}

/** The files beside a plan that could be approvals of it, in the order of their names; without text what is no small regular file. */
function signaturesBeside(file: string): { readonly name: string; readonly text: string | null }[] {
  const start = `${path.basename(file)}.`;
  const names = namesBeside(file)
    .filter((name) => name.startsWith(start) && name.endsWith(".sig"))
    .sort();
  if (names.length > MOST_SIGNATURES)
    throw runErrors["too-many-signatures"]({ file, count: names.length, most: MOST_SIGNATURES });
  return names.map((name) => {
    const answer = readRegular(path.join(path.dirname(file), name), LARGEST_SIGNATURE);
    return { name, text: "bytes" in answer ? answer.bytes.toString("latin1") : null };
  });
}

/** @throws UserError where they cannot be listed */
function namesBeside(file: string): string[] {
  try {
    return readdirSync(path.dirname(file));
  } catch (error) {
    throw runErrors["signatures-not-listed"]({ file, why: unread(error).why });
  }
}
