import { appText } from "../../plan/parts.ts";
import type { FullPlan } from "../../plan/planSchema.ts";
import { type AppsOfName, appsByName } from "../appsByName.ts";
import { type AppRow, orgView, type Standing } from "../org/orgView.ts";
import { type FleetPlans, judgedOrgs } from "./fleetPlans.ts";

/** An app that holds grants in one org of a fleet. */
export interface OrgApp extends AppRow {
  /** What the org is called in the fleet. */
  readonly org: string;
  /** The name alone, where `name` is a label that says more. Untrusted text. */
  readonly bareName: string;
}

/** The apps of one name that hold grants in the orgs of a fleet. */
export interface AppAcross extends Omit<AppsOfName<OrgApp>, "apps"> {
  readonly toRevoke: number;
  readonly idle: number;
  /** What the orgs' policies make of it. */
  readonly standings: readonly Standing[];
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
  return appsByName(apps, ({ bareName }) => bareName).map(
    ({ apps: some, firstGranted, lastUsed, ...together }) => ({
      across: {
        ...together,
        toRevoke: some.reduce((sum, { toRevoke }) => sum + toRevoke, 0),
        idle: some.reduce((sum, { idle }) => sum + idle, 0),
        standings: [...new Set(some.map(({ standing }) => standing))].sort(),
        firstGranted,
        lastUsed,
      },
      apps: some,
    }),
  );
}

/** The same, without the apps of each org. Pure. */
export function appsAcross(apps: readonly OrgApp[]): AppAcross[] {
  return appGroups(apps).map(({ across }) => across);
}
