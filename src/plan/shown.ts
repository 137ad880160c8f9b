import type { Instant } from "../time.ts";
import { approvalKey, type Cover, coveredPart, coverOf } from "./approval.ts";
import { digestOf, policyDigest } from "./digest.ts";
import type { Evaluation } from "./evaluate.ts";
import { countGrants, type Plan, type PlannedRevocation } from "./plan.ts";

/** What a preview showed, for the update that follows it. It names nobody: keys are digests. */
export interface Shown {
  readonly version: 1;
  /** When the org was held against the policy. */
  readonly at: Instant;
  /** The org's id. */
  readonly org: string;
  /** As `policyDigest`. */
  readonly policy: string;
  /** What was shown, by the SHA-256 in hex of its `approvalKey`. */
  readonly revocations: Readonly<Record<string, Cover>>;
  /** SHA-256 in hex of all of the above. */
  readonly digest: string;
}

/** What a preview of this shows. Pure. */
export function shownOf({ asOf, inventory, policy, plan }: Evaluation): Shown {
  const content: Omit<Shown, "digest"> = {
    version: 1,
    at: asOf,
    org: inventory.org.id,
    policy: policyDigest(policy),
    revocations: Object.fromEntries(plan.revocations.map((one) => [shownKey(one), coverOf(one)])),
  };
  return { ...content, digest: digestOf(content) };
}

/** What `shownOf` made, from its JSON; null where the text is none, or was changed. */
export function parseShown(text: string): Shown | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!isShown(value)) return null;
  const { digest, ...content } = value;
  return digestOf(content) === digest ? value : null;
}

/** Whether what was shown is of the policy and the org of an evaluation. */
export function isShownOf(
  { org, policy }: Shown,
  evaluation: Pick<Evaluation, "inventory" | "policy">,
): boolean {
  return org === evaluation.inventory.org.id && policy === policyDigest(evaluation.policy);
}

/** What came between a preview and its update, in grants. */
export interface SinceShown {
  /** That were not shown and are left. */
  readonly left: number;
  /** That users have more by now of apps that they were shown to lose with every grant. */
  readonly more: number;
}

/** What a plan has of what was shown, as `approvedPart`, and what came since. Pure. */
export function restrictToShown(
  { plan, asOf }: Pick<Evaluation, "plan" | "asOf">,
  { revocations }: Shown,
): { readonly plan: Plan; readonly since: SinceShown } {
  const part = coveredPart(plan, new Map(Object.entries(revocations)), asOf, shownKey);
  const more = part.revocations.map(
    (one) => one.grants.length - (revocations[shownKey(one)]?.granted.length ?? 0),
  );
  return {
    plan: part,
    since: {
      left: countGrants(plan) - countGrants(part),
      more: more.reduce((sum, count) => sum + Math.max(count, 0), 0),
    },
  };
}

function shownKey(one: PlannedRevocation): string {
  return digestOf(approvalKey(one));
}

function isShown(value: unknown): value is Shown {
  if (!isMap(value)) return false;
  const { version, at, revocations } = value;
  return (
    version === 1 &&
    Number.isSafeInteger(at) &&
    isMap(revocations) &&
    Object.values(revocations).every(
      (one) =>
        isMap(one) &&
        (one.covers === "pair" || one.covers === "grants") &&
        Array.isArray(one.granted) &&
        one.granted.every((time) => time === null || Number.isSafeInteger(time)),
    )
  );
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
