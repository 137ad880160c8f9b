import { fleetHtml } from "../../src/report/fleet/html/fleetHtml.ts";
import { auditHtml } from "../../src/report/html/auditHtml.ts";
import { reportHtml } from "../../src/report/html/reportHtml.ts";
import { demoFleet } from "../../test/report/fleet/html/demoFleet.ts";
import { largeReport } from "../../test/report/html/reports.ts";
import { busyReport } from "../../test/report/someReport.ts";
import { dieppeReport } from "./dieppeReport.ts";

/** The pages that people look through, by the names of their pictures. */
export async function pagesToReview(): Promise<Readonly<Record<string, string>>> {
  const dieppe = await dieppeReport();
  return {
    dieppe: reportHtml(dieppe),
    large: reportHtml(largeReport()),
    fleet: fleetHtml(demoFleet()),
    audit: auditHtml(dieppe, { annex: false }),
    "audit-busy": auditHtml(busyReport(), { annex: false }),
  };
}
