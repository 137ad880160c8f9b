import type { FleetRun, OrgResult } from "../fleet/runSchema.ts";
import { appText } from "../plan/parts.ts";
import { countGrantsOf } from "../plan/plan.ts";
import {
  type Finding,
  type PlanDifference,
  planDifference,
  type Revocation,
} from "../plan/planDifference.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { type Widened, widened } from "../plan/widening.ts";
import type { FleetPlans } from "../report/fleet/fleetPlans.ts";
import { fleetLimitsText, isNotJudged, isOverLimits, STATUS_WORDS } from "../report/fleet/fleetWords.ts";
import { details, markdownText } from "../report/render/markdown.ts";
import { type Table, tableOf } from "../report/render/table.ts";
import { approvalsText, COUNTED_NOTE, limitsText, REPORT_MODE_NOTE } from "../report/words.ts";
import { amount, compareText, count } from "../text.ts";
import type { Comment } from "./comment.ts";
import { findingPart, howItWasRead, namesPart, refusalPart, sumText } from "./commentParts.ts";
import { type EffectTable, effectTable } from "./effectTable.ts";
import {
  type Detail,
  type FleetText,
  fittedFleet,
  notSelectedPart,
  orgRows,
  orgsPart,
  platformAppsPart,
  problemParts,
  type Room,
} from "./fleetParts.ts";
import { NOT_KNOWN, type Outcome, together } from "./outcome.ts";
import { askingOwners, changeText, fleetWideningPart, widensOf } from "./wideningPart.ts";

/** What a change does to one org that was judged. */
interface OrgChange {
  readonly result: OrgResult;
  readonly head: PlanFile;
  /** Null where there was no policy of before to compare with: then all is the change's. */
  readonly difference: PlanDifference | null;
  readonly revokes: readonly Revocation[];
  readonly drift: readonly Revocation[];
  readonly newFindings: readonly Finding[];
  /** What it allows more; null where that is not known. */
  readonly allows: Widened | null;
}

/**
 * What a pull request does to each org of a fleet: the verdict first, then what could not be judged, then the orgs, the biggest
 * effect first. Short enough for GitHub and GitLab, whatever the fleet and its names. Pure.
 */
export function fleetCommentOn(plans: FleetPlans): Comment {
  const { run } = plans;
  const changes = changesOf(plans);
  const told = changes.filter(hasSomething);
  const folded = told.map(
    (change): Detail =>
      (rows) =>
        detailOf(change, rows, run.limits.refusal !== null),
  );
  const judged = run.orgs.length - run.orgs.filter(isNotJudged).length;
  const text: FleetText = (room, shown, effect) => {
    const sections = [
      `## Connected users of ${amount(run.orgs.length, "org")}`,
      ...verdict(run, changes),
      ...refusalPart(run.limits.refusal),
      ...problemParts(run.orgs, room),
      ...fleetWideningPart(
        changes.map(({ result, allows }) => [result.name, allows]),
        Math.max(room.rows, 20),
      ),
      ...unknownPart(changes, room),
      ...(effect === null
        ? []
        : [
            `### ${run.limits.refusal === null ? "What merging revokes" : "What is refused"}, by app and reason`,
            effect,
          ]),
      ...platformAppsPart(run, room),
      ...changePart(
        told.filter(({ result }) => !isOverLimits(result)),
        run,
        room,
      ),
      ...shown,
      ...comparedPart(changes, room),
      ...orgsPart(
        "Nothing changes, and nothing is to be revoked, in",
        changes.filter((one) => !told.includes(one)).map(({ result }) => result.name),
        room,
      ),
      ...notSelectedPart(run, room),
      `**Next:** ${next(run, changes)}`,
      details("How it was read", [
        `${amount(judged, "org")} of ${markdownText(run.file)} at ${run.asOf}, each held against its policy. ${COUNTED_NOTE}`,
        `Limits of the fleet: ${markdownText(fleetLimitsText(run.limits))}. Run ${markdownText(run.digest)}.`,
      ]),
    ];
    return `${sections.join("\n\n")}\n`;
  };
  return {
    body: fittedFleet(folded, text, effectOf(changes, run)),
    outcome: together([
      ...changes.map(outcomeOf),
      ...(run.orgs.some(isNotJudged) ? [NOT_KNOWN] : []),
      ...(run.limits.refusal === null ? [] : [{ revokes: false, isOverLimits: true, widens: null }]),
    ]),
  };
}

