import policySchema from "../../schema/policy.schema.json" with { type: "json" };
import { isSameData } from "../collections.ts";
import { foldName, namedSo } from "../names.ts";
import type { PolicyFile } from "../policy/policySchema.ts";
import { wildcards } from "../resolve/wildcards.ts";
import { parseAppId } from "../salesforce/id.ts";
import { amount } from "../text.ts";
import { validator } from "../validator.ts";
import { type Gained, gainedAccess } from "./allowsAccess.ts";
import type { Allows } from "./allowsSchema.ts";
import { countGrantsOf } from "./plan.ts";
import { planDifference } from "./planDifference.ts";
import type { PlanFile } from "./planSchema.ts";
import { judgeEntries, type Otherwise } from "./widening/entries.ts";
import { type Found, SEVERITIES, type Severity } from "./widening/found.ts";
import { isSameId, judgeKey, judgeMap } from "./widening/keys.ts";
import {
  judgeApprovals,
  judgeAppsLike,
  judgeBaseline,
  judgeExemptions,
  judgePrivilege,
  judgeProtectedApps,
} from "./widening/lists.ts";

export { SEVERITIES, type Severity } from "./widening/found.ts";

/** Something that a change of the policy allows more. Texts are untrusted. */
export interface Widening {
  /** The key of the policy, as `apps[].users`. A stable interface. */
  readonly key: string;
  readonly severity: Severity;
  /** What people call the app or the identity provider; null where it is not about one. */
  readonly app: string | null;
  /** A clause. */
  readonly what: string;
  /** Users who may connect by it and could not before, or whom it names; null where that cannot be told of it alone. */
  readonly users: number | null;
  readonly owner: string | null;
  readonly reason: string | null;
  /** Where the policy says so, as `policy/dieppe-trading.yaml:12`; of what the change took out, where it stood. */
  readonly place: string | null;
}

/** What a change of the policy allows more than the policy did. */
export interface Widened {
  /** The worst first. */
  readonly widenings: readonly Widening[];
  /** Users who may connect to something that they could not connect to. */
  readonly users: number;
  /** How many users can log in. */
  readonly of: number;
  /** Grants that would have been revoked, and are not. */
  readonly kept: number;
}

const policyValidator = validator<PolicyFile>(policySchema);

/**
 * What a change allows more than the policy did before it, by two plans of one org. Both what the policies say and what that does in the
 * org: what is only in one of the two is told all the same. Pure.
 * @param base the plan without the change; null where there is none
 * @returns null where it cannot be told: there is no plan of before, or one of them is by a version that did not keep what its policy allows, or kept it in other words
 */
export function widened(base: PlanFile | null, head: PlanFile): Widened | null {
  const [old, now] = [base?.allows, head.allows];
  if (base === null || old === undefined || now === undefined) return null;
  const fits = policyValidator();
  if (!fits(old.says) || !fits(now.says)) return null;
  const gained = gainedAccess(old.access, now.access);
  const isChanged = !isSameData(
    { ...old, access: null, places: null, listed: null },
    { ...now, access: null, places: null, listed: null },
  );
  // What a policy that says the same does otherwise, the org does.
  if (!isChanged) return { widenings: [], users: 0, of: gained.of, kept: 0 };
  const kept = countGrantsOf(planDifference(base, head).keeps);
  const found = foundIn(old, now);
  const all = [...found, ...untold(found, now, gained, kept)];
  return {
    widenings: all
      .map((one) => raised(widening(one, all, old, now, gained), gained.of))
      .sort(
        (a, b) =>
          SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (b.users ?? 0) - (a.users ?? 0),
      ),
    users: gained.users(() => true),
    of: gained.of,
    kept,
  };
}

/** What the policy says that allows more, whatever the org is. Pure. */
export function foundIn(base: Allows, head: Allows): Found[] {
  const [old, now] = [base.says, head.says];
  const places = (one: Found, place: string): Found => ({
    ...one,
    place: one.place === null ? null : place,
    before: place,
  });
  return [
    ...judgeMap("", old, now, "", APART).map((one) => places(one, one.key)),
    ...[judgeKey("platformApps", platformOutcome(old), platformOutcome(now), "platformApps") ?? []].flat(),
    ...NESTED.flatMap((key) =>
      judgeMap(`${key}.`, old[key], now[key], key, key === "org" && isSameOrg(old, now) ? ["name"] : []).map(
        (one) => places(one, now[key] === undefined ? key : one.key),
      ),
    ),
    ...judgeEntries("apps", [base, head], [otherwise(base), otherwise(head)]),
    ...judgeProviders(base, head),
    ...judgeAppsLike(base, head),
    ...judgeProtectedApps(base, head),
    ...judgeExemptions(base, head),
    ...judgePrivilege(base, head),
    ...judgeApprovals(base, head),
    ...judgeBaseline(base, head),
  ];
}

