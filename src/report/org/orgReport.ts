import type { FullPlan } from "../../plan/planSchema.ts";

export type { FullPlan } from "../../plan/planSchema.ts";

/** What the audit record tells of one revocation in the period of a report. */
export interface RecordedRevocation {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly user: { readonly id: string; readonly username: string };
  readonly app: { readonly id: string | null; readonly name: string };
  readonly status: string;
  /** Who ran it: the org's user that the tool was logged in as. */
  readonly actor: string;
  readonly why: string;
}

/** What an audit record tells of the period. */
export interface RecordedPeriod {
  readonly revocations: readonly RecordedRevocation[];
  /** Whether its chain of hashes is whole. */
  readonly whole: boolean;
  /** Hash that the record ends with. */
  readonly head: string;
}

/** A connection of a user to an app, in a list of changes. */
export interface Connection {
  readonly user: string;
  readonly app: string;
}

/**
 * What is new in the period of a report. Null where it cannot be known: dates tell when a grant was made,
 * not which were there and are gone.
 */
export interface Changes {
  /** Apps that hold grants now and held none. */
  readonly newApps: readonly string[];
  /** Users who hold grants now and held none. */
  readonly newUsers: readonly string[];
  readonly newGrants: readonly Connection[];
  readonly goneGrants: readonly Connection[] | null;
  readonly newlyIdle: readonly Connection[];
  /** Exempt now and not before. */
  readonly newlyExempt: readonly Connection[] | null;
}

/** What a trend tells of one report. */
export interface TrendPoint {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Of its plan. */
  readonly digest: string;
  readonly grants: number;
  readonly users: number;
  readonly apps: number;
  readonly undecided: number;
  readonly toRevoke: number;
  readonly reported: number;
  readonly idle: number;
  /** Null where the policy did not say what high privilege is. */
  readonly privileged: number | null;
}

/**
 * A report of one org at one time: the one source of every format. JSON as it is, so that a later report
 * can be held against it. Names in it are as the org gives them: untrusted text.
 */
export interface OrgReport {
  readonly version: 1;
  readonly kind: "sanctioned-report";
  readonly plan: FullPlan;
  /** Start of the period, ISO 8601; null where none was asked for: then there are no changes. */
  readonly since: string | null;
  readonly changes: Changes | null;
  /** What was revoked in the period, or ever where none was asked for; null where there is no audit record. */
  readonly recorded: RecordedPeriod | null;
  /** Numbers of earlier reports and of this one, the oldest first; absent where there is nothing to compare with. */
  readonly trend?: readonly TrendPoint[];
  /** Whether users' names were replaced. */
  readonly redacted: boolean;
}
