import { IDLE_DAYS } from "../../plan/allParts.ts";
import { appKey } from "../../plan/parts.ts";
import { placeText } from "../../policy/policy.ts";
import { amount } from "../../text.ts";
import { markdownText } from "../render/markdown.ts";
import type { FullPlan } from "./orgReport.ts";

/** What a report's numbers are measured by, so that what nobody judged is not read as none. Its texts are safe to show, also in Markdown. */
export interface Measures {
  readonly idle: IdleMeasure;
  readonly privilege: PrivilegeMeasure;
}

export interface IdleMeasure {
  /** As `no token for over 90 days, by the policy`. */
  readonly rule: string;
  /** The same in short, as `no token for over 90 days`. */
  readonly short: string;
  /** Whether the policy says `maxIdleDays` for every app that holds grants. */
  readonly isSaid: boolean;
}

export type PrivilegeMeasure =
  | { readonly isJudged: true; readonly rule: string }
  | { readonly isJudged: false; readonly why: string };

/** Said wherever high privilege would be. */
const NO_PRIVILEGE_RULE = "the policy has no highPrivilege";

/** The measure of a report where the policy says none. */
const OWN_MEASURE = "the report's own measure, since the policy has no maxIdleDays";

/** What the numbers of a plan are measured by. Pure. */
export function measuresOf(plan: Pick<FullPlan, "apps" | "rows" | "users" | "highPrivilege">): Measures {
  return { idle: idleMeasure(plan), privilege: privilegeMeasure(plan) };
}

function idleMeasure({ apps, rows }: Pick<FullPlan, "apps" | "rows">): IdleMeasure {
  const held = new Set(rows.map(({ app }) => appKey(app)));
  const some = apps.filter((app) => held.has(appKey(app)));
  const unsaid = some.filter((app) => !isIdleSaid(app));
  const days = some.map(({ idleAfterDays }) => idleAfterDays);
  const [least, most] = [Math.min(...days), Math.max(...days)];
  const span = least === most ? `${least}` : `${least} to ${most}`;
  if (some.length === 0) return { rule: "there is no grant", short: "there is no grant", isSaid: true };
  const short = `no token for over ${span} days`;
  if (unsaid.length === 0) return { rule: `${short}, by the policy`, short, isSaid: true };
  return {
    short: `${short}, not by the policy`,
    rule:
      unsaid.length === some.length
        ? `${short}: ${OWN_MEASURE}`
        : `${short}: by the policy; for ${amount(unsaid.length, "app")} ${unsaid[0]!.idleAfterDays} days, ${OWN_MEASURE} there`,
    isSaid: false,
  };
}

/** Whether the policy says when grants of an app are idle; of a plan of an older release as far as that can be told. */
export function isIdleSaid({ idleRule, idleAfterDays }: FullPlan["apps"][number]): boolean {
  return idleRule === undefined ? idleAfterDays !== IDLE_DAYS : idleRule !== null;
}

function privilegeMeasure({
  highPrivilege,
  users,
}: Pick<FullPlan, "users" | "highPrivilege">): PrivilegeMeasure {
  if (highPrivilege === null) return { isJudged: false, why: NO_PRIVILEGE_RULE };
  if (highPrivilege !== undefined)
    return {
      isJudged: true,
      rule: `users with ${highPrivilege.through.map(markdownText).join(" or ")} (${markdownText(placeText(highPrivilege.policy))})`,
    };
  return users.some(({ privilege }) => privilege !== null)
    ? { isJudged: true, rule: "users whom the policy counts as of high privilege" }
    : {
        isJudged: false,
        why: "the plan is of an older release, and does not say whether the policy has highPrivilege",
      };
}

/** As in `not judged: the policy has no highPrivilege`. */
export function notJudgedText({ why }: { readonly why: string }): string {
  return `not judged: ${why}`;
}
