import { existsSync, realpathSync } from "node:fs";
import { hashIn, NO_LINE } from "../audit/line.ts";
import { type RecordEnd, RecordFollower } from "../audit/signedHeads.ts";
import { RecordVerifier, type Verification } from "../audit/verifyRecord.ts";
import { type Since, startOf } from "../report/org/buildReport.ts";
import type { FullPlan, RecordedPeriod } from "../report/org/orgReport.ts";
import { recordedPeriod } from "../report/org/recorded.ts";
import { defaultRecord, KEPT_IN } from "../run/settings.ts";
import { holdToSignedHeads, readSignedHeads } from "../run/signedHeads.ts";
import type { Signer } from "../sign/signers.ts";
import { amount } from "../text.ts";
import { cliErrors } from "./errors.ts";
import { namesIn, readBytes, readLines, readTextFile } from "./files.ts";

/** An audit record as a file, whatever link leads to it. */
export interface RecordNamed {
  readonly file: string;
  /** The hash that is kept beside it; that of no line where none was kept yet, null where there is nothing that can be one. */
  readonly kept: string | null;
}

/** @throws UserError where the hash cannot be read */
function recordNamed(name: string): RecordNamed {
  // The hash is kept beside the file, not beside a link to it.
  const file = existsSync(name) ? realpathSync(name) : name;
  const headFile = `${file}.head`;
  if (!existsSync(headFile)) return { file, kept: null };
  const text = readTextFile(headFile, "The audit record's head");
  return { file, kept: text === "" ? NO_LINE : hashIn(text) };
}

/** A record that was read once. */
export interface ReadRecord {
  readonly file: string;
  readonly verification: Verification;
  /** Where it ends; null for a record without a line, and where nobody asked. */
  readonly end: RecordEnd | null;
}

/** What a record is held against, besides itself. */
export interface HeldAgainst {
  /** A hash that it ended with once. */
  readonly head?: string | null;
  /** Who may have signed heads of it. */
  readonly signers?: readonly Signer[] | null;
  /** Whether its end is asked for. */
  readonly end?: boolean;
}

/** What a record holds, and what is wrong with it. @throws UserError where it cannot be read */
export function readRecord(
  named: string,
  { head = null, signers = null, end = false }: HeldAgainst,
): ReadRecord {
  const { file, kept } = recordNamed(named);
  const verifier = new RecordVerifier({ heads: kept === null ? [] : [kept], given: head });
  const signed = readSignedHeads(file);
  const follower = new RecordFollower(signed.flatMap((one) => one ?? []));
  const rest = readLines(file, "The audit record", (line) => {
    verifier.line(line);
    if (end || signers !== null) follower.line(line);
  });
  const result = withSigned(verifier.end(rest), signed, follower, signers);
  return { file, verification: withoutHead(result, kept, head), end: follower.end };
}

/** That no hash is kept beside a record is a problem where none is given either. */
function withoutHead(result: Verification, kept: string | null, head: string | null): Verification {
  if (kept !== null || result.lines === 0) return result;
  const message = "FILE.head is missing or no hash, so that a cut at the end does not show";
  return head === null
    ? {
        ...result,
        problems: [...result.problems, { line: result.lines, message: `${message}: give --head` }],
      }
    : { ...result, notes: [...result.notes, message] };
}

function withSigned(
  result: Verification,
  signed: ReturnType<typeof readSignedHeads>,
  follower: RecordFollower,
  signers: readonly Signer[] | null,
): Verification {
  const { problems, notes } = result;
  if (signers === null) {
    if (signed.length === 0) return result;
    const note = `${amount(signed.length, "signed head")} beside it: --signers FILE holds it to them`;
    return { ...result, notes: [...notes, note] };
  }
  const held = holdToSignedHeads(signed, follower, { signers, env: process.env });
  const found = held.problems.map(({ line, message }) => ({ line: line ?? result.lines, message }));
  return { ...result, problems: [...problems, ...found], notes: [...notes, ...held.notes] };
}

/** What the record of an org ends with, and whether it is whole; null where none was named and there is none. @throws UserError where it cannot be read */
export function recordAtHand(
  named: string | undefined,
  orgId: string,
): { readonly file: string; readonly head: string; readonly isWhole: boolean } | null {
  const file = named ?? defaultRecord(orgId);
  if (named === undefined && !existsSync(file)) return null;
  const { head, problems } = readRecord(file, {}).verification;
  return { file, head, isWhole: problems.length === 0 };
}

/** What the audit record of an org tells of a report's period; null where none was named and there is none. @throws UserError where it cannot be read */
export function recordedIn(
  named: string | undefined,
  plan: FullPlan,
  since: Since | null,
): RecordedPeriod | null {
  const name = named ?? defaultRecord(plan.org.id);
  if (named === undefined && !existsSync(name)) return null;
  const { file, kept } = recordNamed(name);
  return recordedPeriod(readBytes(file, "The audit record"), kept === null ? [] : [kept], {
    orgId: plan.org.id,
    instanceUrl: plan.org.instanceUrl,
    from: since === null ? 0 : startOf(since),
    to: Date.parse(plan.asOf),
  });
}

/** The records of this folder. @throws UserError where there is none */
export function records(): string[] {
  const files = namesIn(KEPT_IN)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => `${KEPT_IN}/${name}`);
  if (files.length === 0) throw cliErrors["no-audit-record"]({ folder: KEPT_IN });
  return files;
}
