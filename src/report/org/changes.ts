import { appKey, appText } from "../../plan/parts.ts";
import { compareText } from "../../text.ts";
import { days } from "../../time.ts";

import type { Changes, Connection, FullPlan } from "./orgReport.ts";
import { type GrantRow, type OrgView, orgView } from "./orgView.ts";

/** What is new since an earlier report of the same org. Pure. */
export function changesSince(earlier: FullPlan, plan: FullPlan, view: OrgView): Changes {
  const before = keyed(earlier, orgView({ plan: earlier }));
  const now = keyed(plan, view);
  const those = (
    rows: ReadonlyMap<string, GrantRow>,
    fits: (row: GrantRow, other: GrantRow | undefined) => boolean,
    others: ReadonlyMap<string, GrantRow>,
  ) => connections([...rows].flatMap(([key, row]) => (fits(row, others.get(key)) ? row : [])));
  const appsBefore = new Set(earlier.rows.map(({ app }) => appKey(app)));
  const usersBefore = new Set(earlier.rows.map(({ user }) => user.id));
  return {
    newApps: names(plan.rows.flatMap(({ app }) => (appsBefore.has(appKey(app)) ? [] : appText(app)))),
    newUsers: names(
      plan.rows.flatMap(({ user }) => (usersBefore.has(user.id) ? [] : (user.username ?? user.id))),
    ),
    newGrants: those(now, (_, old) => old === undefined, before),
    goneGrants: those(before, (_, still) => still === undefined, now),
    newlyIdle: those(now, ({ use }, old) => use === "idle" && old?.use !== "idle", before),
    newlyExempt: those(now, ({ code }, old) => code === "exempt" && old?.code !== "exempt", before),
  };
}

/** What the dates of the grants tell of the time since. Pure. @param since milliseconds since the epoch */
export function changesByDate(since: number, plan: FullPlan, view: OrgView): Changes {
  const isNew = ({ granted }: GrantRow) => granted !== null && Date.parse(granted) >= since;
  const asOf = Date.parse(plan.asOf);
  const idleAfter = new Map(plan.apps.map((app) => [appText(app), app.idleAfterDays]));
  const becameIdle = ({ lastUsed, use, app }: GrantRow) => {
    const idleAfterDays = idleAfter.get(app);
    return (
      use === "idle" &&
      lastUsed !== null &&
      idleAfterDays !== undefined &&
      Date.parse(lastUsed) + days(idleAfterDays) >= since
    );
  };
  const allNew = (keyOf: (row: GrantRow) => string) =>
    [...Map.groupBy(view.grants, keyOf).values()].flatMap((rows) => (rows.every(isNew) ? rows : []));
  return {
    newApps: names(allNew(({ app }) => app).map(({ app }) => app)),
    newUsers: names(allNew(({ username }) => username).map(({ username }) => username)),
    newGrants: connections(view.grants.filter(isNew)),
    goneGrants: null,
    newlyIdle: asOf < since ? [] : connections(view.grants.filter(becameIdle)),
    newlyExempt: null,
  };
}

/** Grants by what they are of: a user can hold several for one app, told apart by when they were made. */
function keyed(plan: FullPlan, view: OrgView): Map<string, GrantRow> {
  const rows = new Map<string, GrantRow>();
  plan.rows.forEach(({ user, app, granted }, i) => {
    const key = JSON.stringify([user.id, appKey(app), granted]);
    for (let n = 0; ; n++) {
      if (rows.has(`${key} ${n}`)) continue; // two that nothing tells apart
      rows.set(`${key} ${n}`, view.grants[i]!);
      return;
    }
  });
  return rows;
}

/** In canonical order, each once. */
function names(some: readonly string[]): string[] {
  return [...new Set(some)].sort();
}

function connections(rows: readonly GrantRow[]): Connection[] {
  const unique = new Map(
    rows.map(({ username, app }) => [JSON.stringify([app, username]), { user: username, app }]),
  );
  return [...unique].sort(([a], [b]) => compareText(a, b)).map(([, connection]) => connection);
}
