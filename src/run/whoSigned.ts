import { readRegular } from "../regularFile.ts";
import type { Person } from "../sign/people.ts";
import { LARGEST_SIGNERS, parseSigners, type Signer } from "../sign/signers.ts";
import { verify } from "../sign/sshKeygen.ts";
import { parseSignature } from "../sign/sshSignature.ts";
import { runErrors } from "./errors.ts";

/**
 * Who signed a text, as far as the allowed signers know, and why it does not hold where it does not: now, for this purpose, and
 * as the signature was read.
 * @param signature armored; null for what could not be read
 * @throws SettingsError where there is no ssh-keygen that can tell
 */
export function whoSigned(
  signature: string | null,
  text: string,
  {
    namespace,
    people,
    env,
  }: {
    readonly namespace: string;
    readonly people: readonly Person[];
    readonly env: NodeJS.ProcessEnv;
  },
):
  | { readonly person: Person; readonly why: null }
  | { readonly person: Person | null; readonly why: string } {
  const parsed = signature === null ? null : parseSignature(signature);
  if (parsed === null) return { person: null, why: "it is no signature of ssh-keygen" };
  const person = people.find(({ signers }) => signers.some(({ key }) => key === parsed.key)) ?? null;
  if (person === null) return { person, why: `its key ${parsed.fingerprint} is none of an allowed signer` };
  if (parsed.namespace !== namespace) return { person, why: "it was made for another purpose" };
  const lines = person.signers.filter(({ key }) => key === parsed.key);
  const why = verify(text, parsed, { namespace, lines, env });
  return why === null ? { person, why } : { person, why };
}

/** @param named what the file is called in messages @throws SettingsError where it cannot be used */
export function readSigners(file: string, named: string): readonly Signer[] {
  const answer = readRegular(file, LARGEST_SIGNERS);
  if ("why" in answer) throw runErrors["allowed-signers-not-valid"]({ file: named, why: answer.why });
  const result = parseSigners(answer.bytes.toString("utf8"));
  if ("signers" in result) return result.signers;
  const { line, why } = result.faults[0]!;
  throw runErrors["allowed-signers-not-valid"]({ file: line === 0 ? named : `${named}:${line}`, why });
}
