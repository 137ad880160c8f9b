import { called, type Decided, type Finding } from "./case.ts";
import type { Beside } from "./fit.ts";

import type { KnownApp } from "./orgView.ts";
import {
  covers,
  denialOf,
  type Facts,
  isException,
  isPowerful,
  isRecent,
  scopeRule,
  unlistedOutcome,
} from "./table.ts";
import type { Entry } from "./wanted.ts";
import { endOfDay, look } from "./words.ts";

/** The findings beside the grants (docs/policy.md). */
export function findingsBeside(facts: Facts, rows: readonly Decided[]): Finding[] {
  return [
    ...facts.fit.absent,
    ...entries(facts),
    ...exemptions(facts),
    ...baseline(facts),
    ...powerful(facts, rows),
    ...exceptions(facts),
    ...lookAlikes(facts),
    ...sharedNames(facts),
    ...notProven(facts),
    ...unreadable(facts),
    ...rotating(facts),
  ].map(({ app, ...finding }) => ({ ...finding, app: app === null ? null : (app.id ?? app.name) }));
}

function appOf({ fit }: Facts, entry: Entry): KnownApp | null {
  return fit.entryOf.entries().find(([, one]) => one === entry)?.[0] ?? null;
}

function entries(facts: Facts): Beside[] {
  return facts.wanted.entries.flatMap((entry) => {
    const app = appOf(facts, entry);
    if (app === null) return [];
    const beside = (code: string, at: Beside["at"]): Beside => ({ code, app, user: null, at });
    const review = entry.get<string>("reviewBy");
    return [
      ...(review !== null && facts.asOf >= endOfDay(review.value)
        ? [beside("review-overdue", review.at)]
        : []),
      ...(entry.get("expected") === null ? [] : [beside("app-arrived", entry.get("expected")!.at)]),
      ...(entry.id === null ? [beside("weak-match", entry.at)] : []),
      ...(entry.denied === null ? setUp(facts, entry, app) : []),
    ];
  });
}

/** Apps of the policy whose name another app has, or one that looks the same. */
function sharedNames(facts: Facts): Beside[] {
  const { fit } = facts;
  const places = [
    ...[...fit.entryOf].map(([app, { at }]) => ({ app, at })),
    ...[...fit.protectedApps].map(([app, at]) => ({ app, at })).filter(({ app }) => !fit.entryOf.has(app)),
  ];
  return places
    .filter(({ app }) => alike(facts, app.name).some((other) => other !== app))
    .map(({ app, at }) => ({ code: "name-shared", app, user: null, at }));
}

/** The apps of a name that looks so, and the labels of grants of which nobody can tell whose they are. */
function alike({ org }: Facts, name: string): KnownApp[] {
  const doubtful = new Set(org.rows.flatMap(({ owner }) => (owner.app === null ? owner.label : [])));
  return [...org.apps, ...[...doubtful].map((label) => ({ id: null, name: label, installed: null }))].filter(
    (app) => look(app.name) === look(name),
  );
}

/** How the app is set up, against what the entry wants. */
function setUp(facts: Facts, entry: Entry, app: KnownApp): Beside[] {
  const found = facts.org.settings(app);
  const beside = (code: string, at: Beside["at"]): Beside => ({ code, app, user: null, at });
  const rule = scopeRule(facts, app);
  const result = rule !== null && found.scopes === null ? [beside("scopes-unreadable", rule.at)] : [];
  const compare = (key: string, isRight: (wanted: never) => boolean | null): void => {
    const wanted = entry.get<never>("settings", key);
    if (wanted === null) return;
    const right = isRight(wanted.value);
    if (right !== true)
      result.push(beside(right === null ? "setting-unreadable" : "setting-differs", wanted.at));
  };
  const { adminApprovedUsersOnly: approved, refreshTokenDays: days, ipRelaxation: ip } = found;
  compare("adminApprovedUsersOnly", (wanted: boolean) => (approved === null ? null : approved === wanted));
  compare("refreshTokenMaxDays", (wanted: number) => (days === null ? null : days <= wanted));
  compare("ipRelaxation", (wanted: string) => (ip === null ? null : ip === wanted));
  return result;
}

function exemptions(facts: Facts): Beside[] {
  return facts.fit.exemptions.flatMap((exemption) => {
    const { app, user, expires, at } = exemption;
    if (app === null || user === null) return [];
    const beside = (code: string): Beside => ({ code, app: app ?? null, user: user?.username ?? null, at });
    if (facts.asOf >= endOfDay(expires)) return [beside("exemption-expired")];
    return [
      ...(facts.org.rows.some((row) => covers(exemption, row)) ? [] : [beside("exemption-unused")]),
      ...(endOfDay(expires) <= facts.asOf + 14 * 86_400_000 ? [beside("exemption-expiring")] : []),
    ];
  });
}

