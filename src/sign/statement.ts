/** What signatures are made for: one that was made for another purpose is none for this (PROTOCOL.sshsig, "namespace"). */
export const APPROVAL = "sanctioned-approval";
export const AUDIT_HEAD = "sanctioned-audit";

/** What is approved of a plan file: all of it, by its digest; the rest says in the clear what that is of. */
export interface ApprovedFacts {
  readonly org: string;
  /** Digest of the plan file. */
  readonly plan: string;
  /** Digest of the policy that the plan was made by. */
  readonly policy: string;
  /** The time of the plan. */
  readonly asOf: string;
  /** How many grants it revokes. */
  readonly revocations: number;
}

/** The text that an approval signs. One plan, one text; it ends with a line end. */
export function approvalStatement({ org, plan, policy, asOf, revocations }: ApprovedFacts): string {
  return lines("sanctioned approval 1", {
    org,
    plan,
    policy,
    "as-of": asOf,
    revocations: String(revocations),
  });
}

/** What the keeper of a record says of it: that it held this line, as its last, at that time. */
export interface HeadFacts {
  readonly org: string;
  /** Name of the file, without its folder. */
  readonly record: string;
  readonly seq: number;
  /** Hash of the line. */
  readonly head: string;
  readonly at: string;
}

/** The text that the signature of a record's head signs. */
export function headStatement({ org, record, seq, head, at }: HeadFacts): string {
  return lines("sanctioned audit head 1", {
    org,
    record,
    seq: String(seq),
    head,
    at,
  });
}

/** One fact a line. A value that could end its line, or that begins as a quoted one does, is quoted, so that no two statements are the same text. */
function lines(first: string, facts: Readonly<Record<string, string>>): string {
  const said = Object.entries(facts).map(
    ([name, value]) => `${name} ${/^[\w.:-]+$/.test(value) ? value : JSON.stringify(value)}`,
  );
  return `${[first, ...said].join("\n")}\n`;
}
