import { isMeant } from "../salesforce/id.ts";
import { type Basis, type Rule, SILENT } from "./rule.ts";

/** The tool's own user and its own app are never revoked, whatever the policy says (law 3). */
export function ownRules({ resolved, inventory: { caller } }: Basis): Record<"own user" | "own app", Rule> {
  const { app: own } = caller;
  const at = resolved.policy.unlisted.position;
  return {
    "own user": ({ grant }) =>
      grant.userId === caller.userId ? { action: "keep", code: "own-user", at } : null,
    "own app":
      own === null
        ? SILENT
        : ({ grant: { app } }) => (isMeant(own, app) ? { action: "keep", code: "own-app", at } : null),
  };
}