function outcomeOf({ result, revokes, allows }: OrgChange): Outcome {
  return {
    revokes: countGrantsOf(revokes) > 0,
    isOverLimits: isOverLimits(result),
    widens: widensOf(allows),
  };
}

/** By the names of apps, since each org has ids of its own: nothing is decided by it. */
function effectOf(changes: readonly OrgChange[], { limits }: FleetRun): EffectTable {
  const within = changes.filter(({ result }) => !isOverLimits(result));
  const named = (of: "revokes" | "drift") =>
    within.flatMap((change) =>
      change[of].map((one) => ({
        ...one,
        org: change.result.name,
        user: { ...one.user, id: `${change.result.name} ${one.user.id}` },
        app: {
          id: null,
          name: appText(one.app),
          kind: one.app.kind === "identity-provider" ? one.app.kind : ("unknown" as const),
        },
      })),
    );
  return effectTable(
    [
      { cause: "this change", revocations: named("revokes") },
      { cause: "drift", revocations: named("drift") },
    ],
    limits.refusal === null ? "Merging revokes" : "Refused in all",
    { title: "Orgs", cell: (some) => count(new Set(some.map(({ org }) => org)).size) },
  );
}

/** The biggest effect first. */
function changesOf(plans: FleetPlans): OrgChange[] {
  const changes = plans.run.orgs.flatMap((result) => (result.plan === null ? [] : changeOf(result, plans)));
  const key = ({ revokes, drift, difference, newFindings }: OrgChange) => [
    countGrantsOf(revokes),
    countGrantsOf(difference?.keeps ?? []),
    newFindings.length,
    countGrantsOf(drift),
  ];
  return changes
    .map((change) => ({ change, sizes: key(change) }))
    .sort(
      (a, b) =>
        a.sizes.map((size, i) => b.sizes[i]! - size).find((less) => less !== 0) ??
        compareText(a.change.result.name, b.change.result.name),
    )
    .map(({ change }) => change);
}

function changeOf(result: OrgResult, plans: FleetPlans): OrgChange {
  // Of many orgs every grant and user would be too much to keep, and none of it is told.
  const { rows: _, apps: __, users: ___, exemptions: ____, ...whole } = plans.plan(result.name);
  const base = plans.base(result.name);
  const allows = widened(base, whole);
  const { allows: _____, ...head } = whole;
  const difference = base === null ? null : planDifference(base, head);
  return {
    result,
    head,
    difference,
    revokes: difference?.revokes ?? head.revocations,
    drift: difference?.drift ?? [],
    newFindings: difference?.newFindings ?? head.findings,
    allows,
  };
}

function hasSomething({ result, revokes, drift, difference, newFindings, allows }: OrgChange): boolean {
  const { keeps = [], settledFindings = [] } = difference ?? {};
  return (
    isOverLimits(result) ||
    (allows !== null && allows.widenings.length > 0) ||
    [revokes, drift, keeps, newFindings, settledFindings].some((some) => some.length > 0)
  );
}

/** What is revoked: nothing where an org is over its limits. */
function revoked(changes: readonly OrgChange[], of: "revokes" | "drift") {
  const those = changes.filter((one) => !isOverLimits(one.result) && one[of].length > 0);
  const users = those.reduce((sum, one) => sum + new Set(one[of].map(({ user }) => user.id)).size, 0);
  return { orgs: those.length, users, grants: those.reduce((sum, one) => sum + countGrantsOf(one[of]), 0) };
}

