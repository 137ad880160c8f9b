import type { Trends } from "../../../fleet/history/trends.ts";
import type { FleetRun, OrgResult } from "../../../fleet/runSchema.ts";
import type { FullPlan } from "../../../plan/planSchema.ts";
import { type OrgApp, orgApps } from "../acrossOrgs.ts";
import { type OrgUser, orgUsers } from "../usersAcross.ts";

/** What a page on a fleet is made of: of each org what the page shows, and not its grants. Names in it are untrusted text. */
export interface FleetPage {
  readonly run: FleetRun;
  /** In the order of the fleet. */
  readonly apps: readonly OrgApp[];
  readonly users: readonly OrgUser[];
  /** Null where no history is kept. */
  readonly history: PageHistory | null;
  /** Where the page of an org is, relative to this one; null for an org that has none. */
  readonly pageOf: (org: OrgResult) => string | null;
}

/** The trends of the fleet since the first run that was kept. */
export interface PageHistory {
  readonly file: string;
  readonly runs: number;
  /** Entries that could not be read. */
  readonly leftAside: number;
  readonly trends: Trends;
}

/** Gathers what the page shows from plans as they come, so that none has to be kept. */
export class FleetGatherer {
  readonly #apps = new Map<string, OrgApp[]>();
  readonly #users = new Map<string, OrgUser[]>();

  add(org: string, plan: FullPlan): void {
    this.#apps.set(org, orgApps(org, plan));
    this.#users.set(org, orgUsers(org, plan));
  }

  /** What was gathered, in the order of the run: orgs are judged in no order of their own. */
  of({ orgs }: FleetRun): Pick<FleetPage, "apps" | "users"> {
    return {
      apps: orgs.flatMap(({ name }) => this.#apps.get(name) ?? []),
      users: orgs.flatMap(({ name }) => this.#users.get(name) ?? []),
    };
  }
}