function baseline({ fit, asOf }: Facts): Beside[] {
  const { baseline: known } = fit;
  if (known === null || asOf < endOfDay(known.expires)) return [];
  return [{ code: "baseline-expired", app: null, user: null, at: { file: "known.yaml", path: ["expires"] } }];
}

function powerful(facts: Facts, rows: readonly Decided[]): Beside[] {
  const at = facts.wanted.get("highPrivilege")?.at;
  if (at === undefined) return [];
  return facts.org.rows.flatMap((row, i): Beside[] => {
    if (rows[i]!.code === "own-user") return [];
    if (!isPowerful(facts, row) || !isRecent(facts, row) || isException(facts, row)) return [];
    const { app } = row.owner;
    const shown = app ?? { id: null, name: called(row), installed: null };
    return [{ code: "high-privilege-grant", app: shown, user: row.user.username, at }];
  });
}

function exceptions({ fit, asOf }: Facts): Beside[] {
  return fit.exceptions
    .filter(({ reviewBy }) => asOf >= endOfDay(reviewBy))
    .map(({ app, user, at }) => ({
      code: "review-overdue",
      app: app ?? null,
      user: user?.username ?? null,
      at: { file: at.file, path: [...at.path, "reviewBy"] },
    }));
}

/** Apps that are called as the tool's own is. */
function lookAlikes(facts: Facts): Beside[] {
  const { ownApps } = facts.org;
  const others = ownApps.flatMap(({ name }) => alike(facts, name)).filter((app) => !ownApps.includes(app));
  const distinct = new Map(others.map((app) => [app.id ?? app.name, app]));
  return [...distinct.values()].map((app) => ({
    code: "own-app-look-alike",
    app,
    user: null,
    at: facts.wanted.nowhere,
  }));
}

/** Apps whose grants all look like rotated tokens, where a rule of time judges them. */
function rotating(facts: Facts): Beside[] {
  const { fit, org, wanted, asOf } = facts;
  const lookBack =
    wanted.get("highPrivilege", "grantedSince") ?? wanted.get("highPrivilege", "grantedWithinDays");
  return [...new Set(org.rows.flatMap(({ owner }) => owner.app ?? []))].flatMap((app): Beside[] => {
    const entry = fit.entryOf.get(app);
    const stays =
      entry === undefined ? unlistedOutcome(facts, app).action !== "revoke" : entry.denied === null;
    if (!stays || fit.protectedApps.has(app) || denialOf(facts, app) !== null) return [];
    const rows = org.rows.filter(({ owner }) => owner.app === app);
    const late = rows.filter(({ lastUsed }) => lastUsed !== null && asOf - lastUsed <= 60 * 86_400_000);
    const looked = late.length > 3 ? late : rows;
    const isFresh = ({ created, lastUsed }: (typeof rows)[number]) =>
      created !== null && lastUsed !== null && Math.abs(lastUsed - created) <= 3_600_000;
    if (looked.length <= 3 || !looked.every(isFresh)) return [];
    const rule = (key: string) => entry?.get<number>(key) ?? wanted.get<number>("defaults", key);
    const first = rule("maxAgeDays") ?? rule("maxIdleDays") ?? rule("neverUsedAfterDays");
    const places = [
      ...(first === null ? [] : [first.at]),
      ...(lookBack !== null && rows.some((row) => isPowerful(facts, row))
        ? [wanted.get("highPrivilege")!.at]
        : []),
    ];
    return places.map((at) => ({ code: "age-unknown", app, user: null, at }));
  });
}

/** Apps with grants that are only called as Salesforce's own. */
function notProven(facts: Facts): Beside[] {
  const { fit, org } = facts;
  return [...new Set(org.rows.flatMap(({ owner }) => owner.app ?? []))]
    .filter((app) => !fit.entryOf.has(app) && !fit.protectedApps.has(app) && denialOf(facts, app) === null)
    .map((app) => ({ app, user: null, ...unlistedOutcome(facts, app) }))
    .filter(({ code }) => code === "platform-app-not-proven")
    .map(({ app, user, code, at }) => ({ app, user, code, at }));
}

/** Apps that are not listed, and of which it cannot be told whether they ask for more than such apps may. */
function unreadable(facts: Facts): Beside[] {
  const { fit, org, wanted } = facts;
  const rule = wanted.get("unlistedScopes");
  if (rule === null) return [];
  const held = new Set(org.rows.flatMap(({ owner }) => owner.app ?? []));
  return [...held]
    .filter((app) => !fit.entryOf.has(app) && !fit.protectedApps.has(app) && denialOf(facts, app) === null)
    .filter((app) => unlistedOutcome(facts, app).action === "report")
    .filter((app) => org.settings(app).scopes === null)
    .map((app) => ({ code: "scopes-unreadable", app, user: null, at: rule.at }));
}