/** Whether both are for one org by its id: what it is called besides says no more. */
function isSameOrg({ org: one }: PolicyFile, { org: other }: PolicyFile): boolean {
  return one?.id !== undefined && isSameId(one.id, other?.id);
}

/** Keys whose values are maps of keys of their own. */
const NESTED = ["org", "defaults", "limits", "leavers", "protected"] as const;
/** What is told of entries, and of what they hold. */
const APART: readonly string[] = [
  ...NESTED,
  "platformApps",
  "apps",
  "identityProviders",
  "unlistedIdentityProviders",
  "appsLike",
  "exemptions",
  "highPrivilege",
  "approvals",
  "baseline",
];

/** What is said of identity providers. Where nothing is, their links are not judged. */
function judgeProviders(base: Allows, head: Allows): Found[] {
  const isJudged = ({ identityProviders, unlistedIdentityProviders }: PolicyFile) =>
    identityProviders !== undefined || unlistedIdentityProviders !== undefined;
  if (!isJudged(base.says)) return [];
  const key = "unlistedIdentityProviders";
  if (!isJudged(head.says))
    return [
      {
        key: "identityProviders",
        severity: "high",
        what: "links to identity providers are not judged any more",
        place: null,
        before: base.says.identityProviders === undefined ? key : "identityProviders",
      },
    ];
  return [
    ...[judgeKey(key, base.says[key], head.says[key], key) ?? []].flat(),
    ...judgeEntries("identityProviders", [base, head], [ofProviders(base), ofProviders(head)]),
  ];
}

/** What Salesforce's own apps get: as any other where nothing is said of them. */
function platformOutcome({ platformApps, unlisted = "report" }: PolicyFile): "revoke" | "report" | "keep" {
  return platformApps ?? unlisted;
}

function otherwise({ says, platform, baseline }: Allows): Otherwise {
  const { unlisted = "report" } = says;
  const own = platformOutcome(says);
  const proven = new Set(platform.proven);
  // What is only called as one of Salesforce's own is never kept by that.
  const named = new Set(own === "revoke" ? [] : platform.named);
  const patterns = (says.appsLike ?? []).map(({ name }) => ({ name, isLike: wildcards(foldName(name)) }));
  return {
    outcome: (key) => (proven.has(key ?? "") ? own : named.has(key ?? "") ? "report" : unlisted),
    deniedLike: (names) =>
      patterns.find(({ isLike }) => names.some((name) => isLike(foldName(name))))?.name ?? null,
    times: says.defaults ?? {},
    scopes: says.unlistedScopes,
    hasKnown: baseline !== null && baseline.known.length > 0,
  };
}

function ofProviders({ says }: Allows): Otherwise {
  return {
    outcome: () => says.unlistedIdentityProviders ?? "report",
    deniedLike: () => null,
    times: {},
    scopes: undefined,
    hasKnown: false,
  };
}

/** What lets nobody connect who could not: it is of grants and users that are there, of reviews, or of what a run may do. */
const LETS_NOBODY_CONNECT =
  /\.(reviewBy|expectedBy|maxIdleDays|maxAgeDays|neverUsedAfterDays)$|\[\]\.settings\.|^(limits|approvals|sessions|maxExemptionDays|extends|org|unknownUse|baseline|leavers\.(inactive|frozen))(\.|$)/;

/** What is said of no app in particular, and bears on any. */
const FOR_ANY_APP =
  /^(mode|unlisted|platformApps|unlistedIdentityProviders|identityProviders|leavers|highPrivilege|protected|exemptions|appsLike|offboarded)(\.|$)/;

/** What is said of some users, whatever the app. */
const OF_SOME_USERS = /^(leavers|highPrivilege|protected|exemptions|offboarded)(\.|$)/;

/** What leaves no grant that was to be revoked: it is of reviews, of how much one run may do, of who approves, of how an app is set up. */
const LEAVES_NO_GRANT =
  /\.(reviewBy|expectedBy)$|\[\]\.settings\.|^(limits|approvals|sessions|maxExemptionDays|extends|org)(\.|$)/;

