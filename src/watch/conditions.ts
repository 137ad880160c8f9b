import { isAccountLink } from "../accountLink.ts";
import { meaningOf } from "../decide/codes.ts";
import { coverFinder } from "../decide/covered.ts";
import type { Decision } from "../decide/decide.ts";
import { expiringFrom, findingText } from "../decide/findings.ts";
import type { App, Grant, User } from "../inventory/inventory.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { appLabels } from "../plan/label.ts";
import { amount, firstFew } from "../text.ts";
import { endOf, parseDay } from "../time.ts";
import { type Condition, conditionKey, OF_NO_GRANT } from "./condition.ts";

const NOTHING_SETTLED: ReadonlySet<Grant> = new Set();

/**
 * What holds in an org that people are to be told of, each grant in one condition at most beside those of its user. Pure, and in no order
 * that matters.
 * @param settled grants of the evaluation that are revoked meanwhile: nobody need be told of them
 */
export function conditionsOf(
  evaluation: Evaluation,
  settled: ReadonlySet<Grant> = NOTHING_SETTLED,
): Condition[] {
  const open = evaluation.decisions.filter(({ grant }) => !settled.has(grant));
  return [
    ...ofGrants(evaluation, open),
    ...deactivated(
      evaluation,
      open.map(({ grant }) => grant),
    ),
    ...exemptions(evaluation),
  ];
}

/** What the policy has against an app. */
type Trouble = "not-listed" | "not-proven" | "untold" | "denied";
const TROUBLES = {
  "not-listed": "the policy does not list it",
  "not-proven":
    "the policy does not list it; it is called as one of Salesforce's own apps, and nothing proves that it is",
  untold: "the org does not say which app it is",
  denied: "the policy denies it",
} as const satisfies Record<Trouble, string>;
/** The same within a sentence about its user. */
const WHICH = {
  "not-listed": "which the policy does not list",
  "not-proven":
    "which the policy does not list and nothing proves to be Salesforce's own, though it is called so",
  untold: "of which the org does not say which app it is",
  denied: "which the policy denies",
} as const satisfies Record<Trouble, string>;

/**
 * A user's grants for an app that have to be reported: one condition for each pair, however many grants, and one more for grants that the
 * policy is against and that came beside grants of a baseline, so that what is new stands out.
 */
function ofGrants(evaluation: Evaluation, open: readonly Decision[]): Condition[] {
  const { resolved, inventory } = evaluation;
  const { holders, exceptions } = resolved.highPrivilege ?? { holders: null, exceptions: [] };
  const excepted = coverFinder(exceptions);
  const labels = appLabels(inventory);
  // A look is each minute, and of most users there is nothing to tell: theirs are not put together.
  const told = new Set(
    open.flatMap(({ action, grant: { userId } }) =>
      action !== "keep" || holders?.has(userId) === true ? userId : [],
    ),
  );
  const pairs = Map.groupBy(
    open.filter(({ grant }) => told.has(grant.userId)),
    ({ grant }) => JSON.stringify([grant.userId, grant.app.key]),
  );
  return [...pairs.values()].flatMap(besideKnown).flatMap(({ decisions, isBeside }): Condition | [] => {
    const { userId, app } = decisions[0]!.grant;
    if (userId === inventory.caller.userId) return [];
    const holds = holders?.get(userId) ?? null;
    const through = excepted(userId, app.key) === undefined ? holds : null;
    const trouble = troubleOf(evaluation, app, decisions);
    if (through === null && trouble === null) return [];
    const label = labels.get(app.key)!;
    const condition = conditionOf({ evaluation, decisions, label, through, trouble });
    if (!isBeside) return condition;
    return { ...condition, key: conditionKey(condition.kind, condition.key, "beside known"), olderKey: null };
  });
}

/** A pair's grants, and apart from them those against which the policy has something though a baseline knows others of the pair. */
function besideKnown(pair: readonly Decision[]): { decisions: readonly Decision[]; isBeside: boolean }[] {
  const isNew = ({ action, heldBackBy }: Decision) => action !== "keep" && heldBackBy !== "baseline";
  const beside = pair.some(({ heldBackBy }) => heldBackBy === "baseline") ? pair.filter(isNew) : [];
  if (beside.length === 0) return [{ decisions: pair, isBeside: false }];
  return [
    { decisions: pair.filter((one) => !isNew(one)), isBeside: false },
    { decisions: beside, isBeside: true },
  ];
}

/** What is to be told of a user's grants for an app. */
interface Pair {
  readonly evaluation: Evaluation;
  /** At least one. */
  readonly decisions: readonly Decision[];
  /** The app's. */
  readonly label: string;
  /** What gives the user high privilege; null for nothing. */
  readonly through: string | null;
  readonly trouble: Trouble | null;
}

function conditionOf({ evaluation, decisions, label, through, trouble }: Pair): Condition {
  const { resolved, inventory } = evaluation;
  const { grant } = decisions[0]!;
  const { userId, app } = grant;
  const user = userPart(userId, inventory.users.get(userId));
  const who = user.username ?? user.id;
  const since = earliest(decisions.map((decision) => decision.grant));
  return {
    ...(through === null
      ? {
          ...kindOf(trouble!, app, userId),
          text: `${label} holds grants of ${who}, and ${TROUBLES[trouble!]}`,
        }
      : {
          ...privilegedKind(trouble, app, userId),
          text: `${who} has authorized ${label}${trouble === null ? "" : `, ${WHICH[trouble]}`}, and has high privilege through ${through}`,
        }),
    since,
    app: appPart(app),
    user,
    grantedAt: timeText(since),
    may: mayDo(evaluation, grant, through),
    owner: resolved.listedApps.get(app.key)?.entry.owner ?? null,
    details: {
      ...(through === null ? {} : { through }),
      ...(trouble === null ? {} : { why: trouble }),
      ...(label === app.name ? {} : { label }),
      grants: String(decisions.length),
    },
  };
}

