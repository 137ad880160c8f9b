import type {
  App,
  Inventory,
  StandingAccess,
  StandingAccessList,
  StandingReading,
} from "../inventory/inventory.ts";
import { foldName } from "../names.ts";
import type { Position } from "../policy/policy.ts";
import { isMember } from "../resolve/resolved.ts";
import { wildcards } from "../resolve/wildcards.ts";
import { KIND_WORDS, SOURCE_WORDS, STANDING_SOURCES, type StandingKind } from "../standing.ts";
import { dayOf, isOver } from "../time.ts";
import { coverFinder } from "./covered.ts";
import { unlistedVerdicts } from "./listing.ts";
import type { Basis } from "./rule.ts";

/** What the policy makes of access without a grant. Nothing is revoked by it. */
export interface StandingVerdict {
  readonly code: StandingCode | null;
  /** The policy line that says so. */
  readonly at: Position;
}

type StandingCode =
  | "standing-access-unlisted"
  | "standing-access-denied"
  | "standing-access-not-allowed"
  | "standing-access-untold";

/** Of an inventory that does not say, as a file of an older release: not known, and not none. */
const NOT_READ: StandingAccessList = {
  days: 0,
  entries: [],
  readings: STANDING_SOURCES.map((source) => ({
    source,
    state: "not-read",
    salesforceCode: null,
    since: null,
  })),
};

/** The standing access of an inventory. */
export function standingAccessIn({ standingAccess }: Pick<Inventory, "standingAccess">): StandingAccessList {
  return standingAccess ?? NOT_READ;
}

/** What the policy makes of each entry, as of grants: who is exempt or protected is let alone. Pure. */
export function standingJudge({
  resolved,
  inventory,
  asOf,
}: Basis): (entry: StandingAccess) => StandingVerdict {
  const { policy, listedApps, protectedApps, deniedLike, people } = resolved;
  const holding = resolved.exemptions.filter(({ exemption }) => !isOver(exemption.expires.value, asOf));
  const exempt = coverFinder(holding);
  const own = new Set<string | null>(inventory.ownApps);
  const unlisted: StandingVerdict = { code: "standing-access-unlisted", at: policy.unlisted.position };
  const fine = (at: Position): StandingVerdict => ({ code: null, at });

  const ofUnlisted = unlistedVerdicts(resolved);
  const notListed = (key: string, atUnlisted: Position): StandingVerdict => {
    const { action, at } = ofUnlisted(key);
    return action === "keep" ? fine(at) : { code: "standing-access-unlisted", at: atUnlisted };
  };

  const ofUser = ({ userId, app }: StandingAccess): StandingVerdict | null => {
    if (userId === null) return null;
    const person = people.get(userId);
    if (userId === inventory.caller.userId && (app === null || own.has(app.id)))
      return fine(policy.unlisted.position);
    if (person?.protected) return fine(person.protected);
    if (person?.offboarded) return { code: "standing-access-not-allowed", at: person.offboarded };
    const found = app === null ? undefined : exempt(userId, app.key);
    return found === undefined ? null : fine(found.exemption.position);
  };
  const ofApp = (
    key: string,
    { userId }: StandingAccess,
    atUnlisted = policy.unlisted.position,
  ): StandingVerdict => {
    const place = protectedApps.get(key);
    if (place !== undefined) return fine(place);
    const listed = listedApps.get(key);
    const denied = listed?.entry.denied ?? deniedLike.get(key)?.denied ?? null;
    if (denied !== null) return { code: "standing-access-denied", at: denied };
    if (listed === undefined) return notListed(key, atUnlisted);
    const { users, entry } = listed;
    const person = userId === null ? undefined : people.get(userId);
    if (users === null || person === undefined || isMember(users, person)) return fine(entry.position);
    return { code: "standing-access-not-allowed", at: entry.users?.position ?? entry.position };
  };
  const ofName = nameJudge(resolved.policy, unlisted);
  return (entry) => {
    const { identityProviders } = policy;
    const isSignOn = entry.kind === "single-sign-on";
    // A policy lists Auth. Providers alone, if any: of SAML it says nothing.
    if (isSignOn && (identityProviders === null || entry.app === null)) return fine(policy.unlisted.position);
    const first = ofUser(entry);
    if (first !== null) return first;
    if (isSignOn) return ofApp(entry.app!.key, entry, identityProviders!.unlisted.position);
    if (entry.app !== null) return ofApp(entry.app.key, entry);
    if (entry.couldBe.length > 0)
      return oneOf(
        entry.couldBe.map((id) => ofApp(id, entry)),
        unlisted.at,
      );
    return entry.name === null ? { code: "standing-access-untold", at: unlisted.at } : ofName(entry.name);
  };
}

