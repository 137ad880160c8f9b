import { createHash } from "node:crypto";
import type { Policy } from "../policy/policy.ts";
import { summarizePolicy } from "../policy/summary.ts";
import { compareText } from "../text.ts";

/** SHA-256 in hex of a value as canonical JSON: the order of keys changes nothing. */
export function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(value)))
    .digest("hex");
}

/** The digest of what a policy says, however it is written. */
export function policyDigest(policy: Policy): string {
  return digestOf(summarizePolicy(policy));
}

/** The value with the keys of every map in order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compareText(a, b))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}
