import type { FleetRun, OrgResult } from "../fleet/runSchema.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import type { FleetPlans } from "../report/fleet/fleetPlans.ts";
import {
  fleetLimitsText,
  isNotJudged,
  isOverLimits,
  revokedIn,
  STATUS_WORDS,
  standingIn,
} from "../report/fleet/fleetWords.ts";
import { details, markdownText } from "../report/render/markdown.ts";
import { type Table, tableOf } from "../report/render/table.ts";
import { COUNTED_NOTE, REPORT_MODE_NOTE } from "../report/words.ts";
import { amount, compareText } from "../text.ts";
import { findingPart, namesPart, refusalPart } from "./commentParts.ts";
import { type DriftGroup, driftOf, wholeOrg } from "./driftChange.ts";
import { driftTold } from "./driftTold.ts";
import { type Detail, fittedFleet, orgRows, orgsPart, problemParts, type Room } from "./fleetParts.ts";

/** By org, the first day, as 2026-11-23, on which it was found to break its policy or could not be judged, as far as it is known. */
export type Since = ReadonlyMap<string, string>;

/**
 * The one issue over all orgs, open while any of them is not known to keep to its policy; null where each was judged and nothing is
 * to be revoked or reported in any. Pure.
 * @param standing the text of the issue as it stands; null for none
 * @param memory goes at its end
 */
export function fleetIssue(
  plans: FleetPlans,
  standing: string | null,
  memory = "",
): { readonly title: string; readonly body: string } | null {
  const { run } = plans;
  const open = run.orgs.filter(({ status }) => status !== "clean");
  const notJudged = run.orgs.filter(isNotJudged);
  if (open.length === 0) return null;
  const today = run.asOf.slice(0, 10);
  const since = sinceNow(run, sinceIn(standing, today), today);
  const breaking = open
    .filter((org) => !isNotJudged(org))
    .sort((a, b) => weightOf(b) - weightOf(a) || compareText(a.name, b.name));
  const title = [
    ...(breaking.length === 0
      ? []
      : [
          `${breaking.length} of ${amount(run.orgs.length, "org")} ${breaking.length === 1 ? "breaks its policy" : "break their policies"}`,
        ]),
    ...(notJudged.length === 0 ? [] : [`${amount(notJudged.length, "org")} could not be judged`]),
  ].join(", ");
  const folded = breaking.map(({ name }): Detail => {
    // Of many orgs every grant and user would be too much to keep, and none of it is told.
    const { rows: _, apps: __, users: ___, exemptions: ____, allows: _____, ...plan } = plans.plan(name);
    return (rows) => detailOf(name, plan, rows);
  });
  return {
    title: `Connected users: ${title}`,
    body: fittedFleet(
      folded,
      (room, shown) =>
        `${[
          `⚠️ **${title.charAt(0).toUpperCase()}${title.slice(1)}.**`,
          ...refusalPart(run.limits.refusal),
          ...problemParts(run.orgs, room, since),
          ...breakingPart(
            breaking.filter((org) => !isOverLimits(org)),
            since,
            room,
          ),
          ...shown,
          ...notLookedAt(run, since, room),
          "**Next:** list what is wanted in the policies, or run the updates to revoke the rest; fix what keeps an org from being judged. A comment below tells what is new; this issue closes itself when every org was judged and nothing breaks a policy any more.",
          details("How it was read", [
            `${markdownText(run.file)} at ${run.asOf}. ${COUNTED_NOTE}`,
            `Limits of the fleet: ${markdownText(fleetLimitsText(run.limits))}. Run ${markdownText(run.digest)}.`,
          ]),
          sinceMark(since),
          ...(memory === "" ? [] : [memory]),
        ].join("\n\n")}\n`,
    ),
  };
}

/** What the issue is closed with: every org was judged, and nothing is to be revoked or reported in any. Pure. */
export function cleanFleetIssue({ run }: FleetPlans): { readonly title: string; readonly body: string } {
  return {
    title: "Connected users: every org keeps to its policy",
    body: fittedFleet(
      [],
      (room) =>
        `${[
          `✅ **All ${amount(run.orgs.length, "org")} were judged, and the grants that were counted keep to the policies** since ${run.asOf}. ${COUNTED_NOTE}`,
          ...orgsPart(
            "Judged:",
            run.orgs.map(({ name }) => name),
            room,
          ),
          `Run ${markdownText(run.digest)} of ${markdownText(run.file)}.`,
        ].join("\n\n")}\n`,
    ),
  };
}

