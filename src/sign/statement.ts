/** What signatures are made for: one that was made for another purpose is none for this (PROTOCOL.sshsig, "namespace"). */
export const APPROVAL = "sanctioned-approval";
export const AUDIT_HEAD = "sanctioned-audit";

/** What is approved of a plan file: all of it, by its digest; the rest says in the clear what that is of. */
export interface ApprovedFacts {
  readonly org: string;
  /** Digest of the plan file. */
  readonly plan: string;
  /** Digest of the policy that the plan was made by. */
  readonly policy: string;
  /** The time of the plan. */
  readonly asOf: string;
  /** How many grants it revokes. */
  readonly revocations: number;
}

/** The text that an approval signs. One plan, one text; it ends with a line end. */
export function approvalStatement({ org, plan, policy, asOf, revocations }: ApprovedFacts): string {
  return lines("sanctioned approval 1", {
    org,
    plan,
    policy,
    "as-of": asOf,
    revocations: String(revocations),
  });
}

function lines(first: string, facts: Readonly<Record<string, string>>): string {
  return `${[first, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join("\n")}\n`;
}