/** What the policy does in the org that nothing of what it says accounts for: whatever it does must be told. */
function untold(found: readonly Found[], now: Allows, gained: Gained, kept: number): Found[] {
  const named = found.reduce((sum, one) => sum + (one.named ?? 0), 0);
  const accounts = found.map((one) => accountsFor(one, now, gained));
  const apps = [...gained.apps].filter(
    ([key]) => !accounts.some((isMeant) => isMeant(key)) && gained.users((one) => one === key) > named,
  );
  return [
    ...apps.map(
      ([key, { label }]): Found => ({
        key: "apps[].users",
        severity: "medium",
        what: "may be connected to by users who could not connect to it",
        place: null,
        app: { key, name: label },
      }),
    ),
    ...(kept > 0 && apps.length === 0 && found.every(({ key }) => LEAVES_NO_GRANT.test(key))
      ? [
          {
            key: "apps",
            severity: "medium" as const,
            what: `${amount(kept, "grant")} that would have been revoked ${kept === 1 ? "is" : "are"} not`,
            place: null,
          },
        ]
      : []),
  ];
}

/** Which of the apps that somebody gains may be gained by what is said: no others are. */
function accountsFor(found: Found, { listed, platform }: Allows, gained: Gained): (key: string) => boolean {
  const { key, app, named, like } = found;
  if (LETS_NOBODY_CONNECT.test(key) || (app === undefined && named !== undefined)) return () => false;
  if (app !== undefined) {
    const own = keyOf(found, gained);
    return (one) => one === own;
  }
  const isProvider = (one: string) => gained.apps.get(one)?.isProvider === true;
  const entries = new Set([...listed.apps, ...listed.identityProviders].map((one) => one?.key));
  const own = new Set([...platform.proven, ...platform.named]);
  if (like !== undefined) {
    const isLike = wildcards(foldName(like));
    return (one) => !isProvider(one) && isLike(foldName(gained.apps.get(one)?.label ?? ""));
  }
  switch (key) {
    case "unlisted":
      return (one) => !isProvider(one) && !entries.has(one);
    case "platformApps":
      return (one) => own.has(one);
    case "unlistedIdentityProviders":
      return (one) => isProvider(one) && !entries.has(one);
    case "identityProviders":
      return isProvider;
    default:
      return () => key === "mode" || OF_SOME_USERS.test(key);
  }
}

/** The app that something is about, among those that somebody gains; null for none. */
function keyOf({ app }: Found, { apps }: Gained): string | null {
  if (app === undefined) return null;
  if (app.key !== null) return app.key;
  const id = parseAppId(app.name);
  if (id !== null && apps.has(id)) return id;
  return namedSo(app.name, [...apps], ([, { label }]) => label)[0]?.[0] ?? null;
}

function widening(found: Found, all: readonly Found[], old: Allows, now: Allows, gained: Gained): Widening {
  const { key, severity, what, owner, reason, place, before } = found;
  return {
    key,
    severity,
    app: labelOf(found, [now, old], gained),
    what,
    users: usersOf(found, all, now, gained),
    owner: owner ?? null,
    reason: reason ?? null,
    place:
      (place === null ? undefined : now.places[place]) ??
      (before === undefined ? null : (old.places[before] ?? null)),
  };
}

/** What people read for the app that something is about, also where the policy has its id alone; null where it is about none. */
function labelOf(found: Found, all: readonly Allows[], gained: Gained): string | null {
  if (found.app === undefined) return null;
  const { key, name } = found.app;
  const id = key ?? parseAppId(name);
  const listed = all.flatMap(({ listed: { apps }, access }) => [...apps, ...access.apps]);
  return (
    gained.apps.get(keyOf(found, gained) ?? "")?.label ??
    listed.find((one) => one !== null && one.key === id)?.label ??
    name
  );
}

/** Who gains anything by what is said, and by nothing that is said beside it; null where that is not known. */
function usersOf(found: Found, all: readonly Found[], now: Allows, gained: Gained): number | null {
  const { key, app, named } = found;
  if (named !== undefined) return named;
  if (LETS_NOBODY_CONNECT.test(key)) return null;
  if (app !== undefined) {
    const own = keyOf(found, gained);
    return own === null ? null : gained.users((one) => one === own);
  }
  if (!FOR_ANY_APP.test(key)) return null;
  // Which of several the users of an app have it by, nothing says.
  const isAlone = all.every((one) => one === found || LETS_NOBODY_CONNECT.test(one.key));
  return OF_SOME_USERS.test(key) && !isAlone ? null : gained.users(accountsFor(found, now, gained));
}

/** That a quarter of all users may connect is never a small thing. */
function raised(one: Widening, of: number): Widening {
  return one.users !== null && one.users > 1 && one.users * 4 > of ? { ...one, severity: "high" } : one;
}
