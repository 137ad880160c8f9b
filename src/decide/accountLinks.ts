import { isMember } from "../resolve/resolved.ts";
import type { Basis, Rule, Verdict } from "./rule.ts";

/** Whether the policy judges links to identity providers at all: one that says nothing of them leaves them alone. */
export function judgedRules({ resolved: { policy } }: Basis): Record<"judged", Rule> {
  const at = policy.unlisted.position;
  const notJudged: Verdict = { action: "report", code: "link-not-judged", at };
  return { judged: () => (policy.identityProviders === null ? notJudged : null) };
}

/**
 * Whether the policy sanctions an identity provider for the user. A link that does not name its provider's id is of the one that
 * an entry lists by that name, or it is not known of which: that is no ground to revoke it.
 */
export function providerRules({
  resolved: { policy },
}: Basis): Record<
  "provider known" | "provider denied" | "provider listed" | "in scope of the provider",
  Rule
> {
  const { position, value } = policy.identityProviders?.unlisted ?? policy.unlisted;
  const unresolved: Verdict = { action: "report", code: "provider-unresolved", at: position };
  const notListed: Verdict = { action: value, code: "provider-not-listed", at: position };
  return {
    "provider known": ({ grant, listed }) =>
      listed === undefined && grant.app.id === null ? unresolved : null,
    "provider denied": ({ listed }) =>
      listed?.entry.denied ? { action: "revoke", code: "provider-denied", at: listed.entry.denied } : null,
    "provider listed": ({ listed }) => (listed === undefined ? notListed : null),
    "in scope of the provider": ({ listed, person }) =>
      person === undefined || listed === undefined || listed.users === null || isMember(listed.users, person)
        ? null
        : { action: "revoke", code: "user-not-allowed-to-link", at: listed.entry.users!.position },
  };
}
