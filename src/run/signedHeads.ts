import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";
import {
  parseSignedHead,
  type RecordEnd,
  type RecordFollower,
  type SignedHead,
} from "../audit/signedHeads.ts";
import { readRegular, unread } from "../regularFile.ts";
import { type Person, peopleOf } from "../sign/people.ts";
import type { Signer } from "../sign/signers.ts";
import { sign } from "../sign/sshKeygen.ts";
import { AUDIT_HEAD, headStatement } from "../sign/statement.ts";
import { amount } from "../text.ts";
import { runErrors } from "./errors.ts";
import { whoSigned } from "./whoSigned.ts";

const LARGEST_SIGS = 4 * 1024 * 1024;

/** What signed heads say of a record. */
export interface HeadsHeld {
  /** Line of the record; null where it is about the signed heads alone. */
  readonly problems: readonly { readonly line: number | null; readonly message: string }[];
  readonly notes: readonly string[];
}

/** Where the signed heads of a record are. */
export function signaturesOf(record: string): string {
  return `${record}.sigs`;
}

/** Signs where a record ends, and appends that to the signatures beside it. @throws as `sign`, UserError where it cannot be written */
export function signHead(
  record: string,
  { org, seq, head }: RecordEnd,
  {
    key,
    name,
    at,
    env,
  }: { readonly key: string; readonly name: string; readonly at: string; readonly env: NodeJS.ProcessEnv },
): SignedHead {
  const facts = { org, record: name, seq, head, at };
  const { armored } = sign(headStatement(facts), { key, namespace: AUDIT_HEAD, env });
  const signed: SignedHead = { v: 1, ...facts, signature: armored };
  append(signaturesOf(record), JSON.stringify(signed));
  return signed;
}

/** The signed heads of a record; null for a line that is none. None where nothing was signed. @throws UserError where they cannot be read */
export function readSignedHeads(record: string): (SignedHead | null)[] {
  const file = signaturesOf(record);
  const answer = readRegular(file, LARGEST_SIGS);
  if ("why" in answer) {
    if (answer.code === "ENOENT") return [];
    throw runErrors["signed-heads-not-usable"]({ file, why: answer.why });
  }
  const lines = answer.bytes.toString("utf8").split("\n");
  return lines.filter((line) => line !== "").map(parseSignedHead);
}

/**
 * Holds a record to what was signed of it: each head that an allowed signer signed must be in it, at its place, so that a
 * chain that was forged anew from before it is found. Tells up to where it is signed.
 * @param follower that has followed the whole record
 */
export function holdToSignedHeads(
  heads: readonly (SignedHead | null)[],
  follower: RecordFollower,
  { signers, env }: { readonly signers: readonly Signer[]; readonly env: NodeJS.ProcessEnv },
): HeadsHeld {
  const people = peopleOf(signers);
  const judge = (head: SignedHead) =>
    whoSigned(head.signature, headStatement(head), { namespace: AUDIT_HEAD, people, env });
  const problems: HeadsHeld["problems"][number][] = [];
  const notes: string[] = [];
  const whose = (head: SignedHead, line: number): Person | null => {
    const { person, why } = judge(head);
    if (why === null) return person;
    notes.push(`FILE.sigs, line ${line}: does not count: ${why}`);
    return null;
  };
  const kept: (readonly [SignedHead, line: number])[] = [];
  for (const [i, head] of heads.entries()) {
    if (head === null) problems.push({ line: null, message: `FILE.sigs, line ${i + 1}: is no signed head` });
    else if (follower.has(head)) kept.push([head, i + 1]);
    else {
      const person = whose(head, i + 1);
      if (person !== null) problems.push({ line: head.seq, message: changedText(head, person) });
    }
  }
  // Of those that the record has, who signed the last is all that there is to know.
  for (const [head, line] of kept.sort(([a, i], [b, j]) => b.seq - a.seq || j - i)) {
    const person = whose(head, line);
    if (person === null) continue;
    const after = (follower.end?.seq ?? 0) - head.seq;
    const more = after === 0 ? "no line" : amount(after, "line");
    notes.push(`signed up to line ${head.seq}, by ${who(person)} at ${head.at}; ${more} came after it`);
    return { problems, notes };
  }
  problems.push({ line: null, message: "no head that it has is signed by an allowed signer" });
  return { problems, notes };
}

function changedText({ at, head }: SignedHead, person: Person): string {
  return `${who(person)} signed at ${at} that the record ended with another line here (${head.slice(0, 12)}…): it was cut, changed or begun anew`;
}

function who({ principals }: Person): string {
  return principals[0]!;
}

/** Appends a line, after what a crash may have left of another. */
function append(file: string, line: string): void {
  let descriptor: number;
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
  try {
    descriptor = openSync(file, flags | (constants.O_NONBLOCK ?? 0), 0o600);
  } catch (error) {
    throw runErrors["signed-heads-not-usable"]({ file, why: unread(error).why });
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw runErrors["signed-heads-not-usable"]({ file, why: "is not a regular file" });
    const end = Buffer.alloc(1);
    if (stat.size > 0) readSync(descriptor, end, 0, 1, stat.size - 1);
    writeSync(descriptor, `${stat.size > 0 && end.toString() !== "\n" ? "\n" : ""}${line}\n`);
  } finally {
    closeSync(descriptor);
  }
}
