import { foldName } from "../../names.ts";
import { appText } from "../../plan/parts.ts";
import type { FullPlan } from "../../plan/planSchema.ts";
import { compareText } from "../../text.ts";
import { type AppRow, orgView, type Standing } from "../org/orgView.ts";
import { type FleetPlans, judgedOrgs } from "./fleetPlans.ts";

/** An app that holds grants in one org of a fleet. */
export interface OrgApp extends AppRow {
  /** What the org is called in the fleet. */
  readonly org: string;
  /** The name alone, where `name` is a label that says more. Untrusted text. */
  readonly bareName: string;
}

/** The apps of one name, in all orgs that have them: an app has another id in each. Times are ISO 8601; null where no org gives any. */
export interface AppAcross {
  /** As most of the grants have it. Untrusted text. */
  readonly name: string;
  /** In the order of the fleet. */
  readonly orgs: readonly string[];
  /** Users of each org, added up: somebody in two orgs is counted twice. */
  readonly users: number;
  readonly grants: number;
  readonly toRevoke: number;
  readonly idle: number;
  /** What the orgs' policies make of it. */
  readonly standings: readonly Standing[];
  readonly firstGranted: string | null;
  readonly lastUsed: string | null;
}

/** The apps that hold grants in an org, most grants first. Pure. */
export function orgApps(org: string, plan: FullPlan): OrgApp[] {
  const names = new Map(plan.apps.map((app) => [appText(app), app.name]));
  return orgView({ plan }).apps.map((app) => ({ org, bareName: names.get(app.name)!, ...app }));
}

/** The apps of one name, each in its org, with what they are together. */
export interface AppGroup {
  readonly across: AppAcross;
  /** In the order of the fleet. */
  readonly apps: readonly OrgApp[];
}

/** The apps of every org that was judged. Pure. */
export function appsOf(plans: FleetPlans): OrgApp[] {
  return [...judgedOrgs(plans)].flatMap(({ result, plan }) =>
    plan === null ? [] : orgApps(result.name, plan),
  );
}

/** Apps by name across orgs, those of most orgs first, then of most grants. Pure. @param apps by org, in the order of the fleet */
export function appGroups(apps: readonly OrgApp[]): AppGroup[] {
  // A provider and an app of its name are two things.
  const byName = Map.groupBy(apps, ({ bareName, kind }) =>
    JSON.stringify([kind === "identity-provider", foldName(bareName)]),
  );
  const groups = [...byName.values()].map((some) => ({ across: acrossOf(some), apps: some }));
  return groups.sort(
    ({ across: a }, { across: b }) =>
      b.orgs.length - a.orgs.length || b.grants - a.grants || compareText(a.name, b.name),
  );
}

/** The same, without the apps of each org. Pure. */
export function appsAcross(apps: readonly OrgApp[]): AppAcross[] {
  return appGroups(apps).map(({ across }) => across);
}

function acrossOf(apps: readonly OrgApp[]): AppAcross {
  const sum = (of: (app: OrgApp) => number) => apps.reduce((total, app) => total + of(app), 0);
  const [most] = apps.toSorted((a, b) => b.grants - a.grants || compareText(a.bareName, b.bareName));
  const granted = apps.flatMap(({ firstGranted }) => firstGranted ?? []).sort();
  const used = apps.flatMap(({ lastUsed }) => lastUsed ?? []).sort();
  return {
    name: most!.bareName,
    orgs: [...new Set(apps.map(({ org }) => org))],
    users: sum(({ users }) => users),
    grants: sum(({ grants }) => grants),
    toRevoke: sum(({ toRevoke }) => toRevoke),
    idle: sum(({ idle }) => idle),
    standings: [...new Set(apps.map(({ standing }) => standing))].sort(),
    firstGranted: granted[0] ?? null,
    lastUsed: used.at(-1) ?? null,
  };
}
