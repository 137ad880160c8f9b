/** Whether a grant is a link of the user's account to an identity provider (docs/salesforce.md#links-to-identity-providers). */
export function isAccountLink({ source }: { readonly source?: string }): boolean {
  return source === "account-link";
}
