import type { ProgramInputs } from "../../src/pulumi/provider.ts";
import type { PolicySource } from "../../src/run/observer.ts";

export const URN = "urn:pulumi:prod::acme::pulumi-nodejs:dynamic/sanctioned:ConnectedUserPolicy::users";

/** What the resource of a program hands to `check`. */
export function programInputs(
  policy: PolicySource | undefined,
  { urn = URN, preview = false }: { readonly urn?: string; readonly preview?: boolean } = {},
): ProgramInputs {
  return { ...(policy === undefined ? {} : { policy }), __urn: urn, __preview: preview };
}
