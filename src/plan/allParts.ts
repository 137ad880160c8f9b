import { unlistedVerdicts } from "../decide/listing.ts";
import type { App, Inventory } from "../inventory/inventory.ts";
import type { Position } from "../policy/policy.ts";
import type { ResolvedPolicy } from "../resolve/resolved.ts";
import { refText } from "../salesforce/id.ts";

import type { Evaluation } from "./evaluate.ts";
import { appPart, canonicalOrder, grantPart, placePart } from "./parts.ts";
import type { PlanFile } from "./planSchema.ts";

/** A grant counts as idle after this many days where the policy does not say. */
export const IDLE_DAYS = 90;

/** What a plan file holds beside its counts where all was asked for: every grant, app, connected user and exemption. */
export function allParts(
  evaluation: Evaluation,
  labels: ReadonlyMap<string, string>,
): Required<Pick<PlanFile, "rows" | "apps" | "users" | "exemptions" | "highPrivilege">> {
  const { inventory, resolved, decisions } = evaluation;
  return {
    rows: canonicalOrder(
      decisions.map(({ grant, action, code, heldBackBy, at }) => ({
        user: { id: grant.userId, username: inventory.users.get(grant.userId)?.username ?? null },
        app: appPart(grant.app, labels),
        ...grantPart(grant),
        action,
        code,
        held: heldBackBy,
        policy: placePart(at),
      })),
    ),
    apps: canonicalOrder(
      inventory.apps.map((app) => ({ ...appPart(app, labels), ...standingOf(app, resolved) })),
    ),
    users: canonicalOrder(connectedUsers(inventory, resolved)),
    highPrivilege: privilegePart(resolved),
    exemptions: canonicalOrder(
      resolved.policy.exemptions.map(({ app, user, reason, owner, expires, position }) => ({
        app: app === null ? null : refText(app.value),
        user: user?.value ?? null,
        reason,
        owner,
        expires: expires.value,
        policy: placePart(position),
      })),
    ),
  };
}

function privilegePart({ highPrivilege }: ResolvedPolicy): NonNullable<PlanFile["highPrivilege"]> | null {
  if (highPrivilege === null) return null;
  const { permissions, profiles, permissionSets, position } = highPrivilege.entry;
  return {
    through: [
      ...permissions.map(({ value }) => `the permission ${value}`),
      ...profiles.map(({ value }) => `the profile ${value}`),
      ...permissionSets.map(({ value }) => `the permission set ${value}`),
    ],
    policy: placePart(position),
  };
}

function standingOf(app: App, resolved: ResolvedPolicy) {
  const { policy, listedApps, deniedLike, protectedApps } = resolved;
  const found = listedApps.get(app.key);
  const said = found?.entry ?? deniedLike.get(app.key) ?? keptPlatformApp(app, resolved);
  const idle = (found?.entry.times ?? policy.defaults).maxIdleDays;
  const place: Position | undefined = protectedApps.get(app.key);
  const standing: NonNullable<PlanFile["apps"]>[number]["standing"] =
    place !== undefined
      ? "protected"
      : said === undefined
        ? "not-listed"
        : said.denied === null
          ? "sanctioned"
          : "denied";
  return {
    standing,
    weak: found?.weak ?? false,
    owner: said?.owner ?? null,
    reason: said?.reason ?? null,
    reviewBy: found?.entry.reviewBy?.value ?? null,
    idleAfterDays: idle?.value ?? IDLE_DAYS,
    idleRule: idle === null ? null : placePart(idle.position),
    policy: placePart(place ?? said?.position ?? policy.unlisted.position),
  };
}

/** What stands for an entry where the policy keeps Salesforce's own apps. */
function keptPlatformApp({ key }: App, resolved: ResolvedPolicy) {
  const { action, at } = unlistedVerdicts(resolved)(key);
  if (action !== "keep") return;
  return { denied: null, owner: null, reason: "Salesforce's own (platformApps: keep)", position: at };
}

function connectedUsers({ grants, users, profiles }: Inventory, { highPrivilege }: ResolvedPolicy) {
  const profileNames = new Map(profiles.map(({ id, name }) => [id, name]));
  return [...new Set(grants.map(({ userId }) => userId))].map((id) => {
    const user = users.get(id);
    return {
      id,
      username: user?.username ?? null,
      name: user?.name ?? null,
      isActive: user?.isActive ?? null,
      isFrozen: user?.isFrozen ?? null,
      profile: user?.profileName ?? profileNames.get(user?.profileId ?? "") ?? null,
      privilege: highPrivilege?.holders.get(id) ?? null,
    };
  });
}
