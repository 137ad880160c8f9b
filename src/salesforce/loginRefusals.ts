/** What a refusal of the login is told by: its OAuth error, or a part of its description. */
interface Refusal<Code extends string> {
  readonly code: Code;
  readonly error?: RegExp;
  readonly says?: RegExp;
}

/**
 * The first that fits says what to do (docs/salesforce.md#logging-in has the sources): `invalid_grant` alone
 * says nothing, so what the description tells goes before the error's name.
 */
const REFUSALS = [
  {
    code: "login-too-often",
    error: /^(rate_limit|login_rate)_exceeded$/i,
    says: /\brate[ _]?(limit )?exceeded/i,
  },
  { code: "login-audience-not-valid", says: /\baudience\b/i },
  { code: "login-domain-not-supported", says: /not supported on this domain/i },
  { code: "login-app-blocked", error: /^(oauth_)?app_blocked$/i, says: /\bblocked\b/i },
  {
    code: "login-app-not-installed",
    error: /app_not_found$/i,
    says: /\b(not|must be|needs to be|to be) installed\b/i,
  },
  {
    code: "app-access-refused",
    error: /^(invalid_app_access|oauth_app_access_denied)$/i,
    says: /\badmin[- ]approved\b/i,
  },
  { code: "login-app-not-approved", says: /approved this consumer/i },
  { code: "login-run-as-user-missing", says: /no client credentials user/i },
  {
    code: "login-address-refused",
    says: /\bip\b.*\b(restricted|not allowed|denied)|\brestricted ip\b|\bip (address|range)/i,
  },
  {
    code: "login-user-inactive",
    error: /^inactive_user$/,
    says: /\b(user|account)\b.*\b(inactive|frozen|locked)|inactive user/i,
  },
  { code: "org-inactive", error: /^inactive_org$/ },
  { code: "login-assertion-not-valid", says: /\bassertion\b|\bjwt\b|\bsignature\b|\bexpired?\b|\bexp\b/i },
  { code: "client-id-not-known", error: /^invalid_client_id$/, says: /client identifier invalid/i },
  { code: "client-not-accepted", error: /^invalid_client$/ },
  { code: "login-flow-not-enabled", error: /^(unsupported_grant_type|unauthorized_client)$/ },
  { code: "login-not-granted", error: /^invalid_grant$/ },
] as const satisfies readonly Refusal<string>[];

/** Our code of a login that is refused. @param description as the answer has it, in words that can change */
export function loginRefusal(
  oauthError: string,
  description: string,
): (typeof REFUSALS)[number]["code"] | "login-refused" {
  const fits = ({ error, says }: Refusal<string>) =>
    error?.test(oauthError) === true || says?.test(description) === true;
  return REFUSALS.find(fits)?.code ?? "login-refused";
}
