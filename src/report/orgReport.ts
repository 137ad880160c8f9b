import type { PlanFile } from "../plan/schema.ts";

/** A plan with every grant, app, connected user and exemption: what reports are made from. */
export type FullPlan = PlanFile & Required<Pick<PlanFile, "rows" | "apps" | "users" | "exemptions">>;

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

/** What is new since an earlier report of the same org. */
export interface Changes {
  readonly newApps: readonly string[];
  /** Users who hold grants now and held none. */
  readonly newUsers: readonly string[];
  readonly newGrants: readonly Connection[];
  readonly goneGrants: readonly Connection[];
  readonly newlyIdle: readonly Connection[];
  /** Exempt now and not before. */
  readonly newlyExempt: readonly Connection[];
}

/**
 * A report of one org at one time: the one source of every format. JSON as it is, so that a later report
 * can be held against it. Names in it are as the org gives them: untrusted text.
 */
export interface OrgReport {
  readonly version: 1;
  readonly kind: "sanctioned-report";
  readonly plan: FullPlan;
  /** Start of the period, ISO 8601; null where none was asked for. */
  readonly since: string | null;
  /** Null where no earlier report was given. */
  readonly changes: Changes | null;
  /** Null where there is no audit record. */
  readonly recorded: RecordedPeriod | null;
  /** Whether users' names were replaced. */
  readonly redacted: boolean;
}
