/**
 * What was found, of a grant or of the policy. A stable interface: plans, reports and other tools match
 * on these. The first group decides grants.
 */
export type FindingCode = keyof typeof MEANING;

/** What each code means to a reader, and what would change the answer. The one place for these texts. */
const MEANING = {
  "own-user": ["the tool's own user", "nothing: it would lock itself out"],
  "own-app": ["the app that the tool is connected through", "nothing: it would lock itself out"],
  "app-unresolved": ["the org does not say which app it is", "settle in the org which app has the name"],
  "user-unresolved": ["the org does not list the user", "find the user in Setup"],
  protected: ["protected", "take it out of `protected`"],
  "user-offboarded": ["user offboarded", "take the user out of `offboarded`"],
  "user-inactive": ["user not active", "activate the user, or say `leavers: { inactive: report }`"],
  "user-frozen": ["user frozen", "unfreeze the user, or say `leavers: { frozen: report }`"],
  exempt: ["exempt", "let the exemption expire or take it out"],
  "app-denied": ["app denied", "take `sanctioned: false` out, or list an app that a pattern denies"],
  "app-not-listed": ["app not listed", "list the app under `apps`"],
  "platform-app": [
    "an app of Salesforce's own that is not listed",
    "list the app under `apps`, or change `platformApps`",
  ],
  "platform-app-not-proven": [
    "called as one of Salesforce's own apps, and the org does not prove that it is",
    "find out whose it is; then install it in Setup, or list or deny it by its id under `apps`",
  ],
  "user-not-allowed": [
    "user not in scope of the app",
    "add the user, or something they have, to the app's `users`",
  ],
  "scope-exceeded": [
    "the app may ask for more scopes than sanctioned",
    "narrow the app's scopes, or add them to `scopes`",
  ],
  "too-old": ["older than allowed", "raise `maxAgeDays`, or let the user authorize it again"],
  idle: ["no token issued for longer than allowed", "raise `maxIdleDays`, or use the app again"],
  "never-used": ["never used", "raise `neverUsedAfterDays`, or use the app"],
  "use-unknown": ["it cannot be told when it was last used", "check it in Setup"],
  "date-missing": ["the org does not say when, or says a day to come", "check it in Setup"],
  "high-privilege-grant": [
    "granted by a user of high privilege",
    "exempt it, or lower the user's privileges",
  ],
  "by-hand": ["revoked by hand", "nothing: somebody asked for it"],
  "link-not-judged": [
    "the policy says nothing of identity providers",
    "list the provider under `identityProviders`, or say `unlistedIdentityProviders`",
  ],
  "provider-unresolved": [
    "the org does not say which identity provider it is",
    "grant the tool's user Manage Auth. Providers, or look at the link in Setup",
  ],
  "provider-denied": ["identity provider denied", "take `sanctioned: false` out"],
  "provider-not-listed": ["identity provider not listed", "list the provider under `identityProviders`"],
  "user-not-allowed-to-link": [
    "user not in scope of the identity provider",
    "add the user, or something they have, to the provider's `users`",
  ],
  sanctioned: ["sanctioned", "take the app or the user out"],
  "app-absent": ["the org has no such app", "take it out once no org needs it"],
  "app-expected": ["the org does not have the app yet, which the policy expects", "nothing until that day"],
  "app-not-arrived": [
    "the org does not have the app that the policy expected by then",
    "take it out, or move `expectedBy` on",
  ],
  "app-arrived": [
    "the app is there that the policy expected",
    "check that it is the one, give its `id`, and take `expected` and `expectedBy` out",
  ],
  "provider-absent": ["the org shows no such identity provider", "take it out once no org needs it"],
  "user-absent": ["the org has no such user", "take it out once no org needs it"],
  "name-absent": ["the org has nothing of that name", "take it out once no org needs it"],
  "weak-match": ["matched by name alone", "give the app's `id`"],
  "name-shared": ["another app has the same name", "tell people which is meant, or rename one"],
  "own-app-look-alike": [
    "called as the app that the tool is connected through, and another",
    "find out who made it; SANCTIONED_OWN_APP says by id which is the tool's own",
  ],
  "review-overdue": ["its review is overdue", "review it and move `reviewBy` on"],
  "exemption-expired": ["the exemption has expired", "renew it or take it out"],
  "exemption-expiring": ["the exemption expires soon", "renew it or settle the matter"],
  "exemption-unused": ["the exemption matches no grant", "take it out"],
  "baseline-expired": ["the baseline has expired", "empty the baseline, or renew it"],
  "scopes-unreadable": ["the org does not let the app's scopes be read", "look at them in Setup"],
  "custom-scopes": [
    "the app may ask for custom scopes besides, which no policy judges",
    "look in Setup, OAuth Custom Scopes, what they give",
  ],
  "custom-scopes-unreadable": [
    "the org does not let the app's custom scopes be read, which it may ask for besides",
    "look at them in Setup, OAuth Custom Scopes",
  ],
  "age-unknown": [
    "its tokens seem to rotate, so that it is not known since when its users have it",
    "review who has it (`reviewBy`), and do not rely on the age of its grants",
  ],
  "setting-unreadable": ["the org does not let the app's setting be read", "look at it in Setup"],
  "standing-access-unlisted": [
    "an app that the policy does not list gets in without a grant",
    "list it under `apps` or `identityProviders`, or cut it off as docs/incidents.md says",
  ],
  "standing-access-denied": ["a denied app gets in without a grant", "cut it off as docs/incidents.md says"],
  "standing-access-not-allowed": [
    "an app gets in without a grant as a user who is not in its scope",
    "add the user to the app's `users`, or cut it off as docs/incidents.md says",
  ],
  "standing-access-untold": [
    "something gets in without a grant, and the org does not say which app it is",
    "find the user's login in Setup, under Login History",
  ],
  "standing-access-not-read": [
    "access without a grant could not be looked for everywhere",
    "let it be read, or look there in Setup",
  ],
  "links-not-judged": [
    "accounts are linked to identity providers, and the policy says nothing of these",
    "list them under `identityProviders`, or say `unlistedIdentityProviders: report`",
  ],
  "links-not-read": [
    "the org does not let links to identity providers be read",
    "grant the tool's user Manage Users and API Enabled, or look at them in Setup",
  ],
  "links-not-revocable": [
    "links that the policy would revoke, and the org does not let the API delete",
    "revoke each in Setup > Users > the user > Third-Party Account Links, or have Salesforce Customer Support make ThirdPartyAccountLink writable",
  ],
  "setting-differs": ["the app is not set up as required", "change it in Setup"],
} as const satisfies Record<string, readonly [meaning: string, remedy: string]>;

/** Every code there is. */
export const CODES = Object.keys(MEANING) as FindingCode[];

/** What a code means, as in "app not listed". */
export function meaningOf(code: FindingCode): string {
  return MEANING[code][0];
}

/** What would change the answer. */
export function remedyOf(code: FindingCode): string {
  return MEANING[code][1];
}
