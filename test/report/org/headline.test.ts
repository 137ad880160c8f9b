import { describe, expect, it } from "vitest";
import type { FullPlan } from "../../../src/plan/planSchema.ts";
import { render } from "../../../src/report/formats/formats.ts";
import { headlineOf } from "../../../src/report/org/headline.ts";
import type { OrgReport } from "../../../src/report/org/orgReport.ts";
import { orgView } from "../../../src/report/org/orgView.ts";
import { RECORDED, somePlan, someReport } from "../someReport.ts";

const some = somePlan();
const quiet: FullPlan = {
  ...some,
  revocations: [],
  counts: { revoke: {}, report: {}, keep: { sanctioned: 9 } },
  findings: [],
  standingAccess: { ...some.standingAccess!, entries: [] },
  rows: some.rows.map((row) => ({ ...row, action: "keep", held: null })),
  apps: some.apps.map((app) => ({ ...app, standing: "sanctioned" })),
};
/** As a plan of a release that did not look for access without a grant. */
const { standingAccess: _, ...quietUnread } = quiet;
const linksUnread: FullPlan = {
  ...quiet,
  inventory: {
    ...quiet.inventory,
    accountLinks: { read: 0, counts: null, refusal: "INVALID_TYPE", deletable: null },
  },
};
const unlisted: FullPlan = {
  ...quiet,
  apps: quiet.apps.map((app) => ({ ...app, standing: app.name === "Slack" ? "not-listed" : app.standing })),
};
const brokenRule = { ...some.findings[0]!, severity: "error" as const };

describe.each<[rule: string, report: Partial<OrgReport>, tone: string, text: string, exitCode: number]>([
  [
    "all is sanctioned: clean",
    { plan: quiet },
    "good",
    "Clean: the policy keeps every grant that was counted",
    0,
  ],
  ["something is to be revoked", { plan: some }, "bad", "4 grants of 10 are to be revoked", 2],
  [
    "a limit that refuses comes before all",
    { plan: { ...some, limits: { ...some.limits, refusal: "4 are over 3" } } },
    "bad",
    "4 grants of 10 would be revoked: more than the limits allow",
    3,
  ],
  [
    "a record that was changed is not called clean",
    { plan: quiet, recorded: { ...RECORDED, whole: false } },
    "bad",
    "Nothing to revoke, but the audit record was changed",
    2,
  ],
  [
    "nor is a finding that is an error",
    { plan: { ...quiet, findings: [brokenRule] } },
    "bad",
    "Nothing to revoke, but 1 error among the findings",
    2,
  ],
  [
    "nor an app that is not listed",
    { plan: unlisted },
    "warn",
    "Nothing to revoke, but 1 app needs a decision",
    0,
  ],
  [
    "nor access without a grant that the policy does not want",
    { plan: { ...quiet, standingAccess: some.standingAccess! } },
    "warn",
    "Nothing to revoke, but 1 way in without a grant that the policy does not want",
    0,
  ],
  [
    "nor an org of which access without a grant was not read",
    { plan: quietUnread },
    "warn",
    "Nothing to revoke: the policy keeps every grant that was counted; access without a grant was not looked for everywhere",
    0,
  ],
  [
    "nor links to identity providers that could not be read",
    { plan: linksUnread },
    "warn",
    "Nothing to revoke: the policy keeps every grant that was counted; links to identity providers could not be read",
    0,
  ],
  [
    "nor what is only reported",
    { plan: { ...quiet, counts: { ...quiet.counts, report: { idle: 2 } } } },
    "warn",
    "Nothing to revoke; 2 grants only reported",
    0,
  ],
])("%s", (_, changed, tone, text, exitCode) => {
  const report = { ...someReport(null), ...changed };

  it("in the headline, in each format for people, and in the exit code", () => {
    expect(headlineOf(report, orgView(report))).toEqual({ tone, text });
    for (const format of ["text", "markdown", "github", "html"] as const)
      expect(render(report, format, { version: "1.2.3" }).output).toContain(text);
    expect(render(report, "text", { version: "1.2.3" }).exitCode).toBe(exitCode);
  });
});