/** The worst first, each in a line of its own. Nothing is green where anything could not be judged. */
function verdict(run: FleetRun, changes: readonly OrgChange[]): string[] {
  if (run.orgs.length === 0) return ["➖ **No org was selected, and none was judged.**"];
  const alarms = alarmsOf(run);
  const [revokes, drift] = [revoked(changes, "revokes"), revoked(changes, "drift")];
  const sum = sumText(revokes.grants, drift.grants);
  if (changes.length === 0) return alarms;
  const { widens } = together(changes.map(outcomeOf));
  const more = widens === null ? "" : ` ${changeText("", false, widens)}`;
  if (run.limits.refusal !== null) return [...alarms, `Refused are ${sum}.${more}`];
  const judged = amount(changes.filter(({ result }) => !isOverLimits(result)).length, "org");
  const what =
    revokes.grants === 0
      ? `revokes nothing in ${judged}`
      : `revokes ${amount(revokes.grants, "grant")} of ${amount(revokes.users, "user")} in ${count(revokes.orgs)} of ${judged}`;
  if (alarms.length > 0) return [...alarms, `Elsewhere this change ${what}. Merging revokes ${sum}.${more}`];
  const left = run.notSelected.length === 0 ? "" : ` ${amount(run.notSelected.length, "org")} not selected.`;
  return [`${changeText(what, revokes.grants > 0, widens)} Merging revokes ${sum}.${left}`];
}

function alarmsOf({ orgs, limits }: FleetRun): string[] {
  const notJudged = orgs.filter(isNotJudged);
  const over = orgs.filter(isOverLimits);
  const ofAll = (some: number) => `${some} of ${amount(orgs.length, "org")}`;
  return [
    ...(limits.refusal === null
      ? []
      : ["⛔ **Over the limits of the fleet: merging this revokes nothing in any org.**"]),
    ...(notJudged.length === 0
      ? []
      : [
          `${notJudged.every(({ status }) => status === "inconclusive") ? "❓" : "⛔"} **${ofAll(notJudged.length)} could not be judged.** Nothing is known of what this change does there.`,
        ]),
    ...(over.length === 0
      ? []
      : [
          `⛔ **${ofAll(over.length)} ${over.length === 1 ? "is over its" : "are over their"} own limits: merging this revokes nothing there.**`,
        ]),
  ];
}

function changePart(told: readonly OrgChange[], { limits }: FleetRun, room: Room): string[] {
  if (told.length === 0) return [];
  const title =
    limits.refusal === null ? "What this change does to each org" : "What is refused of this change, by org";
  return [
    `### ${title}`,
    ...orgRows(told.length, (from, to) => changeTable(told.slice(from, to), limits.refusal !== null), room),
  ];
}

function changeTable(changes: readonly OrgChange[], isRefused: boolean): Table {
  return tableOf(changes, {
    org: { title: "Org", kind: "text", value: ({ result }) => result.name },
    status: {
      title: "Result",
      kind: "badge",
      words: STATUS_WORDS,
      value: ({ result }) => (isRefused && result.status === "revokes" ? "refused" : result.status),
    },
    revokes: {
      title: isRefused ? "Refused" : "Revokes",
      kind: "count",
      value: ({ revokes }) => countGrantsOf(revokes),
    },
    users: {
      title: "Users",
      kind: "count",
      value: ({ revokes }) => new Set(revokes.map(({ user }) => user.id)).size,
    },
    allows: {
      title: "Allows more",
      kind: "text",
      nothing: "?",
      value: ({ allows }) =>
        allows === null ? null : allows.widenings.length === 0 ? "no" : widensOf(allows),
    },
    keeps: {
      title: "Keeps",
      kind: "count",
      nothing: "?",
      value: ({ difference }) => (difference === null ? null : countGrantsOf(difference.keeps)),
    },
    drift: {
      title: "Broke the policy before",
      kind: "count",
      nothing: "?",
      value: ({ difference, drift }) => (difference === null ? null : countGrantsOf(drift)),
    },
    findings: { title: "New findings", kind: "count", value: ({ newFindings }) => newFindings.length },
    grants: { title: "Of grants", kind: "count", value: ({ head }) => head.inventory.grants },
  });
}

