import { meaningOf } from "../decide/codes.ts";
import { coverFinder } from "../decide/covered.ts";
import { expiringFrom, findingText } from "../decide/findings.ts";
import type { App, Grant, User } from "../inventory/inventory.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { appLabels } from "../plan/label.ts";
import { amount } from "../text.ts";
import { endOf, parseDay } from "../time.ts";
import { type Condition, conditionKey } from "./event.ts";

/** What holds in an org that people are to be told of. Pure, and in no order that matters. */
export function conditionsOf(evaluation: Evaluation): Condition[] {
  return [
    ...highPrivilege(evaluation),
    ...unlistedApps(evaluation),
    ...deactivated(evaluation),
    ...exemptions(evaluation),
  ];
}

/** A user of high privilege holds grants for an app: one condition for each pair, however many grants. */
function highPrivilege({ resolved, inventory }: Evaluation): Condition[] {
  if (resolved.highPrivilege === null) return [];
  const { holders, exceptions } = resolved.highPrivilege;
  const excepted = coverFinder(exceptions);
  const labels = appLabels(inventory);
  const pairs = Map.groupBy(
    inventory.grants.filter(
      ({ userId, app }) =>
        holders.has(userId) && userId !== inventory.caller.userId && excepted(userId, app.key) === undefined,
    ),
    ({ userId, app }) => JSON.stringify([userId, app.key]),
  );
  return [...pairs.values()].map((grants): Condition => {
    const { userId, app } = grants[0]!;
    const user = userPart(userId, inventory.users.get(userId));
    const through = holders.get(userId)!;
    return {
      key: conditionKey("high-privilege-grant", userId, app.key),
      kind: "high-privilege-grant",
      severity: "warning",
      since: earliest(grants),
      text: `${user.username ?? user.id} has authorized ${labels.get(app.key)}, and has high privilege through ${through}`,
      app: appPart(app),
      user,
      details: { through },
    };
  });
}

function unlistedApps({ resolved, inventory }: Evaluation): Condition[] {
  const labels = appLabels(inventory);
  const unlisted = Map.groupBy(
    inventory.grants.filter(
      ({ app }) => !resolved.listedApps.has(app.key) && !resolved.protectedApps.has(app.key),
    ),
    ({ app }) => app.key,
  );
  return [...unlisted].map(([key, grants]): Condition => {
    const { app, userId } = grants[0]!;
    const users = new Set(grants.map((grant) => grant.userId)).size;
    const first = inventory.users.get(userId)?.username ?? userId;
    const why = resolved.doubts.has(key)
      ? "the org does not say which app it is"
      : "the policy does not list it";
    return {
      key: conditionKey("unlisted-app", key),
      kind: "unlisted-app",
      severity: "warning",
      since: earliest(grants),
      text: `${labels.get(key)} holds grants of ${users === 1 ? first : amount(users, "user")}, and ${why}`,
      app: appPart(app),
      user: users === 1 ? userPart(userId, inventory.users.get(userId)) : null,
      details: { users: String(users), grants: String(grants.length) },
    };
  });
}

/** A user who is not active or frozen, or whom the policy calls offboarded, and who still holds grants. */
function deactivated({ resolved, inventory }: Evaluation): Condition[] {
  const held = Map.groupBy(inventory.grants, ({ userId }) => userId);
  const labels = appLabels(inventory);
  return [...held].flatMap(([userId, grants]): Condition | [] => {
    const person = resolved.people.get(userId);
    if (person === undefined) return [];
    const code =
      person.offboarded !== null
        ? "user-offboarded"
        : !person.isActive
          ? "user-inactive"
          : person.isFrozen
            ? "user-frozen"
            : null;
    if (code === null) return [];
    const apps = [...new Set(grants.map(({ app }) => labels.get(app.key)!))].sort();
    return {
      key: conditionKey("user-deactivated", userId, code),
      kind: "user-deactivated",
      severity: "warning",
      since: null,
      text: `${person.username} (${meaningOf(code)}) holds ${amount(grants.length, "grant")} of ${apps.join(", ")}`,
      app: null,
      user: userPart(userId, person),
      details: { code, grants: String(grants.length) },
    };
  });
}

function exemptions({ findings }: Evaluation): Condition[] {
  return findings.flatMap((finding): Condition | [] => {
    const { code, app, user, params } = finding;
    if (code !== "exemption-expiring" && code !== "exemption-expired") return [];
    return {
      key: conditionKey(code, app?.key ?? null, user, params.until ?? null),
      kind: code,
      severity: "warning",
      since: beganAt(code, params.until),
      text: findingText(finding),
      app: app === null ? null : appPart(app),
      user: null,
      details: { ...params, ...(user === null ? {} : { user }) },
    };
  });
}

/** An exemption ends with its last day, and is about to two weeks before. */
function beganAt(code: "exemption-expiring" | "exemption-expired", until: string | undefined): number | null {
  if (until === undefined) return null;
  const day = parseDay(until)!;
  return code === "exemption-expired" ? endOf(day) : expiringFrom(day);
}

function earliest(grants: readonly Grant[]): number | null {
  const times = grants.flatMap(({ createdAt }) => createdAt ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

function appPart({ id, name }: App): NonNullable<Condition["app"]> {
  return { id, name };
}

function userPart(id: string, user: User | undefined): NonNullable<Condition["user"]> {
  return { id, username: user?.username ?? null };
}
