import { type Decision, decide } from "../decide/decide.ts";
import { type Finding, findings, linkFindings } from "../decide/findings.ts";
import { rotationFindings } from "../decide/rotation.ts";
import type { Inventory } from "../inventory/inventory.ts";
import type { Limits, Policy } from "../policy/policy.ts";
import { PolicyError } from "../policy/problem.ts";
import type { ResolvedPolicy } from "../resolve/resolved.ts";
import { resolvePolicy } from "../resolve/resolvePolicy.ts";
import type { Instant } from "../time.ts";
import { judgeLimits, type LimitVerdict } from "./limits.ts";
import { type Plan, plan } from "./plan.ts";

/** An org held against a policy at one time: all that plans and reports are made from. */
export interface Evaluation {
  readonly policy: Policy;
  readonly resolved: ResolvedPolicy;
  readonly inventory: Inventory;
  readonly asOf: Instant;
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
  readonly plan: Plan;
  readonly limits: LimitVerdict;
}

/**
 * Holds an org against a policy. Pure.
 * @param raised limits of this run in place of the policy's
 * @throws PolicyError where the policy does not fit the org
 */
export function evaluate(
  policy: Policy,
  inventory: Inventory,
  asOf: Instant,
  raised: Partial<Omit<Limits, "position">> = {},
): Evaluation {
  const resolution = resolvePolicy(policy, inventory, asOf);
  if ("problems" in resolution) throw new PolicyError(resolution.problems);
  const { resolved } = resolution;
  const basis = { resolved, inventory, asOf };
  const decisions = decide(resolved, inventory, asOf);
  const planned = plan(decisions, basis);
  return {
    policy,
    resolved,
    inventory,
    asOf,
    decisions,
    findings: [...findings(basis), ...linkFindings(decisions), ...rotationFindings(basis)],
    plan: planned,
    limits: judgeLimits(planned, inventory.grants.length, { ...policy.limits, ...raised }),
  };
}
