import type { App } from "../inventory/inventory.ts";
import type { KnownGrant, Policy } from "../policy/policy.ts";
import type { UserId } from "../salesforce/id.ts";
import { endOf, type Instant, isOver } from "../time.ts";
import type { Lookup } from "./lookup.ts";
import type { Known } from "./resolved.ts";

interface Unfinished extends Known {
  readonly at: Set<Instant>;
  before: Instant | null;
}

/**
 * What the baseline knows of each user's grants for an app, by `knownKey`; nothing once it has expired. A user whom the org
 * does not have is a problem at its line, and so is what is nearly an app's name; an app that is gone is none.
 */
export function resolveBaseline(
  { baseline }: Policy,
  asOf: Instant,
  lookup: Lookup,
): ReadonlyMap<string, Known> {
  const known = new Map<string, Unfinished>();
  if (baseline === null || isOver(baseline.expires.value, asOf)) return known;
  const apps = new Map<string, App | null>();
  const users = new Map<string, UserId | null>();
  const appOf = ({ app }: KnownGrant) =>
    once(apps, JSON.stringify(app.value), () => lookup.appUnlessNear(app));
  const userOf = ({ user }: KnownGrant) => once(users, user.value.toLowerCase(), () => lookup.user(user));
  for (const one of baseline.grants) {
    const [app, userId] = [appOf(one), userOf(one)];
    if (app === null || userId === null) continue;
    const pair = once(
      known,
      knownKey(userId, app.key),
      (): Unfinished => ({
        at: new Set(),
        before: null,
      }),
    );
    if (one.granted !== null) pair.at.add(one.granted);
    // The schema's reader wants the day where a grant has no time.
    else pair.before = endOf(baseline.written!.value);
  }
  return known;
}

/** The key of a user's grants for an app. */
export function knownKey(userId: UserId, appKey: string): string {
  return `${userId} ${appKey}`;
}

/** What is kept under a key, made where there is nothing yet: whatever is wrong is said once. */
function once<T>(all: Map<string, T>, key: string, make: () => T): T {
  const found = all.get(key);
  if (found !== undefined) return found;
  const made = make();
  all.set(key, made);
  return made;
}