/** Of an app that may be one of several: what all of them get; else it cannot be told. */
function oneOf([first, ...others]: readonly StandingVerdict[], at: Position): StandingVerdict {
  const same = first !== undefined && others.every(({ code }) => code === first.code);
  return same ? first : { code: "standing-access-untold", at };
}

/** Of an app that the org has by no id and no grant, and so by the name alone that a login gives. */
function nameJudge({ apps, appsLike }: Basis["resolved"]["policy"], unlisted: StandingVerdict) {
  const patterns = appsLike.map((like) => [wildcards(foldName(like.pattern.value)), like] as const);
  return (name: string): StandingVerdict => {
    const folded = foldName(name);
    const entry = apps.find(
      (one) => one.id === null && one.name !== null && foldName(one.name.value) === folded,
    );
    if (entry !== undefined)
      return entry.denied === null
        ? { code: null, at: entry.position }
        : { code: "standing-access-denied", at: entry.denied };
    const like = patterns.find(([isLike]) => isLike(folded));
    return like === undefined ? unlisted : { code: "standing-access-denied", at: like[1].denied };
  };
}

/** The kinds of which it is sure that they stand, whatever grants came and went in the days that were looked at. */
const SURE: ReadonlySet<StandingKind> = new Set([
  "client-credentials",
  "jwt-bearer",
  "token-exchange",
  "password",
  "single-sign-on",
]);

/** What people should know of access without a grant: what of it the policy does not want, and where it could not be looked for. */
export interface StandingFinding {
  readonly code: StandingCode | "standing-access-not-read";
  readonly severity: "error" | "warning";
  readonly at: Position;
  readonly app: App | null;
  readonly user: string | null;
  readonly params: Readonly<Record<string, string>>;
}

/** In the order of the entries, and then of the sources. Pure. */
export function standingFindings(basis: Basis): StandingFinding[] {
  const { resolved, inventory } = basis;
  const judge = standingJudge(basis);
  const { entries, readings } = standingAccessIn(inventory);
  return [
    ...entries.flatMap((entry): StandingFinding[] => {
      const { code, at } = judge(entry);
      if (code === null) return [];
      const { app, userId } = entry;
      const user = userId === null ? null : (inventory.users.get(userId)?.username ?? userId);
      return [
        { code, severity: severityOf(code, entry, resolved.policy), at, app, user, params: paramsOf(entry) },
      ];
    }),
    ...readings.flatMap((reading) => notRead(reading, resolved.policy.unlisted.position)),
  ];
}

/** `error`, as a breach of the policy, where it is sure that it stands and that the policy does not want it. */
function severityOf(
  code: StandingCode,
  { kind }: StandingAccess,
  { mode, unlisted, identityProviders }: Basis["resolved"]["policy"],
): StandingFinding["severity"] {
  if (mode.value === "report" || !SURE.has(kind) || code === "standing-access-untold") return "warning";
  const ofUnlisted = kind === "single-sign-on" ? identityProviders?.unlisted : unlisted;
  return code === "standing-access-unlisted" && ofUnlisted?.value === "report" ? "warning" : "error";
}

/** Nothing in it changes from day to day: findings are compared with those of before. */
function paramsOf({ kind, app, name, couldBe, through, knownBy }: StandingAccess): StandingFinding["params"] {
  return {
    ...(app === null && name !== null ? { app: name } : {}),
    by: KIND_WORDS[kind].by,
    ...(through.length === 0 ? {} : { for: through.join(", ") }),
    ...(couldBe.length === 0 ? {} : { "could be": couldBe.join(" ") }),
    "known by": knownBy.map((source) => SOURCE_WORDS[source].name).join(", "),
  };
}

function notRead({ source, state, salesforceCode, since }: StandingReading, at: Position): StandingFinding[] {
  if (state === "read") return [];
  const { name, toRead } = SOURCE_WORDS[source];
  const params = {
    where: name,
    ...(salesforceCode === null ? {} : { code: salesforceCode }),
    ...(state === "part"
      ? { read: since === null ? "in part" : `back to ${dayOf(since)}` }
      : { "to read it": toRead }),
  };
  return [{ code: "standing-access-not-read", severity: "warning", at, app: null, user: null, params }];
}
