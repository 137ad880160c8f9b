import { printable } from "../printable.ts";
import { type AppRef, parseAppId, parseProviderId } from "../salesforce/id.ts";
import { compareText } from "../text.ts";
import type {
  AppEntry,
  Approvals,
  AppsLike,
  Exemption,
  HighPrivilege,
  Named,
  Policy,
  PrivilegeException,
  SettingsRule,
  TimeLimits,
  UserLists,
  UserSelector,
} from "./policy.ts";

/**
 * The policy as Pulumi keeps and diffs it: maps in place of lists, which the engine would compare by
 * index, and no positions, so that moving a line is no change. What is not said is left out.
 */
export function summarizePolicy(policy: Policy): Record<string, unknown> {
  const { limits, leavers, highPrivilege, baseline } = policy;
  return compact({
    mode: policy.mode.value === "enforce" ? null : policy.mode.value,
    unlisted: policy.unlisted.value,
    platformApps: policy.platformApps?.value ?? null,
    unknownUse: policy.unknownUse.value === "report" ? null : policy.unknownUse.value,
    defaults: some(summarizeTimes(policy.defaults)),
    limits: compact({
      revocations: limits.revocations,
      percent: limits.percent,
      perApp: limits.perApp,
    }),
    approvals: policy.approvals === null ? null : summarizeApprovals(policy.approvals),
    unlistedScopes: policy.unlistedScopes === null ? null : list(policy.unlistedScopes.value),
    apps: sorted(policy.apps.map((app) => [keyOf(app), summarizeApp(app)])),
    appsLike:
      policy.appsLike.length === 0
        ? null
        : sorted(
            policy.appsLike.map((like) => [printable(nameOf(like.pattern.value)), summarizeAppsLike(like)]),
          ),
    unlistedIdentityProviders: policy.identityProviders?.unlisted.value ?? null,
    identityProviders:
      policy.identityProviders === null
        ? null
        : sorted(policy.identityProviders.entries.map((one) => [keyOf(one), summarizeApp(one)])),
    offboarded: list(textsOf(policy.offboarded)),
    leavers: some({
      offboarded: unlessRevoke(leavers.offboarded.value),
      inactive: unlessRevoke(leavers.inactive.value),
      frozen: unlessRevoke(leavers.frozen.value),
    }),
    highPrivilege: highPrivilege === null ? null : summarizePrivilege(highPrivilege),
    protected: some({
      users: list(textsOf(policy.protectedUsers)),
      apps: joined(policy.protectedApps.map(({ value }) => refName(value))),
    }),
    exemptions:
      policy.exemptions.length === 0
        ? null
        : sorted(policy.exemptions.map((exemption) => [whose(exemption), summarizeExemption(exemption)])),
    sessions: policy.sessions === "report" ? null : policy.sessions,
    baseline: baseline === null ? null : `${baseline.grants.length} grants until ${baseline.expires.value}`,
    org:
      policy.org === null
        ? null
        : compact({ name: text(policy.org.name?.value), id: policy.org.id?.value ?? null }),
  });
}

/** Who may approve is a line for each key, so that a signer who is added shows. */
function summarizeApprovals({ signers, required, waivedFor }: Approvals): Record<string, unknown> {
  return {
    required,
    ...compact({ waivedFor: list(waivedFor) }),
    signers: sorted(
      signers.list.map(({ principals, fingerprint, options }) => [
        fingerprint,
        printable([principals.join(","), options].filter((part) => part !== "").join(" ")),
      ]),
    ),
  };
}

function summarizePrivilege({ exceptions, ...privilege }: HighPrivilege): Record<string, unknown> {
  return compact({
    permissions: list(textsOf(privilege.permissions)),
    profiles: list(textsOf(privilege.profiles)),
    permissionSets: list(textsOf(privilege.permissionSets)),
    action: privilege.action,
    grantedSince: privilege.grantedSince,
    grantedWithinDays: privilege.grantedWithinDays,
    exceptions:
      exceptions.length === 0
        ? null
        : sorted(exceptions.map((exception) => [whose(exception), summarizeException(exception)])),
  });
}

function summarizeApp(app: AppEntry): Record<string, unknown> {
  const { users, settings, times } = app;
  return compact({
    sanctioned: app.denied === null ? null : false,
    mode: app.mode?.value ?? null,
    owner: text(app.owner),
    reason: text(app.reason),
    reviewBy: app.reviewBy?.value ?? null,
    expectedBy: app.expected?.by.value ?? null,
    users: users === null ? null : summarizeUsers(users),
    scopes: app.scopes === null ? null : list(app.scopes.value),
    settings: settings === null ? null : summarizeSettings(settings),
    ...summarizeTimes(times),
  });
}

