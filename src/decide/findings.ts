import { isAccountLink } from "../accountLink.ts";
import type { App, AppSettings, Grant, Inventory } from "../inventory/inventory.ts";
import { looksLike } from "../names.ts";
import type { Position, SettingsRule } from "../policy/policy.ts";
import type { Absent, ListedApp, ResolvedExemption } from "../resolve/resolved.ts";
import { type Day, dayOf, days, endOf, type Instant, isOver } from "../time.ts";

import { type FindingCode, meaningOf, remedyOf } from "./codes.ts";
import { coverFinder } from "./covered.ts";
import type { Decision } from "./decide.ts";
import { unlistedVerdicts } from "./listing.ts";
import { isWithinLookBack } from "./privilege.ts";
import type { Basis } from "./rule.ts";
import { standingFindings } from "./standing.ts";

/** Something that people should look at, beside the decisions on grants. Names in it are untrusted text. */
export interface Finding {
  readonly code: FindingCode;
  /** `error`: the policy is not kept. `warning`: it may soon not be, or cannot be told. `note`: for tidiness. */
  readonly severity: "error" | "warning" | "note";
  readonly at: Position;
  readonly app: App | null;
  readonly user: string | null;
  readonly grant: Grant | null;
  /** What makes the case, such as `until: 2026-12-31`. */
  readonly params: Readonly<Record<string, string>>;
}

/** An exemption is about to end when this many days are left. */
const EXPIRING_DAYS = 14;

/** From when on an exemption that lasts until a day is about to end. */
export function expiringFrom(until: Day): Instant {
  return endOf(until) - days(EXPIRING_DAYS);
}

/** What people should know of the policy and the org, in the order of the policy. Pure. */
export function findings(basis: Basis): Finding[] {
  return [
    ...basis.resolved.absent.map((one) => ofAbsent(one, basis.asOf)),
    ...[...basis.resolved.listedApps.values()].flatMap((listed) => ofListedApp(listed, basis)),
    ...ofProtectedApps(basis),
    ...ofOwnApps(basis),
    ...ofPlatformNames(basis),
    ...ofUnlistedScopes(basis),
    ...ofExemptions(basis),
    ...ofBaseline(basis),
    ...ofExceptions(basis),
    ...ofPrivilege(basis),
    ...standingFindings(basis).map((found): Finding => ({ ...found, grant: null })),
    ...ofAccountLinks(basis),
  ];
}

/** A finding in one line, without its place. */
export function findingText({ code, app, user, params }: Finding): string {
  const name = app !== null && isProvider(app) ? `${app.name} (identity provider)` : app?.name;
  const subject = [name ?? [], user ?? []].flat().join(", ");
  const details = Object.entries(params).map(([key, value]) => `${key}: ${value}`);
  return `${subject === "" ? "" : `${subject}: `}${meaningOf(code)}${details.length === 0 ? "" : ` (${details.join(", ")})`}; ${remedyOf(code)}`;
}

function finding(
  code: FindingCode,
  severity: Finding["severity"],
  at: Position,
  rest: Partial<Pick<Finding, "app" | "user" | "grant" | "params">> = {},
): Finding {
  return { code, severity, at, app: null, user: null, grant: null, params: {}, ...rest };
}

/** What the org does not have; of an app that is expected, whether its day has come. */
function ofAbsent({ kind, what, name, position, expected }: Absent, asOf: Instant): Finding {
  if (expected === undefined)
    return finding(`${kind}-absent`, "note", position, {
      params: what === undefined ? { name } : { [what]: name },
    });
  const { by } = expected;
  const params = { name, by: by.value };
  return isOver(by.value, asOf)
    ? finding("app-not-arrived", "warning", by.position, { params })
    : finding("app-expected", "note", expected.position, { params });
}

function ofListedApp(listed: ListedApp, { inventory, asOf }: Basis): Finding[] {
  const { entry, app, weak } = listed;
  const found: Finding[] = [];
  if (weak) found.push(finding("weak-match", "note", entry.position, { app, params: id(app) }));
  found.push(...sharedName(app, entry.position, inventory));
  if (entry.expected !== null)
    found.push(finding("app-arrived", "warning", entry.expected.position, { app, params: id(app) }));
  if (entry.reviewBy !== null && isOver(entry.reviewBy.value, asOf))
    found.push(
      finding("review-overdue", "warning", entry.reviewBy.position, {
        app,
        params: { since: dayOf(endOf(entry.reviewBy.value)) },
      }),
    );
  const settings = inventory.directory.appSettings.get(app.key);
  if (entry.scopes !== null) found.push(...ofScopes(entry.scopes.position, app, settings));
  if (entry.settings !== null) found.push(...ofSettings(entry.settings, app, settings));
  return found;
}

