import { safeJson } from "../../safeJson.ts";
import { NO_TERMINAL, type Terminal } from "../render/terminal.ts";
import { appsAcross, appsOf } from "./acrossOrgs.ts";
import { fleetCsv, fleetGrantsCsv } from "./fleetCsv.ts";
import { fleetMarkdown } from "./fleetMarkdown.ts";
import type { FleetPlans } from "./fleetPlans.ts";
import { fleetSarif } from "./fleetSarif.ts";
import { fleetText } from "./fleetText.ts";

/** What a format may need to know beside the run and its plans. */
export interface FleetSurroundings {
  /** Of this tool. */
  readonly version: string;
  readonly terminal: Terminal;
  /** Whether a format that can has a row for each grant, not for each org and app. */
  readonly all: boolean;
}

/** Every format of a report on a fleet, by the name that `--format` takes. */
const FORMATS = {
  text: (plans, { terminal }) => fleetText(plans.run, terminal, appsOf(plans)),
  markdown: fleetMarkdown,
  json: fleetJson,
  csv: (plans, { all }) => (all ? fleetGrantsCsv(plans) : fleetCsv(plans)),
  sarif: (plans, { version }) => fleetSarif(plans, version),
} satisfies Record<string, (plans: FleetPlans, surroundings: FleetSurroundings) => string>;

export type FleetReportFormat = keyof typeof FORMATS;

export const FLEET_REPORT_FORMATS = Object.keys(FORMATS) as FleetReportFormat[];

/** A report on a fleet in a format. Pure. */
export function renderFleet(
  plans: FleetPlans,
  format: FleetReportFormat,
  {
    version,
    terminal = NO_TERMINAL,
    all = false,
  }: Partial<FleetSurroundings> & Pick<FleetSurroundings, "version">,
): string {
  return FORMATS[format](plans, { version, terminal, all });
}

/** The run as it is, with the apps across orgs. */
function fleetJson(plans: FleetPlans): string {
  return safeJson({
    version: 1,
    kind: "sanctioned-fleet-report",
    run: plans.run,
    apps: appsAcross(appsOf(plans)),
  });
}
