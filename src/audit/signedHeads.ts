import type { HeadFacts } from "../sign/statement.ts";
import { hashOf, parseLine } from "./line.ts";

/** A line of `RECORD.sigs`: somebody's signature that the record ended with a line. */
export interface SignedHead extends HeadFacts {
  readonly v: 1;
  /** Armored. */
  readonly signature: string;
}

/** @returns null for what is no such line */
export function parseSignedHead(text: string): SignedHead | null {
  try {
    const value = (JSON.parse(text) ?? {}) as Partial<SignedHead>;
    const { v, org, record, seq, head, at, signature } = value;
    const texts = [org, record, head, at, signature].every((one) => typeof one === "string");
    const isOne = v === 1 && Number.isSafeInteger(seq) && texts && /^[0-9a-f]{64}$/.test(head!);
    return isOne && /^\w*$/.test(org!) && /^[\dTZ:.-]+$/.test(at!) ? (value as SignedHead) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Where a record is: its last line, and the org that it is of. */
export interface RecordEnd {
  readonly seq: number;
  readonly head: string;
  readonly org: string;
}

/** Follows a record, to tell which of some heads it has at their place, and where it ends. */
export class RecordFollower {
  readonly #asked: ReadonlySet<string>;
  readonly #found = new Set<string>();
  #end: RecordEnd | null = null;

  constructor(asked: readonly Pick<SignedHead, "seq" | "head">[] = []) {
    this.#asked = new Set(asked.map(placeOf));
  }

  /** @param bytes of the next line, without its line end */
  line(bytes: Buffer): void {
    const line = parseLine(bytes);
    if (line === null) return;
    const head = hashOf(bytes);
    const org = line.event === "run-start" ? line.org.id : (this.#end?.org ?? "");
    this.#end = { seq: line.seq, head, org };
    const place = placeOf(this.#end);
    if (this.#asked.has(place)) this.#found.add(place);
  }

  has(one: Pick<SignedHead, "seq" | "head">): boolean {
    return this.#found.has(placeOf(one));
  }

  /** Null for a record without a line. */
  get end(): RecordEnd | null {
    return this.#end;
  }
}

function placeOf({ seq, head }: Pick<SignedHead, "seq" | "head">): string {
  return `${seq} ${head}`;
}
