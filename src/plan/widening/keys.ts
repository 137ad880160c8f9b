import { isSameData } from "../../collections.ts";
import { scopesAllow } from "../../decide/scopes.ts";
import type { OAuthScope } from "../../policy/policy.ts";
import { count } from "../../text.ts";
import { type Found, namesText, type Said, type Severity } from "./found.ts";

/** Whether a key says more, or less, of what is allowed; null where it allows no more. @returns what is said of it, and how bad that is */
type Judge = (
  base: Said,
  head: Said,
) => { readonly what: string; readonly severity?: Severity; readonly named?: number } | null;

/** How a key of the policy bears on what is allowed. */
interface Key {
  readonly severity: Severity;
  readonly judge: Judge;
}

/** What a key is that says nothing of what is allowed. */
const NEUTRAL: Key = { severity: "low", judge: () => null };

/** Words of a choice, the narrowest first; the first of those that are left out is meant where nothing is said. */
function choice(severity: Severity, values: readonly [value: Said, what: string][], otherwise: Said): Key {
  const rank = (value: Said) => values.findIndex(([one]) => one === (value ?? otherwise));
  return {
    severity,
    judge: (base, head) => {
      const [before, after] = [rank(base), rank(head)];
      // What is none of the words is not known to be narrower.
      if (after >= 0 && before >= 0 && after <= before) return null;
      return { what: values[after]?.[1] || `now ${JSON.stringify(head ?? null)}` };
    },
  };
}

/** A number of which more allows more; undefined for none where that allows anything. */
function atMost(
  severity: Severity | ((before: number, after: number) => Severity),
  otherwise: number | undefined,
  what: (value: number | null, before: number) => string,
): Key {
  const of = (value: Said) => (value ?? otherwise ?? Number.POSITIVE_INFINITY) as number;
  return {
    severity: "medium",
    judge: (base, head) => {
      const [before, after] = [of(base), of(head)];
      if (after <= before) return null;
      return {
        severity: typeof severity === "string" ? severity : severity(before, after),
        what: what(Number.isFinite(after) ? after : null, before),
      };
    },
  };
}

/** What names are of: people one by one, usernames in any case, or things, which count as they are written. */
type Names = "people" | "usernames" | "things";

/** Names of which each allows more. */
function more(severity: Severity, what: (names: readonly string[]) => string, of: Names = "things"): Key {
  return {
    severity,
    judge: (base, head) => {
      const added = without(head, base, of);
      if (added.length === 0) return null;
      return { what: what(added), ...(of === "people" ? { named: added.length } : {}) };
    },
  };
}

/** Names of which each allows less. */
function fewer(severity: Severity, what: (names: readonly string[]) => string, of: Names = "things"): Key {
  const { judge } = more(severity, what, of);
  return { severity, judge: (base, head) => judge(head, base) };
}

/** Names of one list that another does not have. What is called exactly so comes before what is only called alike. */
function without(list: Said, other: Said, of: Names): string[] {
  const texts = (value: Said) => (Array.isArray(value) ? (value as string[]) : []);
  const form = (text: string) => (of === "things" ? text : text.toLowerCase());
  const known = new Set(texts(other).map(form));
  return texts(list).filter((text) => !known.has(form(text)));
}

function later(severity: Severity, what: (day: string | null, before: string) => string): Key {
  return {
    severity,
    judge: (base, head) =>
      base === undefined || (head !== undefined && (head as string) <= (base as string))
        ? null
        : { what: what((head as string | undefined) ?? null, base as string) },
  };
}

/** Another file now says what is said: who may change that one may change what is allowed. */
const otherFile = (what: string): Key => ({
  severity: "low",
  judge: (_, head) => (head === undefined ? null : { what: `${what} is now read from "${head}"` }),
});

const listedScopes = (severity: Severity, whose: string): Key => ({
  severity,
  judge: (base, head) => {
    if (base === undefined) return null;
    if (head === undefined)
      return {
        severity: "high",
        what: `${whose} may ask for any scope (the policy names no scopes any more)`,
      };
    const added = (head as OAuthScope[]).filter((scope) => !scopesAllow([scope], base as OAuthScope[]));
    return added.length === 0
      ? null
      : {
          ...(added.includes("full") ? { severity: "high" as const } : {}),
          what: `${whose} may ask for more scopes: ${added.join(", ")}`,
        };
  },
});

