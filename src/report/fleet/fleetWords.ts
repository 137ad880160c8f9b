import type { FleetRun, OrgResult } from "../../fleet/runSchema.ts";
import { amount, count } from "../../text.ts";

/** What each status means, as people read it. */
export const STATUS_WORDS = {
  clean: "clean",
  reports: "reports",
  revokes: "revokes",
  refused: "refused",
  inconclusive: "inconclusive",
  unreachable: "unreachable",
  failed: "failed",
} as const satisfies Record<OrgResult["status"], string>;

/** What came of an org that the run was not asked about, where formats list it with the others. */
export const NOT_SELECTED = "not-selected";

const NOT_JUDGED: ReadonlySet<OrgResult["status"]> = new Set(["inconclusive", "unreachable", "failed"]);

/** Whether nothing is known of an org: its list, its login or its policy kept it from being judged. */
export function isNotJudged({ status, plan }: Pick<OrgResult, "status" | "plan">): boolean {
  return NOT_JUDGED.has(status) || plan === null;
}

/** Whether an org was judged, and is over limits of its own. */
export function isOverLimits(result: Pick<OrgResult, "status" | "plan">): boolean {
  return result.status === "refused" && !isNotJudged(result);
}

/** How many grants would be revoked in an org: none of one that is refused. */
export function revokedIn({ status, numbers }: Pick<OrgResult, "status" | "numbers">): number {
  return status === "revokes" ? (numbers?.revocations ?? 0) : 0;
}

/** Ways in without a grant; null where none was found and it was not looked for everywhere: that is not none. */
export function standingIn({ numbers }: Pick<OrgResult, "numbers">): number | null {
  return numbers === null || (numbers.standing === 0 && numbers.standingIsWhole !== true)
    ? null
    : numbers.standing;
}

/** What was not seen in orgs that were judged, in sentences; nothing where all was. */
export function notSeenText(orgs: readonly OrgResult[]): string[] {
  const judged = orgs.filter((org) => !isNotJudged(org));
  const sentence = (what: string, isSeen: (numbers: OrgResult["numbers"]) => boolean) => {
    const some = judged.filter(({ numbers }) => !isSeen(numbers)).length;
    return some === 0 ? [] : [`${what} in ${count(some)} of ${amount(judged.length, "org")}.`];
  };
  return [
    ...sentence(
      "Access without a grant was not looked for everywhere",
      (numbers) => numbers?.standingIsWhole === true,
    ),
    ...sentence(
      "Links to identity providers could not be read",
      (numbers) => numbers?.linksAreRead !== false,
    ),
  ];
}

/** How many orgs, and what came of them, in a line. */
export function summaryText({
  orgs,
  notSelected,
  limits,
}: Pick<FleetRun, "orgs" | "notSelected" | "limits">): string {
  const counts = Map.groupBy(orgs, ({ status }) => status);
  const statuses = Object.keys(STATUS_WORDS) as OrgResult["status"][];
  const found = statuses.flatMap((status) => {
    const some = counts.get(status);
    return some === undefined ? [] : `${count(some.length)} ${STATUS_WORDS[status]}`;
  });
  const revocations = orgs.reduce((sum, org) => sum + revokedIn(org), 0);
  const isUnknown = orgs.length > 0 && orgs.every(isNotJudged);
  const sum = isUnknown
    ? "What is to be revoked is not known."
    : limits.refusal === null
      ? `${amount(revocations, "revocation")} in all.`
      : `Over the limits of the fleet: none of ${amount(revocations, "revocation")} would be made.`;
  const left = notSelected.length === 0 ? "" : ` ${amount(notSelected.length, "org")} not selected.`;
  return `${amount(orgs.length, "org")}${found.length === 0 ? "" : `: ${found.join(", ")}`}. ${sum}${left}`;
}

/** The limits with the numbers that they were held against. Untrusted text is not in it. */
export function fleetLimitsText({ revocations, percent, perApp, orgs }: FleetRun["limits"]): string {
  const ofApp =
    perApp === null ? "" : `, ${count(perApp.actual)} of ${count(perApp.limit)} for apps of one name`;
  return `${count(revocations.actual)} of ${count(revocations.limit)} revocations, ${percent.actual}% of ${percent.limit}% of the grants${ofApp}, ${count(orgs.actual)} of ${amount(orgs.limit, "org")}`;
}
