import { appKey, appText } from "../../plan/parts.ts";
import { placeText } from "../../policy/policy.ts";
import { type SetupLinks, setupLinks } from "../../setupLinks.ts";
import { compareText } from "../../text.ts";
import { isLongerAgo } from "../../time.ts";
import { isIdleSaid, type Measures, measuresOf } from "./measures.ts";
import type { FullPlan, OrgReport } from "./orgReport.ts";

export type Standing = FullPlan["apps"][number]["standing"];
export type Use = "active" | "idle" | "unknown";

/** One app that holds grants, as a row. Times are ISO 8601 or null where the org gives none. */
export interface AppRow {
  readonly name: string;
  readonly id: string | null;
  readonly kind: FullPlan["apps"][number]["kind"];
  readonly standing: Standing;
  readonly owner: string | null;
  /** Why the policy has it. */
  readonly reason: string | null;
  readonly reviewBy: string | null;
  readonly users: number;
  readonly grants: number;
  readonly active: number;
  readonly idle: number;
  /** Grants of which the org gives no last use. */
  readonly unknownUse: number;
  /** Grants of users of high privilege; null where nobody was judged. */
  readonly privileged: number | null;
  readonly toRevoke: number;
  readonly firstGranted: string | null;
  readonly lastUsed: string | null;
  readonly useCount: number;
}

/** One grant, as a row. */
export interface GrantRow {
  /** In a report without users' names what stands for it. */
  readonly userId: string;
  readonly username: string;
  readonly name: string | null;
  readonly profile: string | null;
  /** Null where the org does not list the user. */
  readonly isActive: boolean | null;
  readonly isFrozen: boolean | null;
  /** What gives the user high privilege. */
  readonly privilege: string | null;
  readonly app: string;
  readonly appId: string | null;
  readonly appKind: AppRow["kind"];
  readonly standing: Standing;
  readonly granted: string | null;
  readonly lastUsed: string | null;
  readonly useCount: number | null;
  readonly use: Use;
  /** Days without a token after which the grant is idle, and whether the policy says so. */
  readonly idleAfterDays: number;
  readonly isIdleSaid: boolean;
  readonly action: "keep" | "report" | "revoke";
  readonly code: FullPlan["rows"][number]["code"];
  readonly held: FullPlan["rows"][number]["held"];
  /** As `policy/dieppe-trading.yaml:7`. */
  readonly policy: string;
}

/** A report as tables, ready to be shown. */
export interface OrgView {
  /** In the order of the plan's rows. What stands for an app is no other's. */
  readonly grants: readonly GrantRow[];
  /** Most grants first. */
  readonly apps: readonly AppRow[];
  /** Apps that the policy does not list, most grants first: somebody must decide. */
  readonly undecided: readonly AppRow[];
  /** Grants of users of high privilege, newest first. */
  readonly privileged: readonly GrantRow[];
  readonly measures: Measures;
  /** Where rows lead to in Setup; null where the org's address is none of Salesforce's. */
  readonly links: SetupLinks | null;
}

/** A report's tables. Pure. */
export function orgView({ plan }: Pick<OrgReport, "plan">): OrgView {
  const asOf = Date.parse(plan.asOf);
  const measures = measuresOf(plan);
  const users = new Map(plan.users.map((user) => [user.id, user]));
  const apps = new Map(plan.apps.map((app) => [appKey(app), app]));
  const grants = plan.rows.map((row): GrantRow => {
    const app = apps.get(appKey(row.app))!;
    const user = users.get(row.user.id)!;
    return {
      userId: user.id,
      username: user.username ?? user.id,
      name: user.name,
      profile: user.profile,
      isActive: user.isActive,
      isFrozen: user.isFrozen,
      privilege: user.privilege,
      app: appText(app),
      appId: app.id,
      appKind: app.kind,
      standing: app.standing,
      granted: row.granted,
      lastUsed: row.lastUsed,
      useCount: row.useCount,
      use: useOf(row.lastUsed, app.idleAfterDays, asOf),
      idleAfterDays: app.idleAfterDays,
      isIdleSaid: isIdleSaid(app),
      action: row.action,
      code: row.code,
      held: row.held,
      policy: placeText(row.policy),
    };
  });
  const byApp = Map.groupBy(plan.rows.keys(), (i) => appKey(plan.rows[i]!.app));
  const appRows = [...byApp].map(([key, indices]) =>
    appRow(
      apps.get(key)!,
      indices.map((i) => grants[i]!),
      new Set(indices.map((i) => plan.rows[i]!.user.id)).size,
      measures,
    ),
  );
  appRows.sort(
    (a, b) => b.grants - a.grants || compareText(a.name, b.name) || compareText(a.id ?? "", b.id ?? ""),
  );
  return {
    grants,
    apps: appRows,
    undecided: appRows.filter(({ standing }) => standing === "not-listed"),
    privileged: grants
      .filter(({ privilege }) => privilege !== null)
      .sort((a, b) => compareText(b.granted ?? "", a.granted ?? "")),
    measures,
    links: setupLinks(plan.org.instanceUrl),
  };
}

function appRow(
  app: FullPlan["apps"][number],
  grants: readonly GrantRow[],
  users: number,
  { privilege: judged }: Measures,
): AppRow {
  const count = (fits: (grant: GrantRow) => boolean) => grants.filter(fits).length;
  return {
    name: appText(app),
    id: app.id,
    kind: app.kind,
    standing: app.standing,
    owner: app.owner,
    reason: app.reason,
    reviewBy: app.reviewBy,
    users,
    grants: grants.length,
    active: count(({ use }) => use === "active"),
    idle: count(({ use }) => use === "idle"),
    unknownUse: count(({ use }) => use === "unknown"),
    privileged: judged.isJudged ? count(({ privilege }) => privilege !== null) : null,
    toRevoke: count(({ action }) => action === "revoke"),
    firstGranted: earliest(grants.map(({ granted }) => granted)),
    lastUsed: latest(grants.map(({ lastUsed }) => lastUsed)),
    useCount: grants.reduce((sum, { useCount }) => sum + (useCount ?? 0), 0),
  };
}

function earliest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
}

/** The last of instants in ISO 8601; null where none is known. */
export function latest(instants: readonly (string | null)[]): string | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}

function useOf(lastUsed: string | null, idleAfterDays: number, asOf: number): Use {
  if (lastUsed === null) return "unknown";
  return isLongerAgo(Date.parse(lastUsed), idleAfterDays, asOf) ? "idle" : "active";
}