/** The other apps that a reader could take for this one. */
function sharedName(app: App, at: Position, { apps }: Inventory): Finding[] {
  const others = apps
    .filter((other) => other.key !== app.key && isProvider(other) === isProvider(app))
    .filter((other) => looksLike(other.name, app.name))
    .map((other) => other.id ?? "one without an id")
    .sort();
  return others.length === 0
    ? []
    : [finding("name-shared", "warning", at, { app, params: { others: others.join(", ") } })];
}

function ofProtectedApps({ resolved: { protectedApps, listedApps }, inventory }: Basis): Finding[] {
  return inventory.apps.flatMap((app) => {
    const place = protectedApps.get(app.key);
    return place === undefined || listedApps.has(app.key) ? [] : sharedName(app, place, inventory);
  });
}

/** Apps that a reader could take for the tool's own. */
function ofOwnApps({ resolved: { policy }, inventory: { apps, ownApps, caller } }: Basis): Finding[] {
  const own = new Set<string | null>(ownApps);
  const names = [
    caller.sessionApp ?? [],
    apps.filter(({ id }) => own.has(id)).map(({ name }) => name),
  ].flat();
  return apps
    .filter(
      (app) =>
        !isProvider(app) &&
        !own.has(app.id) &&
        app.name !== "" &&
        names.some((name) => looksLike(name, app.name)),
    )
    .map((app) =>
      finding("own-app-look-alike", "warning", policy.unlisted.position, { app, params: id(app) }),
    );
}

/** Apps with grants that are called as Salesforce's own, and would be kept or reported for that: whose they are has to be found out. */
function ofPlatformNames({ resolved: { policy, platformApps, doubts }, inventory }: Basis): Finding[] {
  const said = policy.platformApps;
  if (said === null || said.value === "revoke") return [];
  const holding = new Map(inventory.grants.map(({ app }) => [app.key, app]));
  return inventory.apps.flatMap(({ key }) => {
    const app = holding.get(key);
    // Grants of which it cannot be told whose they are have a report of their own.
    if (app === undefined || platformApps.get(key) !== "named" || doubts.has(key)) return [];
    return [finding("platform-app-not-proven", "error", said.position, { app, params: id(app) })];
  });
}

/** Unlisted apps that hold grants and whose scopes the org does not let be read: the rule for them is held against none. */
function ofUnlistedScopes({ resolved, inventory }: Basis): Finding[] {
  const { unlistedScopes } = resolved.policy;
  if (unlistedScopes === null) return [];
  const ofUnlisted = unlistedVerdicts(resolved);
  const { appSettings } = inventory.directory;
  const holding = new Map(inventory.grants.map(({ app }) => [app.key, app]));
  return inventory.apps.flatMap(({ key }) => {
    const app = holding.get(key);
    if (
      app === undefined ||
      isProvider(app) ||
      resolved.listedApps.has(key) ||
      resolved.protectedApps.has(key)
    )
      return [];
    // Grants of which it cannot be told whose they are have a report of their own.
    if (resolved.doubts.has(key) || resolved.deniedLike.has(key)) return [];
    if (ofUnlisted(key).action !== "report") return [];
    return ofScopes(unlistedScopes.position, app, appSettings.get(key));
  });
}

/** Scopes of an app that are held against no rule: all of them, or those of the org's own. */
function ofScopes(at: Position, app: App, settings: AppSettings | undefined): Finding[] {
  if (settings === undefined || settings.scopes === null)
    return [finding("scopes-unreadable", "warning", at, { app })];
  const { customScopes } = settings;
  if (customScopes === undefined) return [];
  return customScopes === null
    ? [finding("custom-scopes-unreadable", "warning", at, { app })]
    : [finding("custom-scopes", "warning", at, { app, params: { scopes: customScopes.join(" ") } })];
}

function ofSettings(rule: SettingsRule, app: App, settings: AppSettings | undefined): Finding[] {
  const found: Finding[] = [];
  const compare = <T>(
    setting: string,
    wanted: { readonly value: T; readonly position: Position } | null,
    actual: T | null | undefined,
    fits: (actual: T, wanted: T) => boolean,
  ) => {
    if (wanted === null) return;
    if (actual === null || actual === undefined)
      found.push(finding("setting-unreadable", "warning", wanted.position, { app, params: { setting } }));
    else if (!fits(actual, wanted.value))
      found.push(
        finding("setting-differs", "error", wanted.position, {
          app,
          params: {
            setting,
            wanted: String(wanted.value),
            found: actual === Number.POSITIVE_INFINITY ? "no end, as configured" : String(actual),
          },
        }),
      );
  };
  const same = <T>(actual: T, wanted: T) => actual === wanted;
  compare("adminApprovedUsersOnly", rule.adminApprovedUsersOnly, settings?.adminApprovedUsersOnly, same);
  compare(
    "refreshTokenMaxDays",
    rule.refreshTokenMaxDays,
    settings?.refreshTokenDays,
    (days, most) => days <= most,
  );
  compare("ipRelaxation", rule.ipRelaxation, settings?.ipRelaxation, same);
  return found;
}

