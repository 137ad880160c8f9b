import { describe, expect, it } from "vitest";
import type { FullPlan } from "../../src/plan/schema.ts";
import { orgView } from "../../src/report/orgView.ts";
import { exitCodeOf, verdictOf } from "../../src/report/verdict.ts";
import { somePlan, someReport } from "./someReport.ts";

const kept = (plan: FullPlan): FullPlan => ({
  ...plan,
  revocations: [],
  findings: [],
  rows: plan.rows.map((row) => ({ ...row, action: "keep", held: null })),
  apps: plan.apps.map((app) => ({ ...app, standing: "sanctioned" })),
});
const quiet = kept(somePlan());

describe.each<[rule: string, plan: FullPlan, level: string, text: string, exitCode: number]>([
  [
    "all is sanctioned: clean",
    quiet,
    "clean",
    "Nothing to revoke: all 9 grants are sanctioned or protected.",
    0,
  ],
  ["something is to be revoked", somePlan(), "revoke", "4 grants of 9 would be revoked.", 2],
  [
    "a limit that refuses comes before all",
    { ...somePlan(), limits: { ...somePlan().limits, refusal: "4 are over 3" } },
    "refused",
    "Refused by a limit: 4 are over 3",
    3,
  ],
  [
    "an app that is not listed needs a look, even where nothing is revoked",
    {
      ...quiet,
      apps: quiet.apps.map((app) => ({
        ...app,
        standing: app.name === "Slack" ? "not-listed" : app.standing,
      })),
    },
    "review",
    "Nothing to revoke. To look at: 1 app not listed.",
    0,
  ],
  [
    "what a mode spares is not called clean",
    {
      ...quiet,
      rows: quiet.rows.map((row, i) => (i < 2 ? { ...row, action: "report", held: "mode" } : row)),
    },
    "review",
    "Nothing to revoke. To look at: 2 grants spared by a mode or the baseline.",
    0,
  ],
  [
    "a warning is not called clean",
    { ...quiet, findings: somePlan().findings.filter(({ severity }) => severity !== "error") },
    "review",
    "Nothing to revoke. To look at: 3 warnings.",
    0,
  ],
])("%s", (_, plan, level, text, exitCode) => {
  it("in the verdict and the exit code", () => {
    const report = { ...someReport(null), plan };
    expect(verdictOf(report, orgView(report))).toEqual({ level, text });
    expect(exitCodeOf(report)).toBe(exitCode);
  });
});
