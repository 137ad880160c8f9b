import type { FleetRun } from "../../fleet/runSchema.ts";
import { foldName } from "../../names.ts";
import { digestOf } from "../../plan/digest.ts";
import { amount, compareText } from "../../text.ts";
import { breachRules } from "../formats/reportSarif.ts";
import { type Breach, breachesOf } from "../org/breaches.ts";
import { buildReport } from "../org/buildReport.ts";
import { type SarifResult, type SarifRule, sarifText } from "../render/sarif.ts";
import { type FleetPlans, judgedOrgs } from "./fleetPlans.ts";
import { isNotJudged, isOverLimits, STATUS_WORDS } from "./fleetWords.ts";

interface OrgBreach extends Breach {
  readonly org: string;
}

/**
 * What breaks the policies of a fleet as SARIF, in one run, since GitHub takes no more than 20 in a file: one result for each code,
 * policy line and app, with the orgs that it is true of, so that a line of a shared policy is told once. What could not be judged is
 * an error of its own: without it a viewer would take what it no longer sees for settled. Pure.
 * @param version of this tool
 */
export function fleetSarif(plans: FleetPlans, version: string): string {
  const breaches = [...judgedOrgs(plans)].flatMap(({ result, plan }): OrgBreach[] =>
    plan === null
      ? []
      : breachesOf(buildReport(plan, null, null)).map((breach) => ({ org: result.name, ...breach })),
  );
  const { rules, results } = ofTheRun(plans.run);
  return sarifText(version, [...rules, ...breachRules(breaches)], [...results, ...grouped(breaches)]);
}

function grouped(breaches: readonly OrgBreach[]): SarifResult[] {
  const groups = Map.groupBy(breaches, ({ code, severity, policy, app }) =>
    JSON.stringify([code, policy.file, policy.line, app === null ? null : foldName(app), severity]),
  );
  const known = new Map<string, number>();
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, some]) => {
      const [{ code, severity, policy, app }] = some as [OrgBreach, ...OrgBreach[]];
      // Without the line, so that a moved one is the same result.
      const subject = JSON.stringify([code, policy.file, app === null ? null : foldName(app), severity]);
      const nth = known.get(subject) ?? 0;
      known.set(subject, nth + 1);
      return {
        ruleId: code,
        level: severity,
        text: textOf(some),
        ...policy,
        fingerprints: { "sanctioned/v1": digestOf(["fleet", subject, nth]) },
      };
    });
}

/** Each org with how often it is true there, most often first. */
function textOf(some: readonly OrgBreach[]): string {
  const [first] = some;
  if (some.length === 1) return `${first!.org}: ${first!.text}`;
  const orgs = [...Map.groupBy(some, ({ org }) => org)].sort(
    ([a, one], [b, other]) => other.length - one.length || compareText(a, b),
  );
  const list = orgs.map(([org, { length }]) => `${org} ${length}`).join(", ");
  return `${amount(some.length, "time")} in ${amount(orgs.length, "org")} (${list}), as in ${first!.org}: ${first!.text}`;
}

const RULES = {
  "org-not-judged":
    "an org could not be judged: nothing is known of it, and what is no longer listed of it is not settled",
  "org-over-limits": "an org is over limits of its own: nothing is revoked there",
  "fleet-limits-exceeded": "the fleet is over its limits: nothing is revoked in any org",
  "orgs-not-selected":
    "orgs were not selected: nothing is known of them, and what is no longer listed of them is not settled",
} as const;

/** What is true of the run, and no line of a policy decided. */
function ofTheRun({ orgs, notSelected, limits, file }: FleetRun): {
  rules: SarifRule[];
  results: SarifResult[];
} {
  const found = (
    ruleId: keyof typeof RULES,
    level: SarifResult["level"],
    subject: string,
    text: string,
    at = file,
  ) => ({
    ruleId,
    level,
    text,
    file: at,
    line: 0,
    fingerprints: { "sanctioned/v1": digestOf(["fleet", ruleId, subject]) },
  });
  const results = [
    ...(limits.refusal === null ? [] : [found("fleet-limits-exceeded", "error", "", limits.refusal)]),
    ...orgs
      .filter(isNotJudged)
      .map(({ name, status, problem }) =>
        found("org-not-judged", "error", name, `${name}, ${STATUS_WORDS[status]}: ${problem?.text ?? ""}`),
      ),
    ...orgs
      .filter(isOverLimits)
      .map(({ name, policy, problem }) =>
        found("org-over-limits", "error", name, `${name}: ${problem?.text ?? ""}`, policy),
      ),
    ...(notSelected.length === 0
      ? []
      : [
          found(
            "orgs-not-selected",
            "note",
            "",
            `${amount(notSelected.length, "org")} not selected: ${notSelected.join(", ")}`,
          ),
        ]),
  ];
  const used = new Set(results.map(({ ruleId }) => ruleId));
  const rules = Object.entries(RULES).flatMap(([id, short]) =>
    used.has(id as keyof typeof RULES) ? [{ id, short, properties: { tags: ["security"] } }] : [],
  );
  return { rules, results };
}
