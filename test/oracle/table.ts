import type { Fit } from "./fit.ts";
import { isProvenPlatform, type KnownApp, type OrgView, type Row } from "./orgView.ts";
import type { Place } from "./places.ts";
import type { Entry, Wanted } from "./wanted.ts";
import { allowsScope, endOfDay, isCalledSalesforces, isLike, isLongerThan, startOfDay } from "./words.ts";

/** All that a line of the table may look at. */
export interface Facts {
  readonly wanted: Wanted;
  readonly org: OrgView;
  readonly fit: Fit;
  readonly asOf: number;
}

/** What a line says of a grant that it is about. */
export interface Verdict {
  readonly action: "keep" | "report" | "revoke";
  readonly at: Place;
  /** In place of the line's own. */
  readonly code?: string;
  /** Places that would be as right to name. */
  readonly or?: readonly Place[];
  /** A report after which no line is asked. */
  readonly last?: boolean;
}

export interface Line {
  readonly code: string;
  /** Null where the line is not about the grant. */
  readonly asks: (facts: Facts, row: Row) => Verdict | null;
}

const keep = (at: Place): Verdict => ({ action: "keep", at });
const revoke = (at: Place): Verdict => ({ action: "revoke", at });
const report = (at: Place): Verdict => ({ action: "report", at });

/**
 * The table of docs/policy.md ("What happens to a grant"), from top to bottom: the first line that keeps or
 * revokes decides. A report passes on, and stands if nothing below decides.
 */
export const TABLE: readonly Line[] = [
  {
    code: "own-user",
    asks: ({ org, wanted }, { user }) => (user === org.caller ? keep(wanted.nowhere) : null),
  },
  {
    code: "own-app",
    asks: ({ org, wanted }, { owner }) =>
      owner.app !== null && org.ownApps.includes(owner.app) ? keep(wanted.nowhere) : null,
  },
  {
    code: "protected",
    asks: ({ fit }, { user, owner }) => {
      const at =
        fit.protectedUsers.get(user) ?? (owner.app === null ? undefined : fit.protectedApps.get(owner.app));
      return at === undefined ? null : keep(at);
    },
  },
  { code: "user-offboarded", asks: (facts, row) => leaver(facts, row, "offboarded") },
  { code: "user-inactive", asks: (facts, row) => leaver(facts, row, "inactive") },
  { code: "user-frozen", asks: (facts, row) => leaver(facts, row, "frozen") },
  {
    code: "exempt",
    asks: ({ fit, asOf }, row) => {
      const [first, ...others] = fit.exemptions.filter(
        (exemption) => asOf < endOfDay(exemption.expires) && covers(exemption, row),
      );
      return first === undefined ? null : { ...keep(first.at), or: others.map(({ at }) => at) };
    },
  },
  {
    code: "app-unresolved",
    asks: (facts, { owner }) => {
      if (owner.app !== null) return null;
      const isShielded = owner.candidates.some((app) => isUntouchable(facts, app) || isExempt(facts, app));
      const denials = owner.candidates.map((app) => denialOf(facts, app));
      if (!isShielded && denials.length > 0 && denials.every((denial) => denial !== null))
        return { ...revoke(denials[0]!), code: "app-denied", or: denials.flatMap((at) => at ?? []) };
      return { ...report(facts.wanted.nowhere), last: true };
    },
  },
  {
    code: "app-denied",
    asks: (facts, { owner }) => {
      const denial = owner.app === null ? null : denialOf(facts, owner.app);
      return denial === null ? null : revoke(denial);
    },
  },
  { code: "platform-app", asks: (facts, row) => notListed(facts, row, "platform-app") },
  {
    code: "platform-app-not-proven",
    asks: (facts, row) => notListed(facts, row, "platform-app-not-proven"),
  },
  { code: "app-not-listed", asks: (facts, row) => notListed(facts, row, "app-not-listed") },
  {
    code: "user-not-allowed",
    asks: (facts, row) => {
      const entry = entryOf(facts, row);
      if (entry === null || facts.fit.inScope.get(entry)!.has(row.user)) return null;
      return revoke(entry.get("users")!.at);
    },
  },
  {
    code: "scope-exceeded",
    asks: (facts, row) => {
      const rule = scopeRule(facts, row.owner.app!);
      if (rule === null) return null;
      const { scopes } = facts.org.settings(row.owner.app!);
      return scopes?.some((scope) => !allowsScope(rule.value, scope)) === true ? revoke(rule.at) : null;
    },
  },
  {
    code: "too-old",
    asks: (facts, row) => {
      const rule = limit(facts, row, "maxAgeDays");
      return rule === null ? null : byAge(facts, row, rule.value, rule.at);
    },
  },
  {
    code: "idle",
    asks: (facts, row) => {
      const rule = limit(facts, row, "maxIdleDays");
      if (rule === null) return null;
      if (isUseUnknown(facts, row)) return unknownUse(facts, row, rule);
      const idle = row.lastUsed !== null && isLongerThan(rule.value, row.lastUsed, facts.asOf);
      return idle ? revoke(rule.at) : null;
    },
  },
  {
    code: "never-used",
    asks: (facts, row) => {
      const rule = limit(facts, row, "neverUsedAfterDays");
      if (rule === null) return null;
      if (isUseUnknown(facts, row)) return unknownUse(facts, row, rule);
      return row.lastUsed === null ? byAge(facts, row, rule.value, rule.at) : null;
    },
  },
  {
    code: "high-privilege-grant",
    asks: (facts, row) => {
      if (facts.wanted.get("highPrivilege", "action")?.value !== "revoke") return null;
      if (!isPowerful(facts, row) || isException(facts, row)) return null;
      const { at } = facts.wanted.get("highPrivilege")!;
      if (looksBack(facts) && row.created === null) return { ...report(at), code: "date-missing" };
      if (looksBack(facts) && isFuture(row.created, facts.asOf)) return unknown(facts, at, "date-missing");
      return isRecent(facts, row) ? revoke(at) : null;
    },
  },
  {
    code: "sanctioned",
    asks: (facts, row) => {
      const entry = entryOf(facts, row);
      if (entry !== null) return keep(entry.at);
      const { action, at } = unlistedOutcome(facts, row.owner.app!);
      return action === "keep" ? { ...keep(at), code: "platform-app" } : null;
    },
  },
];