function summarizeTimes({
  maxIdleDays,
  maxAgeDays,
  neverUsedAfterDays,
}: TimeLimits): Record<string, unknown> {
  return {
    maxIdleDays: maxIdleDays?.value ?? null,
    maxAgeDays: maxAgeDays?.value ?? null,
    neverUsedAfterDays: neverUsedAfterDays?.value ?? null,
  };
}

function summarizeAppsLike({ owner, reason }: AppsLike): Record<string, unknown> {
  return compact({ sanctioned: false, owner: text(owner), reason: text(reason) });
}

function summarizeUsers(users: UserSelector): Record<string, unknown> | "everyone" | "nobody" {
  const { everyone, nobody, except } = users;
  if (nobody) return "nobody";
  if (everyone && except === null) return "everyone";
  return compact({
    everyone: everyone ? true : null,
    ...lists(users),
    except: except === null ? null : compact(lists(except)),
  });
}

function summarizeSettings(settings: SettingsRule): Record<string, unknown> {
  return compact({
    adminApprovedUsersOnly: settings.adminApprovedUsersOnly?.value ?? null,
    refreshTokenMaxDays: settings.refreshTokenMaxDays?.value ?? null,
    ipRelaxation: settings.ipRelaxation?.value ?? null,
  });
}

function summarizeExemption({ reason, owner, expires }: Exemption): Record<string, unknown> {
  return { reason: printable(reason), owner: printable(owner), expires: expires.value };
}

function summarizeException({ reason, owner, reviewBy }: PrivilegeException): Record<string, unknown> {
  return { reason: printable(reason), owner: printable(owner), reviewBy: reviewBy.value };
}

function whose({ app, user }: Pick<Exemption, "app" | "user">): string {
  const texts = [
    app === null ? "any app" : refName(app.value),
    user === null ? "any user" : nameOf(user.value),
  ];
  return printable(texts.join(", "));
}

function lists(users: UserLists): Record<string, string | null> {
  return {
    profiles: list(textsOf(users.profiles)),
    usernames: list(textsOf(users.usernames)),
    usernamesLike: list(textsOf(users.usernamesLike)),
    permissionSets: list(textsOf(users.permissionSets)),
    permissionSetGroups: list(textsOf(users.permissionSetGroups)),
    roles: list(textsOf(users.roles)),
    rolesAndSubordinates: list(textsOf(users.rolesAndSubordinates)),
    publicGroups: list(textsOf(users.publicGroups)),
    userTypes: list(textsOf(users.userTypes)),
  };
}

function keyOf({ id, name }: AppEntry): string {
  if (name === null) return id!.value;
  return printable(nameOf(name.value) + (id === null ? "" : ` (${id.value})`));
}

/** What a key says besides a name; one that starts with `__` would be the engine's own. */
const READS_AS_MORE = /^"|^__|^any (app|user)$|,|\([A-Za-z0-9]{18}\)$/;

/** A name in a key: quoted where it could be read as something else, so that two keys never fall together. */
function nameOf(name: string): string {
  const isId = parseAppId(name) !== null || parseProviderId(name) !== null;
  return isId || READS_AS_MORE.test(name) ? JSON.stringify(name) : name;
}

/** Null for an empty list. Quoted where it holds a comma or a quote, so that two different lists never look the same. */
function list(names: readonly string[]): string | null {
  return joined(names.map((value) => (/[",]/.test(value) ? JSON.stringify(value) : value)));
}

function joined(texts: readonly string[]): string | null {
  return texts.length === 0 ? null : texts.map(printable).sort().join(", ");
}

/** Equal keys (two exemptions of one user) are numbered, so that none hides another. */
function sorted(entries: readonly [string, unknown][]): Record<string, unknown> {
  const result: [string, unknown][] = [];
  const seen = new Map<string, number>();
  const order = (entry: readonly [string, unknown]) => JSON.stringify(entry);
  for (const [key, value] of [...entries].sort((a, b) => compareText(order(a), order(b)))) {
    const n = (seen.get(key) ?? 0) + 1;
    seen.set(key, n);
    result.push([n === 1 ? key : `${key} #${n}`, value]);
  }
  return Object.fromEntries(result);
}

function compact(entries: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== null));
}

/** Null where nothing is said. */
function some(entries: Record<string, unknown>): Record<string, unknown> | null {
  const said = compact(entries);
  return Object.keys(said).length === 0 ? null : said;
}

function unlessRevoke(value: "revoke" | "report"): string | null {
  return value === "revoke" ? null : value;
}

function text(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : printable(value);
}

function textsOf(names: readonly Named[]): string[] {
  return names.map(({ value }) => value);
}

function refName(ref: AppRef): string {
  return "id" in ref ? ref.id : nameOf(ref.name);
}
