import { createHash } from "node:crypto";

/** One line of a file of allowed signers: a key, and whose it is. */
export interface Signer {
  /** The names that the key's owner goes by, as the line has them. */
  readonly principals: readonly string[];
  /** The public key in its wire format, in canonical base64. */
  readonly key: string;
  /** As `ssh-keygen -l` prints it: `SHA256:…`. */
  readonly fingerprint: string;
  /** `valid-before` and the like, as written; empty for none. */
  readonly options: string;
  /** Counts from 1. */
  readonly line: number;
  /** The line as ssh-keygen is to read it. */
  readonly text: string;
}

/** What is wrong with a line of the file. It never quotes the line: who names a file may not be who may read it. */
export interface SignersFault {
  /** 0 for the file as a whole. */
  readonly line: number;
  /** A clause, as in "its principal is a pattern". */
  readonly why: string;
}

export type SignersResult =
  | { readonly signers: readonly Signer[] }
  | { readonly faults: readonly SignersFault[] };

export const LARGEST_SIGNERS = 1024 * 1024;

/** Keys that can sign, with the owner present where it is one of hardware (`sk-`). DSA is no longer taken by OpenSSH. */
const KEY_TYPES: readonly string[] = [
  "ssh-ed25519",
  "ssh-rsa",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
];

const OPTION = /^(?:namespaces="[^"\s]+"|valid-(?:after|before)="\d{8}(?:\d{4}(?:\d\d)?)?Z?")$/i;
const MOST_FAULTS = 20;

/**
 * Reads a file of allowed signers: the format of ssh-keygen(1), section ALLOWED SIGNERS, without what makes it open who
 * signed (patterns as principals, certificate authorities) and without what ssh-keygen would skip in silence. Pure.
 */
export function parseSigners(text: string): SignersResult {
  const signers: Signer[] = [];
  const faults: SignersFault[] = [];
  text.split(/\r?\n/).forEach((line, i) => {
    if (/^[ \t]*(?:#.*)?$/.test(line)) return;
    const parsed = parseLine(line.replace(/^[ \t]+|[ \t]+$/g, ""), i + 1);
    if ("why" in parsed) faults.push(parsed);
    else signers.push(parsed);
  });
  if (signers.length + faults.length === 0) faults.push({ line: 0, why: "it lists no signer" });
  return faults.length > 0 ? { faults: faults.slice(0, MOST_FAULTS) } : { signers };
}

function parseLine(text: string, line: number): Signer | SignersFault {
  const bad = (why: string): SignersFault => ({ line, why });
  const [principals = "", ...rest] = fieldsOf(text);
  if (/[*?!]/.test(principals))
    return bad("its principal is a pattern, which says of no one that they signed");
  if (!/^[\x21-\x7e]+$/.test(principals) || /["\\]|^-|^,|,,|,$/.test(principals))
    return bad("its principals are not plain names in ASCII, separated by commas without blanks");
  const options = KEY_TYPES.includes(rest[0] ?? "") ? "" : (rest.shift() ?? "");
  const fault = faultOf(options);
  if (fault !== null) return bad(fault);
  const [type = "", base64 = ""] = rest;
  if (!KEY_TYPES.includes(type)) return bad(`it has no key of a type that signs (${KEY_TYPES.join(", ")})`);
  const blob = Buffer.from(base64, "base64");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || !isKeyOf(blob, type))
    return bad("its key is not whole, or of another type than the line says");
  return { principals: principals.split(","), ...keyOf(blob), options, line, text };
}

/** Fields are separated by blanks, but for those within double quotes. */
function fieldsOf(line: string): string[] {
  return line.match(/(?:"[^"]*"|[^ \t"]|"[^"]*$)+/g) ?? [];
}

function faultOf(options: string): string | null {
  const all = options === "" ? [] : (options.match(/(?:"[^"]*"|[^,"]|"[^"]*$)+/g) ?? []);
  if (all.some((option) => /^cert-authority$/i.test(option)))
    return "it trusts a certificate authority, which could name anybody: list each signer's key";
  return all.every((option) => OPTION.test(option))
    ? null
    : 'it has an option other than namespaces="…", valid-after="…" and valid-before="…", or one that is not well formed';
}

/** Every key is its type and then fields with their lengths (RFC 4253, section 6.6), to the end. */
function isKeyOf(blob: Buffer, type: string): boolean {
  const reader = new WireReader(blob);
  if (reader.text() !== type || reader.isAtEnd) return false;
  while (!reader.isAtEnd) if (reader.bytes() === undefined) return false;
  return true;
}

/** A public key in its wire format as base64, with its fingerprint. */
export function keyOf(blob: Buffer): Pick<Signer, "key" | "fingerprint"> {
  const hash = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return { key: blob.toString("base64"), fingerprint: `SHA256:${hash}` };
}

/** Reads SSH's wire format (RFC 4251, section 5). A text or a number that is not there is undefined. */
export class WireReader {
  readonly #blob: Buffer;
  #at = 0;

  constructor(blob: Buffer, from = 0) {
    this.#blob = blob;
    this.#at = from;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#blob.length;
  }

  number(): number | undefined {
    if (this.#at + 4 > this.#blob.length) return undefined;
    const value = this.#blob.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  bytes(): Buffer | undefined {
    const length = this.number();
    if (length === undefined || this.#at + length > this.#blob.length) return undefined;
    const value = this.#blob.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }

  text(): string | undefined {
    return this.bytes()?.toString("latin1");
  }
}