/** What an app gets that no entry lists, and the line of the table that says so. */
export function unlistedOutcome({ wanted }: Facts, app: KnownApp): Verdict & { readonly code: string } {
  const unlisted = wanted.get<"revoke" | "report">("unlisted")!;
  const ofUnlisted = { action: unlisted.value, at: unlisted.at, code: "app-not-listed" } as const;
  const ofPlatform = wanted.get<Verdict["action"]>("platformApps");
  if (ofPlatform === null) return ofUnlisted;
  const { name } = app;
  if (isProvenPlatform(app)) return { action: ofPlatform.value, at: ofPlatform.at, code: "platform-app" };
  if (!isCalledSalesforces(name) || ofPlatform.value === "revoke") return ofUnlisted;
  return { ...report(ofPlatform.at), code: "platform-app-not-proven" };
}

/** What is kept for being Salesforce's own is held to the lines below. */
function notListed(facts: Facts, row: Row, code: string): Verdict | null {
  if (entryOf(facts, row) !== null) return null;
  const outcome = unlistedOutcome(facts, row.owner.app!);
  return outcome.code === code && outcome.action !== "keep" ? outcome : null;
}

/** Asks the lines in their order; `reported` is the first that only reports. */
export function walk(facts: Facts, row: Row): { readonly line: Line; readonly verdict: Verdict } {
  let reported: { readonly line: Line; readonly verdict: Verdict } | null = null;
  for (const line of TABLE) {
    const verdict = line.asks(facts, row);
    if (verdict === null) continue;
    const said = { line, verdict };
    if (verdict.action === "report") {
      reported ??= said;
      if (verdict.last) break;
    } else if (line.code !== "sanctioned") return said;
    else return reported ?? said;
  }
  return reported!;
}

function leaver(
  facts: Facts,
  { user, owner }: Row,
  kind: "offboarded" | "inactive" | "frozen",
): Verdict | null {
  const { fit, wanted } = facts;
  const left = {
    offboarded: fit.offboarded.has(user),
    inactive: !user.active,
    frozen: user.frozen,
  };
  if (!left[kind]) return null;
  const said = wanted.get<"revoke" | "report">("leavers", kind);
  const at = kind === "offboarded" ? fit.offboarded.get(user)! : (said?.at ?? wanted.top);
  if (said?.value === "report") return report(at);
  const isShielded = owner.app === null && owner.candidates.some((app) => isUntouchable(facts, app));
  return isShielded ? { ...report(wanted.nowhere), code: "app-unresolved", last: true } : revoke(at);
}

