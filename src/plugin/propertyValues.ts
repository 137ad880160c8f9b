/** What Pulumi writes in place of a value that is not known yet, by kind of value (sdk/go/common/resource/plugin/rpc.go, v3.259.0). */
const UNKNOWNS: ReadonlySet<unknown> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that is not known yet, of whatever type. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key and the value that mark a map as one that wraps a secret (`SecretSig` in sdk/go/common/resource/sig, v3.259.0). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** The values of a resource or a provider, as they travel. */
export type Properties = Readonly<Record<string, unknown>>;

/** Whether anything in it is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return UNKNOWNS.has(value);
  return Object.values(value).some(hasUnknown);
}

/** Whether anything in it is secret. */
export function hasSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return (value as Properties)[SIGNATURE] === SECRET || Object.values(value).some(hasSecret);
}

/** Marks a value, so that the engine encrypts it in the state and never shows it. */
export function secret(value: unknown): Properties {
  return { [SIGNATURE]: SECRET, value };
}

/** The same without the marks of secrets: never to be stored or logged. */
export function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revealed);
  const map = value as Properties;
  if (map[SIGNATURE] === SECRET) return revealed(map.value);
  return Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, revealed(inner)]));
}
