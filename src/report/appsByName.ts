import { foldName } from "../names.ts";
import { compareText } from "../text.ts";
import { latest } from "./org/orgView.ts";

/** An app in one org of a fleet. */
interface AppInOrg {
  /** What the org is called in the fleet. */
  readonly org: string;
  readonly kind: string;
  readonly users: number;
  readonly grants: number;
  /** ISO 8601; null where the org gives none. */
  readonly firstGranted: string | null;
  readonly lastUsed: string | null;
}

/** The apps of one name, in all orgs that have them: an app has another id in each. */
export interface AppsOfName<App> {
  /** As most of the grants have it. Untrusted text. */
  readonly name: string;
  /** In the order of the fleet, as the apps are. */
  readonly orgs: readonly string[];
  /** Users of each org, added up: somebody in two orgs is counted twice. */
  readonly users: number;
  readonly grants: number;
  readonly firstGranted: string | null;
  readonly lastUsed: string | null;
  readonly apps: readonly App[];
}

/** Apps by name across orgs, those of most orgs first, then of most grants. Pure. @param apps by org, in the order of the fleet */
export function appsByName<App extends AppInOrg>(
  apps: readonly App[],
  nameOf: (app: App) => string,
): AppsOfName<App>[] {
  // A provider and an app of its name are two things.
  const keyOf = (app: App) => JSON.stringify([app.kind === "identity-provider", foldName(nameOf(app))]);
  const groups = [...Map.groupBy(apps, keyOf).values()].map((some): AppsOfName<App> => {
    const [most] = some.toSorted((a, b) => b.grants - a.grants || compareText(nameOf(a), nameOf(b)));
    return {
      name: nameOf(most!),
      orgs: [...new Set(some.map(({ org }) => org))],
      users: some.reduce((sum, { users }) => sum + users, 0),
      grants: some.reduce((sum, { grants }) => sum + grants, 0),
      firstGranted: some.flatMap(({ firstGranted }) => firstGranted ?? []).sort()[0] ?? null,
      lastUsed: latest(some.map(({ lastUsed }) => lastUsed)),
      apps: some,
    };
  });
  return groups.sort(
    (a, b) => b.orgs.length - a.orgs.length || b.grants - a.grants || compareText(a.name, b.name),
  );
}
