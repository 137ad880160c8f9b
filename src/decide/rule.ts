import type { Grant, Inventory } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { Doubt, ListedApp, Person, ResolvedPolicy } from "../resolve/resolved.ts";
import type { Instant } from "../time.ts";
import type { FindingCode } from "./codes.ts";

/** What happens to a grant. `report` leaves it alone and says so. */
export type Action = "keep" | "revoke" | "report";

/** What a rule says of a grant, with the policy line that it says so for. */
export interface Verdict {
  readonly action: Action;
  readonly code: FindingCode;
  readonly at: Position;
  /** Only to be reported, or kept for want of anything else: the rules that follow may still decide otherwise. */
  readonly passing?: true;
}

/** A grant with what the rules look at. */
export interface Case {
  readonly grant: Grant;
  /** Undefined where the org does not list the user. */
  readonly person: Person | undefined;
  /** Undefined for an app that the policy does not list; an entry that denies it, where it cannot be told which of several it is and all are denied. */
  readonly listed: ListedApp | undefined;
  /** Undefined where it can be told which app it is. */
  readonly doubt: Doubt | undefined;
}

/** One question about a grant; null where it does not apply. Pure. */
export type Rule = (judged: Case) => Verdict | null;

/** A rule that has nothing to say in this policy. */
export const SILENT: Rule = () => null;

/** What rules are made from. */
export interface Basis {
  readonly resolved: ResolvedPolicy;
  readonly inventory: Inventory;
  /** The time of the run. */
  readonly asOf: Instant;
}
