import { compareText } from "../../text.ts";
import { dayOf, days } from "../../time.ts";
import type { FullPlan } from "./orgReport.ts";

/** A report is read once a month: an exemption that ends before the next one is due. */
export const DUE_DAYS = 31;

type Exemption = FullPlan["exemptions"][number];
type ExemptionState = "expired" | "due" | "holds";

/** Every exemption with its state on the day of the plan, those that end first first. */
export function dueExemptions({
  exemptions,
  asOf,
}: FullPlan): (Exemption & { readonly state: ExemptionState })[] {
  const today = dayOf(Date.parse(asOf));
  const horizon = dayOf(Date.parse(asOf) + days(DUE_DAYS));
  return exemptions
    .map((exemption) => ({
      ...exemption,
      state: (exemption.expires < today
        ? "expired"
        : exemption.expires <= horizon
          ? "due"
          : "holds") as ExemptionState,
    }))
    .sort((a, b) => compareText(a.expires, b.expires));
}

/** Apps whose last day of review is past, the longest overdue first. */
export function overdueReviews({ apps, asOf }: FullPlan): FullPlan["apps"][number][] {
  const today = dayOf(Date.parse(asOf));
  return apps
    .filter(({ reviewBy }) => reviewBy !== null && reviewBy < today)
    .sort((a, b) => compareText(a.reviewBy!, b.reviewBy!));
}
