import { existsSync } from "node:fs";
import path from "node:path";
import { trendsOf } from "../fleet/history/trends.ts";
import { readPlans } from "../fleet/plansFolder.ts";
import { readOrgs } from "../fleet/readOrgs.ts";
import type { FleetRun, OrgResult } from "../fleet/runSchema.ts";
import { judgedOrgs } from "../report/fleet/fleetPlans.ts";
import { fleetHtml } from "../report/fleet/html/fleetHtml.ts";
import { FleetGatherer, type PageHistory } from "../report/fleet/html/fleetPage.ts";
import { reportHtml } from "../report/html/reportHtml.ts";
import { buildReport } from "../report/org/buildReport.ts";
import type { FullPlan } from "../report/org/orgReport.ts";
import { NewFolder, refuseExisting, writeNewWhole } from "./files.ts";
import { planAsAsked, type SelectedFleet, throwUnexpected } from "./fleet.ts";
import { type HistoryOptions, historyAsked, type KeepRun } from "./fleetHistory.ts";
import type { PlansOptions } from "./fleetPlans.ts";
import { recordedIn } from "./recordFile.ts";

export interface HtmlOptions extends PlansOptions, HistoryOptions {
  readonly out?: string;
}

/** A report that is written, and what is left to be thrown. */
export interface WrittenReport {
  readonly run: FleetRun;
  /** @throws what nobody expected of an org */
  readonly finish: () => void;
}

/** The pages of orgs stand in a folder of their own, since an org may be called `index`. */
const pageName = (org: string) => `orgs/${org}.html`;

/**
 * Writes the report on a fleet as a page, with a page for each org beside it where a folder is named. Plans are worked off as they come: none is kept.
 * @param selected the orgs that are to be judged; null where their plans are in a folder
 * @throws UserError where what is to be written is there, or cannot be
 */
export async function writeHtmlReport(
  options: HtmlOptions,
  selected: SelectedFleet | null,
  keep: KeepRun,
): Promise<WrittenReport> {
  const { out } = options;
  // What is wrong with it should not cost a reading of the orgs.
  if (out !== undefined) refuseExisting(out, "--out");
  const folder = out === undefined || out.endsWith(".html") ? null : new NewFolder(out, "--out");
  const gatherer = new FleetGatherer();
  const pages = new Set<string>();
  const take = (org: string, plan: FullPlan): void => {
    gatherer.add(org, plan);
    if (folder === null) return;
    const report = buildReport(plan, null, recordedIn(undefined, plan, null));
    folder.write(pageName(org), reportHtml(report, { fleet: "../index.html" }));
    pages.add(org);
  };
  try {
    const { run, finish } = await judged(options, selected, take);
    keep(run, "report");
    const page = fleetHtml({
      run,
      ...gatherer.of(run),
      history: await historyOfPage(options, selected, run),
      pageOf: ({ name }: OrgResult) => (pages.has(name) ? pageName(name) : null),
    });
    if (folder !== null) {
      folder.write("index.html", page);
      folder.finish();
    } else if (out === undefined) process.stdout.write(page);
    else writeNewWhole(out, page, "--out");
    return { run, finish };
  } finally {
    folder?.abandon();
  }
}

async function judged(
  options: HtmlOptions,
  selected: SelectedFleet | null,
  take: (org: string, plan: FullPlan) => void,
): Promise<WrittenReport> {
  if (selected !== null) {
    const outcome = await planAsAsked(selected, options, ({ name }, plan) => take(name, plan));
    return { run: outcome.run, finish: () => throwUnexpected(outcome) };
  }
  const plans = readPlans(options.plans!);
  for (const { result, plan } of judgedOrgs(plans)) if (plan !== null) take(result.name, plan);
  return { run: plans.run, finish: () => undefined };
}

/** The trends of the fleet; null where no history is kept. */
async function historyOfPage(
  options: HtmlOptions,
  selected: SelectedFleet | null,
  { orgs, notSelected }: FleetRun,
): Promise<PageHistory | null> {
  const history = await historyAsked(selected ?? fleetOfFile(options), options);
  if (history === null) return null;
  const { runs, leftAside } = history.read();
  const ids = new Set(orgs.map(({ id }) => id));
  const isStillThere = ({ id, name }: { id: string; name: string }) =>
    ids.has(id) || notSelected.includes(name);
  return { file: history.file, runs: runs.length, leftAside, trends: trendsOf(runs, isStillThere) };
}

/** For a folder of plans the file of the orgs says no more than where the history is, and need not be there. */
function fleetOfFile({ orgs: file }: HtmlOptions): Pick<SelectedFleet, "fleet" | "folder"> | null {
  const folder = path.dirname(path.resolve(file));
  return existsSync(file) ? { fleet: readOrgs(path.basename(file), folder), folder } : null;
}
