import { keyOf, type Signer, WireReader } from "./signers.ts";

/** What a detached signature says of itself, before anything of it is verified. */
export interface SshSignature extends Pick<Signer, "key" | "fingerprint"> {
  /** What it was made for. */
  readonly namespace: string;
  /** As it is handed to ssh-keygen: what was read, and nothing beside it. */
  readonly armored: string;
}

/** A signature of an RSA key of 16,384 bits has 6 KB. */
export const LARGEST_SIGNATURE = 16 * 1024;

const ARMOR = /^-----BEGIN SSH SIGNATURE-----\r?\n([A-Za-z0-9+/=\r\n]+?)\r?\n-----END SSH SIGNATURE-----\s*$/;
const MAGIC = "SSHSIG";

/** Reads one armored signature, as OpenSSH's PROTOCOL.sshsig has it. Pure. @returns null for anything else */
export function parseSignature(text: string): SshSignature | null {
  const base64 = ARMOR.exec(text)?.[1]?.replace(/\s/g, "");
  if (base64 === undefined) return null;
  const blob = Buffer.from(base64, "base64");
  const reader = new WireReader(blob, MAGIC.length);
  if (blob.subarray(0, MAGIC.length).toString("latin1") !== MAGIC || reader.number() !== 1) return null;
  const key = reader.bytes();
  const namespace = reader.text();
  const [, , signature] = [reader.bytes(), reader.bytes(), reader.bytes()]; // reserved, the hash's name, and the signature
  if (key === undefined || namespace === undefined || signature === undefined || !reader.isAtEnd) return null;
  const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
  const armored = ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
  return { ...keyOf(key), namespace, armored };
}
