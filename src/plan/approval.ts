import { takeOne } from "../collections.ts";
import type { FindingCode } from "../decide/codes.ts";
import type { App, Grant } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { Instant } from "../time.ts";
import type { Covers } from "./covers.ts";
import { digestOf } from "./digest.ts";
import { appKey } from "./parts.ts";
import { type Plan, withGrants } from "./plan.ts";

/** One revocation as it is approved: that this user loses this app by this rule, with what the approval covers. */
export interface Approvable {
  readonly user: { readonly id: string };
  readonly app: { readonly id: string | null; readonly name: string; readonly kind: App["kind"] };
  readonly code: FindingCode;
  readonly at: Pick<Position, "file" | "line">;
  readonly covers: Covers;
  readonly grants: readonly Pick<Grant, "createdAt">[];
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
  const byKey = new Map(approved.map((one) => [keyOf(one), one]));
  return {
    revocations: plan.revocations.flatMap((planned) => {
      const one = byKey.get(keyOf(planned));
      if (one === undefined) return [];
      if (one.covers === "pair" && planned.covers === "pair") return planned;
      const times = one.grants.map(({ createdAt }) => createdAt);
      const grants = planned.grants.filter((grant) => takeOne(times, grant.createdAt));
      if (grants.length === 0) return [];
      const all = grants.length === planned.grants.length && planned.covers === "grants";
      return all ? planned : withGrants(planned, grants, asOf);
    }),
  };
}