/** Null for a pair of which every grant is one that the policy keeps, or says nothing of. */
function troubleOf({ resolved }: Evaluation, app: App, decisions: readonly Decision[]): Trouble | null {
  const against = decisions.filter(({ action, code }) => action !== "keep" && code !== "link-not-judged");
  if (against.length === 0) return null;
  const { key } = app;
  const doubt = resolved.doubts.get(key);
  if (doubt !== undefined) return doubt.denied === null && doubt.deniedLike === null ? "untold" : "denied";
  const listed = resolved.listedApps.get(key);
  if (listed !== undefined) return listed.entry.denied ? "denied" : null;
  if (resolved.protectedApps.has(key)) return null;
  if (resolved.deniedLike.has(key)) return "denied";
  return resolved.platformApps.get(key) === "named" ? "not-proven" : "not-listed";
}

function kindOf(
  trouble: Trouble,
  { key }: App,
  userId: Grant["userId"],
): Pick<Condition, "key" | "olderKey" | "kind" | "severity"> {
  const kind = trouble === "denied" ? "denied-app" : "unlisted-app";
  return {
    key: conditionKey(kind, key, userId),
    // It was told of once for each app.
    olderKey: conditionKey("unlisted-app", key),
    kind,
    severity: trouble === "denied" || trouble === "not-proven" ? "error" : "warning",
  };
}

/** An app that the policy comes not to want is told of again: it was no such danger before. */
function privilegedKind(
  trouble: Trouble | null,
  { key }: App,
  userId: Grant["userId"],
): Pick<Condition, "key" | "olderKey" | "kind" | "severity"> {
  const kind = "high-privilege-grant";
  return {
    // What is only called as Salesforce's own is not listed either.
    key: conditionKey(
      kind,
      userId,
      key,
      ...(trouble === null ? [] : [trouble === "not-proven" ? "not-listed" : trouble]),
    ),
    olderKey: null,
    kind,
    severity: trouble === null ? "warning" : "critical",
  };
}

/** What an app may do with a grant, as far as the org says it. */
function mayDo({ inventory }: Evaluation, grant: Grant, through: string | null): string[] {
  const user = inventory.users.get(grant.userId);
  const who = user?.username ?? grant.userId;
  if (isAccountLink(grant)) return [`who has the account there can log in as ${who}`];
  const profile = user?.profileName ?? null;
  const as = `acts as ${who}${profile === null ? "" : ` (profile ${profile})`}`;
  const scopes = inventory.directory.appSettings.get(grant.app.key)?.scopes ?? null;
  return [
    through === null ? as : `${as}, with ${through}`,
    scopes === null
      ? "its OAuth scopes were not read; Setup shows them where the app is installed"
      : `may ask for the OAuth scopes ${scopes.length === 0 ? "none" : scopes.join(", ")}`,
  ];
}

/** Users of an app in one message, where they come together. */
const MOST_ALONE = 3;

/**
 * The same, with what begins together of one app in one: a rollout to a hundred users is one message. What is critical stays alone. Pure.
 * @param begun what is told of in one round
 */
export function together(begun: readonly Condition[]): Condition[] {
  const byApp = Map.groupBy(begun, ({ kind, app, severity, user, details, key }) =>
    (kind === "unlisted-app" || kind === "denied-app") && severity !== "critical" && user !== null
      ? JSON.stringify([kind, app, details.label ?? null, severity]) // a label is of one app, a name is not
      : key,
  );
  return [...byApp.values()].flatMap((some) => (some.length <= MOST_ALONE ? some : asOne(some)));
}

function asOne(some: readonly Condition[]): Condition {
  const [first] = some as [Condition];
  const names = some.flatMap(({ user }) => user?.username ?? user?.id ?? []).sort();
  const trouble = TROUBLES[first.details.why as Trouble];
  const times = some.flatMap(({ since }) => since ?? []);
  const since = times.length === 0 ? null : Math.min(...times);
  const grants = some.reduce((sum, { details }) => sum + Number(details.grants), 0);
  return {
    ...first,
    key: conditionKey(first.kind, ...some.map(({ key }) => key).sort()),
    olderKey: null,
    since,
    text: `${first.details.label ?? first.app!.name} holds grants of ${amount(names.length, "user")} that were not reported before (${firstFew(names)}), and ${trouble}`,
    user: null,
    grantedAt: timeText(since),
    may: first.may.slice(1),
    details: { ...first.details, users: String(names.length), grants: String(grants) },
  };
}

/** A user who is not active or frozen, or whom the policy calls offboarded, and who still holds grants. */
function deactivated({ resolved, inventory }: Evaluation, open: readonly Grant[]): Condition[] {
  const held = Map.groupBy(open, ({ userId }) => userId);
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
      ...OF_NO_GRANT,
      key: conditionKey("user-deactivated", userId, code),
      kind: "user-deactivated",
      severity: "warning",
      text: `${person.username} (${meaningOf(code)}) holds ${amount(grants.length, "grant")} of ${apps.join(", ")}`,
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
      ...OF_NO_GRANT,
      key: conditionKey(code, app?.key ?? null, user, params.until ?? null),
      kind: code,
      severity: "warning",
      since: beganAt(code, params.until),
      text: findingText(finding),
      app: app === null ? null : appPart(app),
      owner: params.owner ?? null,
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

function timeText(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

function appPart({ id, name }: App): NonNullable<Condition["app"]> {
  return { id, name };
}

function userPart(id: string, user: User | undefined): NonNullable<Condition["user"]> {
  return { id, username: user?.username ?? null };
}
