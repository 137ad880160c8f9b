import { appKey } from "./parts.ts";
import type { PlanFile } from "./planSchema.ts";

export type Revocation = PlanFile["revocations"][number];
export type Finding = PlanFile["findings"][number];

/** What a change of the policy does, apart from what was there before it. */
export interface PlanDifference {
  /** Would be revoked with the change and not without it. */
  readonly revokes: readonly Revocation[];
  /** Would be revoked without the change and not with it. */
  readonly keeps: readonly Revocation[];
  /** Would be revoked either way: drift. */
  readonly drift: readonly Revocation[];
  readonly newFindings: readonly Finding[];
  readonly settledFindings: readonly Finding[];
  readonly samePolicy: boolean;
}

/** Two plans of one org, told apart grant by grant: a grant that is revoked for another reason is drift all the same. Pure. */
export function planDifference(base: PlanFile, head: PlanFile): PlanDifference {
  const [before, after] = [grantKeys(base), grantKeys(head)];
  return {
    revokes: part(head, (key) => !before.has(key)),
    keeps: part(base, (key) => !after.has(key)),
    drift: part(head, (key) => before.has(key)),
    newFindings: without(head.findings, base.findings),
    settledFindings: without(base.findings, head.findings),
    samePolicy: base.policy.digest === head.policy.digest,
  };
}

/** The revocations with those of their grants alone that fit. */
function part({ revocations }: PlanFile, fits: (key: string) => boolean): Revocation[] {
  return revocations.flatMap((one) => {
    const grants = one.grants.filter((_, i) => fits(keyOf(one, i)));
    return grants.length === 0 ? [] : { ...one, grants };
  });
}

function grantKeys({ revocations }: PlanFile): Set<string> {
  return new Set(revocations.flatMap((one) => one.grants.map((_, i) => keyOf(one, i))));
}

/** A user can hold several grants for one app, told apart by when they were made and else by their number. */
function keyOf({ user, app, grants }: Revocation, i: number): string {
  const { granted } = grants[i]!;
  const alike = grants.slice(0, i).filter((grant) => grant.granted === granted).length;
  return JSON.stringify([user.id, appKey(app), granted, alike]);
}

function without(findings: readonly Finding[], others: readonly Finding[]): Finding[] {
  const keyOf = ({ code, app, user, params }: Finding) =>
    JSON.stringify([code, app && appKey(app), user, params]);
  const known = new Set(others.map(keyOf));
  return findings.filter((finding) => !known.has(keyOf(finding)));
}