/** A rule on how an app is set up: less strict, or none. */
const setting = (name: string, isLooser: (before: Said, after: Said) => boolean): Key => ({
  severity: "medium",
  judge: (base, head) => {
    if (base === undefined) return null;
    if (head === undefined) return { what: `its setting ${name} no longer has to be ${base}` };
    return isLooser(base, head) ? { what: `its setting ${name} may be ${head} (before: ${base})` } : null;
  },
});

const IP_RELAXATION: readonly Said[] = ["enforce", "enforce-relax-refresh", "bypass-2factor", "bypass"];

const daysText = (days: number | null) => (days === null ? "any number of days" : `${days} days`);
const before = (days: number) => (Number.isFinite(days) ? ` (before: ${days})` : "");
const TIMES: Readonly<Record<string, (days: number | null, was: number) => string>> = {
  maxIdleDays: (days, was) => `grants may be idle for ${daysText(days)}${before(was)}`,
  maxAgeDays: (days, was) => `grants may be ${daysText(days)} old${before(was)}`,
  neverUsedAfterDays: (days, was) =>
    `grants that were never used may stay for ${daysText(days)}${before(was)}`,
};
const times = (prefix: string): Record<string, Key> =>
  Object.fromEntries(
    Object.entries(TIMES).map(([key, what]) => [`${prefix}.${key}`, atMost("medium", undefined, what)]),
  );

/** A run may revoke far more at once than before, or most of what there is. */
const limitSeverity = (was: number, now: number): Severity => (now > 10 * was ? "high" : "medium");
const limits = (what: string) => (now: number | null, was: number) =>
  `${what} up to ${count(now ?? 0)} (before: ${count(was)})`;

/** The ways to say which users. */
export const USER_LISTS = {
  usernames: "users",
  usernamesLike: "usernames like",
  profiles: "profiles",
  permissionSets: "permission sets",
  permissionSetGroups: "permission set groups",
  roles: "roles",
  rolesAndSubordinates: "roles and those below",
  publicGroups: "public groups",
  userTypes: "user types",
} as const;

const namesOf = (list: string): Names => (list.startsWith("usernames") ? "usernames" : "things");

const userLists = (prefix: string, isExcept: boolean): Record<string, Key> =>
  Object.fromEntries(
    Object.entries(USER_LISTS).map(([key, what]) => [
      `${prefix}.${key}`,
      isExcept
        ? fewer("medium", (names) => `no longer excepted: ${what} ${namesText(names)}`, namesOf(key))
        : more("medium", (names) => `also for ${what} ${namesText(names)}`, namesOf(key)),
    ]),
  );

/** What an entry says of an app, or of an identity provider. Whom it is for, `users.ts` says. */
const entry = (prefix: string): Record<string, Key> => ({
  [`${prefix}.name`]: NEUTRAL, // which app it is, `entries.ts` finds
  [`${prefix}.id`]: {
    severity: "medium",
    judge: (base, head) =>
      base === undefined || head !== undefined
        ? null
        : {
            what: "matched by its name alone, which another app could take (the policy no longer gives its id)",
          },
  },
  [`${prefix}.sanctioned`]: NEUTRAL, // `entries.ts`
  [`${prefix}.owner`]: NEUTRAL,
  [`${prefix}.reason`]: NEUTRAL,
  [`${prefix}.reviewBy`]: later("low", (day, was) =>
    day === null ? `never due for review (before: ${was})` : `its review is put off from ${was} to ${day}`,
  ),
  ...userLists(`${prefix}.users`, false),
  ...userLists(`${prefix}.users.except`, true),
  [`${prefix}.users.everyone`]: NEUTRAL, // `users.ts`
});

/** An id is the same with 15 and with 18 characters. */
export function isSameId(one: Said, other: Said): boolean {
  return String(one).slice(0, 15) === String(other).slice(0, 15);
}

