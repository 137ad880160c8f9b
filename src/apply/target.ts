import { takeOne } from "../collections.ts";
import type { PlannedRevocation } from "../plan/plan.ts";
import { applyErrors } from "./errors.ts";

/** When a grant was given, in milliseconds since the epoch; null where the org does not say. */
export type Granted = number | null;

/** One call that would revoke something, and when what it revokes was granted. */
export type Target =
  | {
      readonly through: "delete-token";
      /** Null where the org hands out none. A capability: kept in memory for the call alone. */
      readonly token: string | null;
      readonly granted: readonly Granted[];
    }
  | {
      readonly through: "usage";
      /** Below `/services/data/vNN.0`. */
      readonly path: string;
      readonly granted: readonly Granted[];
    }
  | LinkTarget<readonly Granted[]>;

/** A link to an identity provider; its path below `/services/data/vNN.0` is null where the org gives it no id. */
interface LinkTarget<When> {
  readonly through: "account-link";
  readonly path: string | null;
  readonly granted: When;
}

/** A grant that the org has at this moment, and how it can be revoked. */
export type LiveGrant =
  | { readonly through: "delete-token"; readonly token: string | null; readonly granted: Granted }
  | {
      readonly through: "usage";
      /** Of this one alone; null where the org names no such way. */
      readonly path: string | null;
      /** Of all that the usage has of the user and the app. */
      readonly pathOfAll: string;
      readonly granted: Granted;
    }
  | LinkTarget<Granted>;

/** What is to be called for, of what the org has of one planned revocation at this moment. */
export type Chosen =
  | {
      readonly kind: "chosen";
      readonly targets: readonly Target[];
      /** Of the grants that were approved, how many are not there. */
      readonly missing: number;
      /** Grants that were given since the plan and are left alone. */
      readonly strangers: readonly Granted[];
    }
  /** Not to be revoked: it could hit a grant that was not approved. */
  | { readonly kind: "refused"; readonly reason: string };

/**
 * What of the live grants of a user and an app the approval covers: all of them where this user is to lose this app, or
 * else the very ones that were planned, one to one by the time of granting. Where more is live at one time than planned,
 * nothing tells them apart. Pure.
 */
export function choose(revocation: PlannedRevocation, live: readonly LiveGrant[]): Chosen {
  if (revocation.covers === "pair")
    return { kind: "chosen", targets: targetsOf(live, true), missing: 0, strangers: [] };
  const wanted = Map.groupBy(revocation.grants, ({ createdAt }) => createdAt);
  const found = Map.groupBy(live, ({ granted }) => granted);
  const chosen: LiveGrant[] = [];
  for (const [time, { length }] of wanted) {
    const some = found.get(time) ?? [];
    if (some.length > length)
      return {
        kind: "refused",
        reason: `${some.length} grants were given at ${time === null ? "an unknown time" : isoOf(time)}, ${length} of them planned, and nothing tells them apart; plan again`,
      };
    chosen.push(...some);
  }
  return {
    kind: "chosen",
    targets: targetsOf(chosen, chosen.length === live.length && chosen.some(hasNoPath)),
    missing: revocation.grants.length - chosen.length,
    strangers: strangersOf(revocation, live),
  };
}

function hasNoPath(live: LiveGrant): boolean {
  return live.through === "usage" && live.path === null;
}

/** When the live grants were given that are neither planned nor known from the plan to be kept. */
export function strangersOf(
  { grants, others }: Pick<PlannedRevocation, "grants" | "others">,
  live: readonly LiveGrant[],
): Granted[] {
  const planned = new Set(grants.map(({ createdAt }) => createdAt));
  const unplanned = live.map(({ granted }) => granted).filter((time) => !planned.has(time));
  return without(unplanned, others);
}

/** Those of some times that are not among others, each of these taken once. */
export function without(some: readonly Granted[], others: readonly Granted[]): Granted[] {
  const left = [...others];
  return some.filter((time) => !takeOne(left, time));
}

/** A time as records and messages have it. */
export function isoOf(time: number): string {
  return new Date(time).toISOString();
}

/**
 * A call for each grant, but one for all that only the usage shows, where that is more than one and whatever it has may go.
 * @param all whether whatever is live may go @throws RemoteError where the org names no way to revoke one token alone
 */
function targetsOf(live: readonly LiveGrant[], all: boolean): Target[] {
  const usage = live.filter((one) => one.through === "usage");
  const [first] = usage;
  const targets = live
    .filter((one) => one.through !== "usage")
    .map((one): Target => ({ ...one, granted: [one.granted] }));
  if (first === undefined) return targets;
  if (all)
    return [
      ...targets,
      { through: "usage", path: first.pathOfAll, granted: usage.map(({ granted }) => granted) },
    ];
  for (const { path, granted } of usage) {
    if (path === null) throw applyErrors["usage-without-revocation"]();
    targets.push({ through: "usage", path, granted: [granted] });
  }
  return targets;
}
