import { takeOne } from "../collections.ts";
import type { FindingCode } from "../decide/codes.ts";
import type { App, Grant } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import type { Covers } from "./covers.ts";
import { digestOf } from "./digest.ts";
import { appKey } from "./parts.ts";
import { type Plan, type PlannedRevocation, withGrants } from "./plan.ts";

/** One revocation as it is approved: that this user loses this app by this rule, with what the approval covers. */
export interface Approvable {
  readonly user: { readonly id: string };
  readonly app: { readonly id: string | null; readonly name: string; readonly kind: App["kind"] };
  readonly code: FindingCode;
  readonly at: Pick<Position, "file" | "line">;
  readonly covers: Covers;
  readonly grants: readonly Pick<Grant, "createdAt">[];
}

/** What an approval covers of one revocation. */
export interface Cover {
  readonly covers: Covers;
  /** When the grants that were shown were given; null for unknown. */
  readonly granted: readonly (Instant | null)[];
}

/** Tells one revocation from another: the user and the app by id, an app or a provider without one by its name, the rule by code and place. */
export function approvalKey({ user, app, code, at }: Omit<Approvable, "covers" | "grants">): string {
  return JSON.stringify([user.id, appKey(app), code, at.file, at.line]);
}

/**
 * The digest of what the approval of a plan approves: the same for as long as that is, however the lines read. The times
 * of grants are in it where the approval is of the very grants.
 */
export function approvalDigest({ revocations }: Plan): string {
  return digestOf(
    Object.fromEntries(
      revocations.map((one) => [
        approvalKey(one),
        one.covers === "pair" ? "pair" : one.grants.map(({ createdAt }) => createdAt),
      ]),
    ),
  );
}

export function coverOf({ covers, grants }: Pick<Approvable, "covers" | "grants">): Cover {
  return { covers, granted: grants.map(({ createdAt }) => createdAt) };
}

/**
 * The part of a plan that was approved. Anything else is left out, so that less than approved may be revoked but
 * never more (law 5): a rule that changed is another reason, and where either side is of the very grants, those
 * alone go that were shown, each once.
 * @param keyOf as `approvalKey`
 */
export function approvedPart(
  plan: Plan,
  approved: readonly Approvable[],
  asOf: Instant,
  keyOf: (one: Approvable) => string = approvalKey,
): Plan {
  return coveredPart(plan, new Map(approved.map((one) => [keyOf(one), coverOf(one)])), asOf, keyOf);
}

/** As `approvedPart`, by what is covered for each key. */
export function coveredPart(
  plan: Plan,
  covered: ReadonlyMap<string, Cover>,
  asOf: Instant,
  keyOf: (one: PlannedRevocation) => string,
): Plan {
  return {
    revocations: plan.revocations.flatMap((planned) => {
      const one = covered.get(keyOf(planned));
      if (one === undefined) return [];
      if (one.covers === "pair" && planned.covers === "pair") return planned;
      const times = [...one.granted];
      const grants = planned.grants.filter((grant) => takeOne(times, grant.createdAt));
      if (grants.length === 0) return [];
      const all = grants.length === planned.grants.length && planned.covers === "grants";
      return all ? planned : withGrants(planned, grants, asOf);
    }),
  };
}