/** What the issue, its comments and a chat are told of a fleet. Of an org that this run did not judge what was known stays. Pure. */
export function fleetDriftTold(plans: FleetPlans) {
  const { orgs, notSelected, asOf } = plans.run;
  const notJudged = orgs.filter(isNotJudged).map(({ name }) => name);
  return driftTold({
    groups: orgs.flatMap((org) => groupsOfOrg(org, plans)),
    day: asOf.slice(0, 10),
    unknown: new Set([...notSelected, ...notJudged]),
    issue: (standing, memory) => fleetIssue(plans, standing, memory),
    closing: cleanFleetIssue(plans),
  });
}

function groupsOfOrg(org: OrgResult, plans: FleetPlans): DriftGroup[] {
  const { name, status, problem } = org;
  if (status === "clean") return [];
  if (isNotJudged(org)) return [wholeOrg(name, `${STATUS_WORDS[status]}: ${problem?.code ?? "not judged"}`)];
  const groups = driftOf(plans.plan(name), name);
  return groups.length > 0 ? groups : [wholeOrg(name, STATUS_WORDS[status])];
}

function weightOf({ numbers }: OrgResult): number {
  return (numbers?.revocations ?? 0) * 1_000_000 + (numbers?.errors ?? 0) * 1_000 + (numbers?.reported ?? 0);
}

function breakingPart(orgs: readonly OrgResult[], since: Since, room: Room): string[] {
  if (orgs.length === 0) return [];
  const table = (from: number, to: number): Table =>
    tableOf(orgs.slice(from, to), {
      org: { title: "Org", kind: "text", value: ({ name }) => name },
      since: { title: "Since", kind: "day", value: ({ name }) => since.get(name) ?? null },
      status: { title: "Result", kind: "badge", words: STATUS_WORDS, value: ({ status }) => status },
      revocations: { title: "Would be revoked", kind: "count", value: revokedIn },
      reported: { title: "Reported", kind: "count", value: ({ numbers }) => numbers!.reported },
      errors: { title: "Errors", kind: "count", value: ({ numbers }) => numbers!.errors },
      standing: {
        title: "Ways in without a grant",
        kind: "count",
        nothing: "?",
        value: standingIn,
      },
      grants: { title: "Of grants", kind: "count", value: ({ numbers }) => numbers!.grants },
    });
  return ["### What breaks a policy, by org", ...orgRows(orgs.length, table, room)];
}

function detailOf(name: string, plan: PlanFile, rows: number): string {
  const { org, policy, limits, revocations, findings } = plan;
  return details(`<code>${name}</code>`, [
    `${markdownText(org.name)} (${org.id}), held against ${markdownText(policy.file)}.`,
    ...refusalPart(limits.refusal),
    ...(policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
    ...namesPart("Would be revoked", revocations, rows),
    ...findingPart("Findings", findings, rows),
  ]);
}

function notLookedAt({ notSelected }: FleetRun, since: Since, room: Room): string[] {
  const [open, others] = [
    notSelected.filter((name) => since.has(name)),
    notSelected.filter((name) => !since.has(name)),
  ];
  return [
    ...orgsPart("Not looked at in this run, and open since earlier ones:", open, room),
    ...orgsPart("Not looked at in this run:", others, room),
  ];
}

/** An org that is clean now is open no more; of one that this run did not look at, nothing new is known. */
function sinceNow({ orgs, notSelected }: FleetRun, before: Since, today: string): Since {
  const open = orgs.filter(({ status }) => status !== "clean").map(({ name }) => name);
  return new Map([
    ...open.map((name) => [name, before.get(name) ?? today] as const),
    ...notSelected.flatMap((name) => (before.has(name) ? [[name, before.get(name)!] as const] : [])),
  ]);
}

/** Kept in the issue itself, which everybody who may write there can change: it says a day, and decides nothing. */
const SINCE_MARK = /^<!-- sanctioned:since([ a-z0-9:-]*) -->\r?$/m;
/** What is left for it in the issue. */
const MOST_SINCE = 15_000;

/** Each day with its orgs, the oldest first, and as many as there is room for. */
function sinceMark(since: Since): string {
  let text = "";
  const byDay = Map.groupBy(since, ([, day]) => day);
  for (const [day, orgs] of [...byDay].sort(([a], [b]) => compareText(a, b))) {
    let line = ` ${day}:`;
    for (const [name] of orgs) if (text.length + line.length + name.length < MOST_SINCE) line += ` ${name}`;
    text += line;
  }
  return `<!-- sanctioned:since${text} -->`;
}

function sinceIn(standing: string | null, today: string): Since {
  const since = new Map<string, string>();
  let day = today;
  for (const word of SINCE_MARK.exec(standing ?? "")?.[1]?.split(" ") ?? [])
    if (word.endsWith(":")) day = word.slice(0, -1);
    else if (/^\d{4}-\d{2}-\d{2}$/.test(day) && day <= today) since.set(word, day);
  return since;
}
