import { createHash } from "node:crypto";
import type { FindingCode } from "../decide/codes.ts";

/** Who and what a run was for, and what it was allowed to do. */
export interface RunStart {
  readonly event: "run-start";
  /** Its address tells one local org from the next. Absent in records of older releases. */
  readonly org: { readonly id: string; readonly name: string; readonly instanceUrl?: string };
  readonly actor: Actor;
  readonly policy: { readonly file: string; readonly digest: string } | null;
  /** Digest of the revocations that may be made. */
  readonly plan: string;
  readonly revocations: number;
  /** Why, where somebody had to say so: a revocation by hand, or a limit raised for one run. */
  readonly reason: string | null;
  /** Limits raised for this run alone. */
  readonly raisedLimits: Readonly<Record<string, number>> | null;
  /** What the run was held to besides the policy; null for nothing. Records of older releases lack it. */
  readonly approval: RunApproval | null;
  /** The hash that the run before is known to have ended with, from outside of the record; null where none is known. */
  readonly before: KnownHead | null;
  /** The resource of a Pulumi stack that it updated; null for a run of the CLI. Absent in records of older releases. */
  readonly stack?: RunStack | null;
}

/** A resource by the stack that it is in, as its URN says them. */
export interface RunStack {
  readonly project: string;
  readonly name: string;
  readonly resource: string;
}

/** A head that is known from outside of the record, and where it is in it: the last line, an earlier one, or none. */
export interface KnownHead {
  readonly head: string;
  readonly found: "last" | "earlier" | "not there";
}

/** An approval that a run was held to: at most what it covers was revoked. */
export type RunApproval = PlanApproval | PreviewApproval;

/** By an approved plan. */
export interface PlanApproval {
  readonly kind: "plan";
  readonly file: string;
  /** Of the plan, as the file says it: SHA-256 in hex. */
  readonly digest: string;
  /** The limits of the policy that what was approved exceeds, with the number of it; null for none. */
  readonly lifts: Readonly<
    Partial<Record<"revocations" | "percent" | "perApp", { readonly limit: number; readonly actual: number }>>
  > | null;
  /** Who signed it, by the names of the allowed signers; empty where nobody had to. */
  readonly signedBy: readonly string[];
}

/** By what the run's own preview had shown. */
export interface PreviewApproval {
  readonly kind: "preview";
  /** When it was shown, in ISO 8601. */
  readonly at: string;
  /** Of what was shown: SHA-256 in hex. */
  readonly digest: string;
}

export interface Actor {
  readonly userId: string;
  readonly username: string;
  /** The CI run where its variables say so: names and values without secrets. */
  readonly ci: Readonly<Record<string, string>> | null;
}

/** Written and flushed before a call: from here on it may have happened. */
export interface Revoking {
  readonly event: "revoking";
  /** Number of the call within the run. */
  readonly call: number;
  readonly user: { readonly id: string; readonly username: string };
  readonly app: { readonly id: string | null; readonly name: string };
  /** When each grant that the call is to revoke was given, in ISO 8601; null where the org does not say. */
  readonly granted: readonly (string | null)[];
  readonly code: FindingCode;
  readonly policy: { readonly file: string; readonly line: number };
  readonly through: "delete-token" | "usage" | "account-link" | "session";
}

/** What a call was answered. Whether the grant is gone is for `outcome` to say. */
export interface Answered {
  readonly event: "answered";
  readonly call: number;
  readonly answer: "accepted" | "unknown-token" | "refused" | "no-answer" | "not-made";
  readonly reason: string;
}

/** What became of one planned revocation, once the org was read again. */
export interface OutcomeLine {
  readonly event: "outcome";
  readonly user: { readonly id: string; readonly username: string };
  readonly app: { readonly id: string | null; readonly name: string };
  readonly status: "revoked" | "already gone" | "replaced" | "failed" | "unknown" | "not tried";
  readonly reason: string;
}

export interface RunEnd {
  readonly event: "run-end";
  readonly outcomes: Readonly<Record<string, number>>;
  /** Why the run ended before it had tried all; null where it had. Absent in records of older releases. */
  readonly stopped?: string | null;
}

/** What a crash left after the last whole line, be it one line or several that were torn; its SHA-256 in hex. */
export interface Recovered {
  readonly event: "recovered";
  readonly torn: string;
}

/** The record has lines, and the file that keeps its last hash was not there: it may have lost its end before this line. */
export interface HeadMissing {
  readonly event: "head-missing";
}

export type AuditEvent = RunStart | Revoking | Answered | OutcomeLine | RunEnd | Recovered | HeadMissing;

/** One line of the record. */
export type AuditLine = AuditEvent & {
  readonly v: 1;
  /** From 1, without a gap. */
  readonly seq: number;
  readonly at: string;
  readonly run: string;
  /** SHA-256 in hex of the line before, without its line end; of nothing for the first. */
  readonly prev: string;
};

export const NO_LINE = "0".repeat(64);

/** The hash that a `FILE.head` begins with; null where it holds something else. */
export function hashIn(text: string): string | null {
  return /^[0-9a-f]{64}(?=\n|$)/.exec(text)?.[0] ?? null;
}

/** What the next line keeps of a line. */
export function hashOf(line: string | Buffer): string {
  return createHash("sha256").update(line).digest("hex");
}

/** What is longer than a text can be is no line that was ever written. */
export const LONGEST_LINE = 500 * 1024 * 1024;

const BRACE = "{".charCodeAt(0);

/** A line as it stands in a record; null for anything else. */
export function parseLine(bytes: Buffer): AuditLine | null {
  if (bytes[0] !== BRACE || bytes.length > LONGEST_LINE) return null;
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    const { v, seq, prev, event, run } = (value ?? {}) as Partial<AuditLine>;
    const right = v === 1 && typeof seq === "number" && typeof prev === "string" && typeof event === "string";
    return right && typeof run === "string" ? (value as AuditLine) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