/** The tool's own and protected apps are nobody's to lose. */
function isUntouchable({ org, fit }: Facts, app: KnownApp): boolean {
  return org.ownApps.includes(app) || fit.protectedApps.has(app);
}

function isExempt({ fit }: Facts, app: KnownApp): boolean {
  return fit.exemptions.some((exemption) => exemption.app === app);
}

export function covers({ app, user }: Pick<Fit["exemptions"][number], "app" | "user">, row: Row): boolean {
  return (
    (app === undefined || (app !== null && app === row.owner.app)) &&
    (user === undefined || user === row.user)
  );
}

function entryOf({ fit }: Facts, { owner }: Row): Entry | null {
  return owner.app === null ? null : (fit.entryOf.get(owner.app) ?? null);
}

/** What denies an app: its entry, or a pattern where no entry lists it. */
export function denialOf({ fit, wanted }: Facts, app: KnownApp): Place | null {
  const entry = fit.entryOf.get(app);
  if (entry !== undefined) return entry.denied?.at ?? null;
  const pattern = wanted
    .all<{ readonly name: string }>("appsLike")
    .find(({ value }) => isLike(app.name, value.name));
  return pattern === undefined ? null : { ...pattern.at, path: [...pattern.at.path, "sanctioned"] };
}

/** The scopes that an app may ask for: its entry's, or those for apps that are not listed. */
export function scopeRule(facts: Facts, app: KnownApp) {
  const { fit, wanted } = facts;
  const entry = fit.entryOf.get(app);
  if (entry !== undefined) return entry.get<readonly string[]>("scopes");
  return unlistedOutcome(facts, app).action === "keep"
    ? null
    : wanted.get<readonly string[]>("unlistedScopes");
}

/** A rule of time: the entry's own, or that of every app. */
function limit(facts: Facts, row: Row, key: string) {
  return entryOf(facts, row)?.get<number>(key) ?? facts.wanted.get<number>("defaults", key);
}

const LEEWAY = 86_400_000;

function isFuture(time: number | null, asOf: number): boolean {
  return time !== null && time > asOf + LEEWAY;
}

/** Older than so many days; where the org does not say since when, or says a day to come, that is reported. */
function byAge(facts: Facts, { created }: Row, days: number, at: Place): Verdict | null {
  if (created === null) return { ...report(at), code: "date-missing" };
  if (isFuture(created, facts.asOf)) return unknown(facts, at, "date-missing");
  return isLongerThan(days, created, facts.asOf) ? revoke(at) : null;
}

/** A time of use that cannot be: none though there were uses, or perhaps, or one to come. */
function isUseUnknown({ asOf }: Facts, { lastUsed, uses }: Row): boolean {
  return lastUsed === null ? uses !== 0 : isFuture(lastUsed, asOf);
}

/** A grant that was made no longer ago than the limit cannot have exceeded it, however it was used. */
function unknownUse(
  facts: Facts,
  { created }: Row,
  rule: { readonly value: number; readonly at: Place },
): Verdict | null {
  const isYoung = created !== null && !isLongerThan(rule.value, created, facts.asOf);
  return isYoung && !isFuture(created, facts.asOf) ? null : unknown(facts, rule.at, "use-unknown");
}

function unknown({ wanted }: Facts, at: Place, code: string): Verdict {
  const said = wanted.get<"report" | "revoke">("unknownUse")?.value ?? "report";
  return { action: said, at, code };
}

export function isPowerful({ fit }: Facts, { user }: Row): boolean {
  return fit.powerful?.has(user) === true;
}

function looksBack({ wanted }: Facts): boolean {
  return (
    wanted.get("highPrivilege", "grantedSince") !== null ||
    wanted.get("highPrivilege", "grantedWithinDays") !== null
  );
}

/** Whether a grant is of the time that high privilege is looked at for. */
export function isRecent({ wanted, asOf }: Facts, { created }: Row): boolean {
  if (created === null) return true;
  const since = wanted.get<string>("highPrivilege", "grantedSince");
  const within = wanted.get<number>("highPrivilege", "grantedWithinDays");
  return (
    (since === null || created >= startOfDay(since.value)) &&
    (within === null || !isLongerThan(within.value, created, asOf))
  );
}

export function isException({ fit }: Facts, row: Row): boolean {
  return fit.exceptions.some((exception) => covers(exception, row));
}
