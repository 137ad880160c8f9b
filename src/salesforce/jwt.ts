import { createPrivateKey, type KeyObject } from "node:crypto";
import { isLoopback } from "../http/address.ts";
import { salesforceErrors } from "./errors.ts";

/** What a JWT bearer login is made from. */
export interface JwtLogin {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly username: string;
  /** PEM, PKCS#8 or PKCS#1. */
  readonly privateKey: string;
  /** Overrides the audience that follows from the login URL. */
  readonly audience: string | null;
}

/** The signed assertion of a JWT bearer login (docs/salesforce.md#logging-in): RS256, good for three minutes. */
export async function signedAssertion(login: JwtLogin, audience: string): Promise<string> {
  // Only this way in needs it, and a preview waits for whatever is loaded.
  const { SignJWT } = await import("jose");
  return await new SignJWT({})
    .setProtectedHeader({ alg: "RS256" })
    .setIssuer(login.clientId)
    .setSubject(login.username)
    .setAudience(audience)
    .setExpirationTime("3m")
    .sign(readKey(login.privateKey));
}

const AUDIENCES = ["https://login.salesforce.com", "https://test.salesforce.com"] as const;

/**
 * The audiences that an org may want, the likeliest first: Salesforce takes the name of its login service here, whatever
 * the host that is asked, and which of the two no address tells for sure. One that was set stands alone.
 */
export function audiencesOf({ audience, loginUrl }: JwtLogin): readonly string[] {
  if (audience !== null) return [audience];
  const { hostname } = new URL(loginUrl);
  const isTest = /^test\.|\.(sandbox|scratch)\.|--/.test(hostname);
  return isTest ? AUDIENCES.toReversed() : AUDIENCES;
}

/**
 * Whether a signed assertion may be sent somewhere: whoever gets one can log in with it where its audience is. So it goes to
 * Salesforce, to the place that it is for, or nowhere off this machine, whoever wrote the settings (a state can be written by others).
 * @param loginUrl an origin
 * @param place the origin of the audience that is set; null for those of Salesforce
 */
export function mayHaveAssertion(loginUrl: string, place: string | null): boolean {
  const { hostname } = new URL(loginUrl);
  return isSalesforceHost(hostname) || isLoopback(hostname) || loginUrl === place;
}

/** Whether only Salesforce answers at a host (docs/salesforce.md#logging-in). */
function isSalesforceHost(hostname: string): boolean {
  return /\.(salesforce\.(com|mil)|cloudforce\.com|sfcrmproducts\.cn)\.?$/.test(hostname);
}

/** RS256 takes no shorter key. */
const LEAST_KEY_BITS = 2_048;

function readKey(text: string): KeyObject {
  // A variable often holds the key in one line, its line breaks written as \n.
  const pem = text.replaceAll("\\n", "\n");
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    // The library's message could quote the key.
    throw salesforceErrors["private-key-not-readable"]({ found: kindOfKey(pem) });
  }
  if (key.asymmetricKeyType !== "rsa")
    throw salesforceErrors["private-key-not-rsa"]({ type: key.asymmetricKeyType ?? "unknown" });
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < LEAST_KEY_BITS) throw salesforceErrors["private-key-too-short"]({ bits, least: LEAST_KEY_BITS });
  return key;
}

/** What stands in place of a key, by the label of the PEM alone: nothing of the text itself is said. */
function kindOfKey(pem: string): string {
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (label === undefined) return "no PEM";
  if (/ENCRYPTED/.test(`${label} ${/^Proc-Type: .*$/m.exec(pem)?.[0]}`)) return "an encrypted key";
  if (label.endsWith("CERTIFICATE")) return "a certificate";
  if (label.endsWith("PUBLIC KEY")) return "a public key";
  return label.endsWith("PRIVATE KEY") ? "a key that is not whole" : "a PEM of another kind";
}
