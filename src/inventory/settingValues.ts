/** How an external client app's policy has its refresh tokens end, and who may authorize it. */
export interface ExternalPolicyRow {
  readonly ExternalClientApplicationId: string;
  readonly PermittedUsersPolicyType: string | null;
  readonly RefreshTokenPolicyType: string | null;
  readonly RefreshTokenValidityPeriod: number | null;
  readonly RefreshTokenValidityUnit: string | null;
}

/** Names of scopes in metadata, and as an authorization request has them. */
const SCOPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Basic: "id",
    Api: "api",
    Web: "web",
    Full: "full",
    Chatter: "chatter_api",
    CustomApplications: "visualforce",
    RefreshToken: "refresh_token",
    OpenID: "openid",
    Profile: "profile",
    Email: "email",
    Address: "address",
    Phone: "phone",
    OfflineAccess: "offline_access",
    CustomPermissions: "custom_permissions",
    Wave: "wave_api",
    Eclair: "eclair_api",
    Pardot: "pardot_api",
    Lightning: "lightning",
    Content: "content",
    CDPIngest: "cdp_ingest_api",
    Chatbot: "chatbot_api",
    ForgotPassword: "forgot_password",
    UserRegistration: "user_registration_api",
    PwdlessLogin: "pwdless_login_api",
  }),
);

/** Null where one of them is not known here: a policy could not allow it, and must not revoke for it. */
export function scopesOf(names: readonly string[]): string[] | null {
  const scopes = names.map((name) => SCOPES.get(name));
  return scopes.every((scope) => scope !== undefined) ? scopes : null;
}

const DAYS_OF_UNIT: ReadonlyMap<string, number> = new Map(
  Object.entries({ HOURS: 1 / 24, DAYS: 1, MONTHS: 31 }),
);

/** `infinite` (also where nothing is said), `zero`, `specific_lifetime:90:DAYS` or `specific_inactivity:…`. */
export function policyDays(policy: string | undefined): number | null {
  if (policy === undefined || policy === "infinite") return Number.POSITIVE_INFINITY;
  if (policy === "zero") return 0;
  const [, period, unit] = /^specific_(?:lifetime|inactivity):(\d+):([A-Z]+)$/.exec(policy) ?? [];
  return daysOf(period === undefined ? null : Number(period), unit ?? null);
}

/** As `policyDays`, of the policy of an external client app; null where it is not known. */
export function externalDays(row: ExternalPolicyRow): number | null {
  const { RefreshTokenPolicyType: type } = row;
  if (type === "Infinite") return Number.POSITIVE_INFINITY;
  if (type === "Zero") return 0;
  return type === null ? null : daysOf(row.RefreshTokenValidityPeriod, row.RefreshTokenValidityUnit);
}

function daysOf(period: number | null, unit: string | null): number | null {
  const days = DAYS_OF_UNIT.get(unit?.toUpperCase() ?? "");
  return period === null || days === undefined ? null : period * days;
}

const RELAXATIONS: readonly string[] = ["enforce", "enforce-relax-refresh", "bypass-2factor", "bypass"];

/** `ENFORCE_RELAXREFRESH` of connected apps, `Enforce_RelaxRefresh` of external ones: `enforce-relax-refresh`. */
export function relaxation(text: string | undefined): string | null {
  const name = text
    ?.toUpperCase()
    .replace("RELAXREFRESH", "RELAX-REFRESH")
    .replaceAll("_", "-")
    .toLowerCase();
  return name !== undefined && RELAXATIONS.includes(name) ? name : null;
}
