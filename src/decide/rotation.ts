import type { App, Grant } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import { DAY_MS, days, type Instant } from "../time.ts";
import type { Finding } from "./findings.ts";
import { unlistedVerdicts } from "./listing.ts";
import { hasLookBack } from "./privilege.ts";
import type { Basis } from "./rule.ts";

/** So many grants alike can be chance. */
const FEW = 3;
/** A token that rotates is made when the one before it was last used. */
const TOGETHER = DAY_MS / 24;
const LATELY = days(60);

/**
 * Apps of which a rule of time judges grants, and whose grants all look as if the app rotated its refresh tokens
 * (docs/salesforce.md): since when a user has such an app is not known. Pure.
 */
export function rotationFindings(basis: Basis): Finding[] {
  const ofUnlisted = unlistedVerdicts(basis.resolved);
  const judged = basis.inventory.apps.flatMap((app) => {
    const rules = rulesOfTime(app, basis, ofUnlisted(app.key).action === "revoke");
    return rules.length === 0 ? [] : [[app, rules] as const];
  });
  if (judged.length === 0) return [];
  const seen = looksOf(new Set(judged.map(([{ key }]) => key)), basis);
  return judged.flatMap(([app, rules]) => {
    const look = seen.get(app.key);
    if (look === undefined || !seemsToRotate(look)) return [];
    return rules
      .filter(({ ofPrivileged }) => !ofPrivileged || look.privileged)
      .map(
        ({ rule, severity, at }): Finding => ({
          ...{ code: "age-unknown", severity, at, app, user: null, grant: null },
          params: { rule },
        }),
      );
  });
}

interface RuleOfTime {
  readonly rule: string;
  /** A note where rotation does no harm: what is idle is not rotated either. */
  readonly severity: "warning" | "note";
  readonly at: Position;
  /** Whether it judges the grants of users of high privilege alone. */
  readonly ofPrivileged: boolean;
}

/** The rules of the policy that judge grants of an app by when they were given, or else by their use. */
function rulesOfTime({ key }: App, { resolved }: Basis, goesUnlisted: boolean): RuleOfTime[] {
  const { policy, listedApps, protectedApps, doubts, deniedLike, highPrivilege } = resolved;
  const entry = listedApps.get(key)?.entry;
  const goesAnyway =
    entry === undefined ? goesUnlisted || deniedLike.has(key) || doubts.has(key) : entry.denied !== null;
  if (goesAnyway || protectedApps.has(key)) return [];
  const { maxAgeDays, maxIdleDays, neverUsedAfterDays } = entry?.times ?? policy.defaults;
  const of = (rule: string, severity: RuleOfTime["severity"], at: Position, ofPrivileged = false) => ({
    ...{ rule, severity, at, ofPrivileged },
  });
  const byUse = maxIdleDays ?? neverUsedAfterDays;
  const byAge = maxAgeDays !== null ? [of("maxAgeDays", "warning", maxAgeDays.position)] : [];
  const lookBack =
    highPrivilege !== null && hasLookBack(highPrivilege.entry)
      ? [of("highPrivilege", "warning", highPrivilege.entry.position, true)]
      : [];
  if (byAge.length > 0 || byUse === null) return [...byAge, ...lookBack];
  return [
    of(byUse === maxIdleDays ? "maxIdleDays" : "neverUsedAfterDays", "note", byUse.position),
    ...lookBack,
  ];
}

/** How many grants of an app there are, and how many look rotated: of all, and of those that were used lately. */
interface Look {
  all: number;
  rotated: number;
  lately: number;
  rotatedLately: number;
  privileged: boolean;
}

function looksOf(keys: ReadonlySet<string>, { inventory, resolved, asOf }: Basis): Map<string, Look> {
  const looks = new Map<string, Look>();
  for (const grant of inventory.grants) {
    const { key } = grant.app;
    if (!keys.has(key)) continue;
    let look = looks.get(key);
    if (look === undefined) {
      look = { all: 0, rotated: 0, lately: 0, rotatedLately: 0, privileged: false };
      looks.set(key, look);
    }
    const isRotated = looksRotated(grant);
    const isLate = wasUsedLately(grant, asOf);
    look.all++;
    if (isRotated) look.rotated++;
    if (isLate) look.lately++;
    if (isRotated && isLate) look.rotatedLately++;
    if (resolved.highPrivilege?.holders.has(grant.userId)) look.privileged = true;
  }
  return looks;
}

/** What was used lately tells, where it is enough: grants of before the app rotated may lie about. */
function seemsToRotate({ all, rotated, lately, rotatedLately }: Look): boolean {
  return lately > FEW ? rotatedLately === lately : all > FEW && rotated === all;
}

function looksRotated({ createdAt, lastUsedAt }: Grant): boolean {
  return createdAt !== null && lastUsedAt !== null && Math.abs(lastUsedAt - createdAt) <= TOGETHER;
}

function wasUsedLately({ lastUsedAt }: Grant, asOf: Instant): boolean {
  return lastUsedAt !== null && lastUsedAt >= asOf - LATELY;
}
