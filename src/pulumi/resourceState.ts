import type { Inventory } from "../inventory/inventory.ts";
import { policyDigest } from "../plan/digest.ts";
import { countOutcomes, isOpen, type Outcome } from "../plan/outcome.ts";
import { countGrantsOf } from "../plan/plan.ts";
import { summarizePolicy } from "../policy/summary.ts";
import { printable } from "../printable.ts";
import type { PolicySource } from "../run/observer.ts";
import type { Proposal } from "../run/revoker.ts";
import { count } from "../text.ts";
import { shownAsText } from "./engineValue.ts";
import { pulumiErrors } from "./errors.ts";
import { openReasons } from "./openReasons.ts";
import { NOTHING, type PlanShown } from "./planShown.ts";

/** What the state keeps as the resource's inputs. */
export interface CheckedInputs {
  policyFile: string;
  policy: Record<string, unknown>;
  org: { id: string; name: string };
  /** What is planned. */
  revocations: PlanShown;
}

/** What the state keeps as the resource's outputs: nothing to be revoked. The numbers are of grants, and of the last update. */
export interface Outputs extends CheckedInputs {
  /** What the policy says, with the policy itself where the program gave it as an object: as secret as that is. */
  policy: Record<string, unknown> & { readonly __given?: Exclude<PolicySource, string> };
  /** That it counted, before it revoked any. */
  readonly grants: number;
  readonly revoked: number;
  /** That the policy only reports. */
  readonly reported: number;
  /** That broke the policy and were left; after a refresh those that break it then. */
  readonly drift: number;
  /** SHA-256 in hex of what the policy said, as the record has it. */
  readonly policyDigest: string;
  /** The hash that the record ended with after the last update that revoked; left out where none did. */
  readonly auditHead?: string;
  /** How many refreshes in a row found drift, or could not rule it out: where the engine compares nothing but outputs, each is another. */
  readonly __refreshes?: number;
}

/** The outputs that a state holds: an older release knew less. */
export type OutputsBefore = Pick<Outputs, "policyFile" | "policy" | "org"> & Partial<Outputs>;

/** What an update did. */
export interface Applied {
  readonly outputs: Outputs;
  /** Why the resource is there but not as wanted, so that the engine updates it again next time; null where it is. */
  readonly failure: { readonly message: string; readonly reasons: string[] } | null;
}

export function orgOf({ org: { id, name } }: Inventory): CheckedInputs["org"] {
  return { id, name: shownAsText(printable(name)) };
}

/** What a policy says, without the policy itself. */
export function saidIn({ __given, ...said }: Outputs["policy"]): CheckedInputs["policy"] {
  return said;
}

/** What the state keeps of an update. */
export function outputsOf(
  {
    inputs,
    source,
    proposal: { evaluation, drift, since },
  }: {
    readonly inputs: CheckedInputs;
    readonly source: PolicySource;
    readonly proposal: Pick<Proposal, "evaluation" | "drift" | "since">;
  },
  outcomes: readonly Outcome[],
  auditHead: string | undefined,
): Outputs {
  const { inventory, decisions, policy } = evaluation;
  const said = shownAsText(summarizePolicy(policy));
  const left = countGrantsOf(outcomes.filter(isOpen).map(({ revocation }) => revocation));
  return {
    ...inputs,
    policy: typeof source === "string" ? said : { ...said, __given: source },
    revocations: NOTHING,
    grants: inventory.grants.length,
    revoked: countOutcomes(outcomes).revoked ?? 0,
    reported: decisions.filter(({ action }) => action === "report").length,
    drift: (drift ?? 0) + (since?.left ?? 0) + left,
    policyDigest: policyDigest(policy),
    ...(auditHead === undefined ? {} : { auditHead }),
  };
}

/** @param missing why not all of it is on record; null where it is @returns null where every revocation succeeded, and is on record */
export function failureOf(outcomes: readonly Outcome[], missing: string | null): Applied["failure"] {
  const open = outcomes.filter(isOpen);
  if (open.length === 0 && missing === null) return null;
  return {
    message:
      open.length === 0
        ? "not all of what was done is on record"
        : `${count(open.length)} of ${count(outcomes.length)} revocations did not succeed`,
    reasons: [...openReasons(open), ...(missing === null ? [] : [missing])],
  };
}

/** @param expected the id of the org that the stack manages @throws UserError where it is another */
export function refuseOtherOrg(expected: string, { id, name }: CheckedInputs["org"]): void {
  if (expected !== id) throw pulumiErrors["stack-of-another-org"]({ stackOrg: expected, name, org: id });
}