function ofExemptions({ resolved: { exemptions }, inventory, asOf }: Basis): Finding[] {
  const unused = new Set(exemptions);
  const open = Map.groupBy(exemptions, ({ userId }) => userId);
  for (const { userId, app } of inventory.grants) {
    for (const exemption of [...(open.get(userId) ?? []), ...(open.get(null) ?? [])])
      if (exemption.appKey === null || exemption.appKey === app.key) unused.delete(exemption);
  }
  return exemptions.flatMap((resolved) => {
    const { exemption } = resolved;
    const until = exemption.expires.value;
    const about = { ...subjectOf(resolved, inventory), params: { until, owner: exemption.owner } };
    if (isOver(until, asOf)) return [finding("exemption-expired", "warning", exemption.position, about)];
    return [
      ...(asOf >= expiringFrom(until)
        ? [finding("exemption-expiring", "warning", exemption.position, about)]
        : []),
      ...(unused.has(resolved) ? [finding("exemption-unused", "note", exemption.position, about)] : []),
    ];
  });
}

function subjectOf(
  { appKey, userId }: Pick<ResolvedExemption, "appKey" | "userId">,
  { apps, users }: Inventory,
): Pick<Finding, "app" | "user"> {
  return {
    app: apps.find(({ key }) => key === appKey) ?? null,
    user: userId === null ? null : (users.get(userId)?.username ?? userId),
  };
}

function ofBaseline({ resolved: { policy }, asOf }: Basis): Finding[] {
  const { baseline } = policy;
  if (baseline === null || !isOver(baseline.expires.value, asOf) || baseline.grants.length === 0) return [];
  return [
    finding("baseline-expired", "warning", baseline.expires.position, {
      params: { until: baseline.expires.value, grants: String(baseline.grants.length) },
    }),
  ];
}

/** Exceptions last: what they need is a review. */
function ofExceptions({ resolved: { highPrivilege }, inventory, asOf }: Basis): Finding[] {
  if (highPrivilege === null) return [];
  return highPrivilege.exceptions.flatMap((resolved) => {
    const { reviewBy, owner } = resolved.exception;
    if (!isOver(reviewBy.value, asOf)) return [];
    return finding("review-overdue", "warning", reviewBy.position, {
      ...subjectOf(resolved, inventory),
      params: { since: dayOf(endOf(reviewBy.value)), owner },
    });
  });
}

/** Every grant of a user of high privilege that is within the look-back; of the tool's own user none. */
function ofPrivilege({ resolved: { highPrivilege }, inventory, asOf }: Basis): Finding[] {
  if (highPrivilege === null) return [];
  const { entry, holders, exceptions } = highPrivilege;
  const excepted = coverFinder(exceptions);
  return inventory.grants.flatMap((grant) => {
    const why = holders.get(grant.userId);
    if (why === undefined || grant.userId === inventory.caller.userId || isAccountLink(grant)) return [];
    if (excepted(grant.userId, grant.app.key) !== undefined) return [];
    if (isWithinLookBack(grant, entry, asOf) === false) return [];
    return [
      finding("high-privilege-grant", "warning", entry.position, {
        app: grant.app,
        user: inventory.users.get(grant.userId)?.username ?? grant.userId,
        grant,
        params: { through: why, granted: grant.createdAt === null ? "unknown" : dayOf(grant.createdAt) },
      }),
    ];
  });
}

/** Links that nobody judges, or that could not be read. */
function ofAccountLinks({ resolved: { policy }, inventory }: Basis): Finding[] {
  const at = (policy.identityProviders?.unlisted ?? policy.unlisted).position;
  const { refusal } = inventory.accountLinks;
  if (refusal !== null) return [finding("links-not-read", "warning", at, { params: { answer: refusal } })];
  const links = inventory.grants.filter(isAccountLink);
  if (links.length === 0 || policy.identityProviders !== null) return [];
  const providers = new Set(links.map(({ app }) => app.key)).size;
  return [
    finding("links-not-judged", "note", at, {
      params: { links: String(links.length), providers: String(providers) },
    }),
  ];
}

/** Links that would be revoked if the org let the API delete them: a person has to. One finding for each provider and rule. */
export function linkFindings(decisions: readonly Decision[]): Finding[] {
  const held = decisions.filter(({ heldBackBy }) => heldBackBy === "not-revocable");
  const alike = Map.groupBy(held, ({ grant, code, at }) => JSON.stringify([grant.app.key, code, at]));
  return [...alike.values()].map((some) => {
    const { grant, code, at } = some[0]!;
    return finding("links-not-revocable", "error", at, {
      app: grant.app,
      params: { rule: code, links: String(some.length) },
    });
  });
}

function isProvider({ kind }: App): boolean {
  return kind === "identity-provider";
}

function id({ id }: App): Record<string, string> {
  return id === null ? {} : { id };
}