const leaver = (who: string): Key =>
  choice(
    "high",
    [
      ["revoke", ""],
      ["report", `grants of ${who} are only reported, and no longer revoked`],
    ],
    "revoke",
  );

/**
 * Every key of the policy, and what a change of it means for what is allowed. A key that is not here is not known to be harmless:
 * whatever it says, it counts as allowing more (test/plan/widening walks the schema).
 */
export const KEYS: Readonly<Record<string, Key>> = {
  version: NEUTRAL,
  extends: otherFile("a part of the policy"),
  "org.id": {
    severity: "high",
    judge: (base, head) =>
      base === undefined || isSameId(base, head)
        ? null
        : {
            what: `the policy holds for ${head === undefined ? "any org" : `the org ${head}`} (before: ${base})`,
          },
  },
  "org.name": {
    severity: "high",
    judge: (base, head) =>
      base === undefined
        ? null
        : {
            what: `the policy holds for ${head === undefined ? "an org of any name" : `the org "${head}"`} (before: "${base}")`,
          },
  },
  mode: choice(
    "high",
    [
      ["enforce", ""],
      ["report", "the whole policy only reports: nothing is revoked by it any more"],
    ],
    "enforce",
  ),
  unlisted: choice(
    "high",
    [
      ["revoke", ""],
      ["report", "apps that are not listed are only reported, and no longer revoked"],
    ],
    "report",
  ),
  platformApps: {
    severity: "high",
    judge: (base, head) => {
      if (head === "revoke") return null;
      if (base === "revoke")
        return {
          what: `Salesforce's own apps that are not listed are ${head === "keep" ? "kept" : "only reported"}, and no longer revoked`,
        };
      return head === "keep"
        ? {
            severity: "medium",
            what: "Salesforce's own apps that are not listed are kept, and no longer reported",
          }
        : null;
    },
  },
  unknownUse: choice(
    "low",
    [
      ["revoke", ""],
      ["report", "grants whose use cannot be judged are only reported, and no longer revoked"],
    ],
    "report",
  ),
  ...times("defaults"),
  "limits.revocations": atMost(limitSeverity, 50, limits("one run may revoke more:")),
  "limits.percent": atMost(
    (was, now) => (now > 50 ? "high" : limitSeverity(was, now)),
    25,
    (now, was) => `one run may revoke more: up to ${now}% of all grants (before: ${was}%)`,
  ),
  "limits.perApp": atMost(limitSeverity, 50, limits("one run may revoke more of one app:")),
  "approvals.signers": otherFile("who may sign"),
  "approvals.required": {
    severity: "high",
    judge: (base = 1, head = 1) =>
      (head as number) >= (base as number)
        ? null
        : { what: `a plan needs ${head} signature${head === 1 ? "" : "s"} (before: ${base})` },
  },
  "approvals.waivedFor": more("high", (what) => `no approval is needed for ${what.join(", ")}`),
  unlistedScopes: listedScopes("medium", "apps that are not listed"),
  ...entry("apps[]"),
  "apps[].mode": choice(
    "high",
    [
      ["enforce", ""],
      ["report", "its grants are only reported, and no longer revoked"],
    ],
    "enforce",
  ),
  // Whom an entry lets connect it does not bear on: it sets a day by which somebody is told that the app has not come.
  "apps[].expected": NEUTRAL,
  "apps[].expectedBy": later("low", (day, was) =>
    day === null
      ? `nobody is told any more that the org does not have it (before: after ${was})`
      : `the org need not have it until ${day} (before: ${was})`,
  ),
  "apps[].scopes": listedScopes("medium", "it"),
  "apps[].settings.adminApprovedUsersOnly": setting("adminApprovedUsersOnly", (was) => was === true),
  "apps[].settings.refreshTokenMaxDays": setting(
    "refreshTokenMaxDays",
    (was, now) => (now as number) > (was as number),
  ),
  "apps[].settings.ipRelaxation": setting(
    "ipRelaxation",
    (was, now) => IP_RELAXATION.indexOf(now) > IP_RELAXATION.indexOf(was),
  ),
  ...times("apps[]"),
  ...entry("identityProviders[]"),
  unlistedIdentityProviders: choice(
    "high",
    [
      ["revoke", ""],
      ["report", "links to identity providers that are not listed are only reported, and no longer revoked"],
    ],
    "report",
  ),
  "appsLike[].name": NEUTRAL, // `lists.ts`
  "appsLike[].sanctioned": NEUTRAL,
  "appsLike[].owner": NEUTRAL,
  "appsLike[].reason": NEUTRAL,
  offboarded: fewer(
    "high",
    (names) => `no longer offboarded, so that they may keep what they have: ${namesText(names)}`,
    "people",
  ),
  "leavers.offboarded": leaver("users who are offboarded"),
  "leavers.inactive": leaver("users who are not active"),
  "leavers.frozen": leaver("users who are frozen"),
  "highPrivilege.permissions": fewer(
    "high",
    (names) => `users with ${names.join(", ")} no longer count as of high privilege`,
  ),
  "highPrivilege.profiles": fewer(
    "high",
    (names) => `users with the profiles ${namesText(names)} no longer count as of high privilege`,
  ),
  "highPrivilege.permissionSets": fewer(
    "high",
    (names) => `users with the permission sets ${namesText(names)} no longer count as of high privilege`,
  ),
  "highPrivilege.action": choice(
    "high",
    [
      ["revoke", ""],
      ["alert", "grants by users of high privilege are only reported, and no longer revoked"],
    ],
    "alert",
  ),
  "highPrivilege.grantedSince": NEUTRAL, // `privilege.ts`
  "highPrivilege.grantedWithinDays": NEUTRAL,
  "highPrivilege.exceptions[].app": NEUTRAL,
  "highPrivilege.exceptions[].user": NEUTRAL,
  "highPrivilege.exceptions[].reason": NEUTRAL,
  "highPrivilege.exceptions[].owner": NEUTRAL,
  "highPrivilege.exceptions[].reviewBy": NEUTRAL,
  "protected.users": more(
    "high",
    (names) => `never revoked, whatever else is said: ${namesText(names)}`,
    "people",
  ),
  "protected.apps": NEUTRAL, // `lists.ts`
  sessions: choice(
    "low",
    [
      ["end", ""],
      ["report", "live sessions of apps whose grants were revoked go on"],
    ],
    "report",
  ),
  "exemptions[].app": NEUTRAL, // `exemptions.ts`
  "exemptions[].user": NEUTRAL,
  "exemptions[].reason": NEUTRAL,
  "exemptions[].owner": NEUTRAL,
  "exemptions[].expires": NEUTRAL,
  maxExemptionDays: atMost(
    "medium",
    180,
    (now, was) => `exemptions may last up to ${count(now ?? 0)} days (before: ${count(was)})`,
  ),
  baseline: otherFile("what is known already"),
};

/** What a change of one key allows more; null for nothing. @param key as `KEYS` has it @param place the key's, as `Allows.places` has it */
export function judgeKey(key: string, base: Said, head: Said, place: string): Found | null {
  if (isSameData(base, head)) return null;
  const known = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
  const places = { place: head === undefined ? null : place, before: place };
  if (known === undefined)
    return {
      key,
      severity: "high",
      what: `\`${key}\` is changed, and what that allows is not known`,
      ...places,
    };
  const found = known.judge(base, head);
  return found === null ? null : { key, severity: known.severity, ...found, ...places };
}

/** What the keys of two maps allow more. @param prefix of the keys, as `limits.` @param apart keys that are judged elsewhere */
export function judgeMap(
  prefix: string,
  base: Said,
  head: Said,
  place: string,
  apart: readonly string[] = [],
): Found[] {
  const [old, now] = [base, head].map((value) => (value ?? {}) as Record<string, Said>) as [
    Record<string, Said>,
    Record<string, Said>,
  ];
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .filter((key) => !apart.includes(key))
    .flatMap((key) => judgeKey(`${prefix}${key}`, old[key], now[key], place) ?? []);
}