function detailOf(
  { result, head, difference, revokes, drift, newFindings }: OrgChange,
  rows: number,
  isFleetRefused: boolean,
): string {
  const isRefused = isFleetRefused || isOverLimits(result);
  const { org, policy, limits } = head;
  const parts = [
    `${markdownText(org.name)} (${org.id}), wave ${result.wave}, held against ${markdownText(policy.file)}.`,
    ...refusalPart(limits.refusal),
    ...(policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
    ...namesPart(isRefused ? "Refused of this change" : "This change revokes", revokes, rows),
    ...namesPart(isRefused ? "Refused of the drift" : "Drift that merging revokes too", drift, rows, {
      folded: true,
    }),
    ...namesPart("Not to be revoked any more with this change", difference?.keeps ?? [], rows),
    ...findingPart(difference === null ? "Findings" : "New findings", newFindings, rows),
    ...findingPart("Findings that this change settles", difference?.settledFindings ?? [], rows),
    ...[approvalsText(head) ?? []].flat(),
    ...(rows < 20
      ? []
      : [howItWasRead(head, [`Limits: ${limitsText(limits)}. Plan ${markdownText(head.digest)}.`])]),
  ];
  const counts = [
    `${isRefused ? "refused" : "revokes"} ${countGrantsOf(revokes)}`,
    ...(difference === null
      ? []
      : [`keeps ${countGrantsOf(difference.keeps)}`, `${countGrantsOf(drift)} before it`]),
  ];
  // Within HTML no mark-up of Markdown counts; the name is of small letters, digits and hyphens.
  return details(`<code>${result.name}</code>: ${counts.join(", ")}`, parts);
}

/** Of orgs whose policy of before is there, and yet not what it allowed. */
function unknownPart(changes: readonly OrgChange[], room: Room): string[] {
  return orgsPart(
    "❓ What this change allows more is not known in",
    changes
      .filter(({ allows, difference }) => allows === null && difference !== null)
      .map(({ result }) => result.name),
    room,
  );
}

function comparedPart(changes: readonly OrgChange[], room: Room): string[] {
  return orgsPart(
    "There was no policy before this change, or none that is valid for the org, so all counts as this change's, and what it allows more is not known, in",
    changes.filter(({ difference }) => difference === null).map(({ result }) => result.name),
    room,
  );
}

function next(run: FleetRun, changes: readonly OrgChange[]): string {
  const { orgs, limits } = run;
  if (limits.refusal !== null)
    return `split the change, or raise \`limits\` in ${markdownText(run.file)} if every line above is meant.`;
  if (orgs.some(isNotJudged))
    return "fix what is named under “Not judged”, and run this again; until then nothing is known of those orgs.";
  if (orgs.some(isOverLimits))
    return "split the change, or raise `limits` in the policies of the orgs that are over theirs, if every line above is meant.";
  const widenings = changes.flatMap(({ allows }) => allows?.widenings ?? []);
  const revokes = revoked(changes, "revokes").grants > 0;
  if (widenings.length > 0)
    return `check every line of what this change allows more${askingOwners(widenings)}${revokes ? ", and of what it revokes: that cannot be undone" : ""}.`;
  if (revokes)
    return "check every line above. What is approved and merged is revoked by the updates, wave by wave, and nothing more; it cannot be undone.";
  if (changes.some(({ allows }) => allows === null))
    return "read the whole policy of each org of which it is not known what this change allows more.";
  return revoked(changes, "drift").grants > 0
    ? "this change can be merged; the updates revoke the drift too, unless their approved plans leave it out."
    : "nothing is revoked by merging this.";
}
