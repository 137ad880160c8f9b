import { digestOf } from "../plan/digest.ts";
import { countGrantsOf } from "../plan/plan.ts";
import { type PlanDifference, planDifference, type Revocation } from "../plan/planDifference.ts";
import type { PlanFile } from "../plan/planSchema.ts";
import { type Widened, widened } from "../plan/widening.ts";
import { totalsOf } from "../report/groups.ts";
import { platformLines } from "../report/platformText.ts";
import { markdownFence, markdownText } from "../report/render/markdown.ts";
import { approvalsText, limitsText, REPORT_MODE_NOTE } from "../report/words.ts";
import { amount } from "../text.ts";
import {
  brokenRecordPart,
  findingPart,
  howItWasRead,
  namesPart,
  type RecordAtHand,
  recordPart,
  refusalPart,
  sumText,
} from "./commentParts.ts";
import { effectTable, fittedAround } from "./effectTable.ts";
import type { Outcome } from "./outcome.ts";
import { askingOwners, changeText, wideningPart, widensOf } from "./wideningPart.ts";

/** Hidden in what is posted, to find it again: one for each name, so that several stacks can share a pull request. */
export function hiddenMark(kind: "comment" | "drift", name: string): string {
  return `<!-- sanctioned:${kind}:${digestOf(name).slice(0, 16)} -->`;
}

/** What besides its plans a comment is made from. */
export interface CommentSetting {
  /** Left out where none is at hand. */
  readonly record?: RecordAtHand | null;
  /** Why nothing is revoked although the org's own limits allow it: those of a fleet refuse. */
  readonly refusal?: string | null;
  /** Every row, however long it is: for people to read, and too long to post. */
  readonly isWhole?: boolean;
}

/** A comment, and what it says for those who decide by it. */
export interface Comment {
  readonly body: string;
  readonly outcome: Outcome;
}

/**
 * What a pull request does, for the people who review it: the verdict first, then what it allows more, then what merging revokes by app and
 * reason, the effects of the change before drift that was there before it; then names. Short enough for GitHub and GitLab, but where all of it is asked for. Pure.
 * @param base the plan of the same org without the change; null where there was no policy before
 */
export function commentOn(
  head: PlanFile,
  base: PlanFile | null,
  { record = null, refusal = null, isWhole = false }: CommentSetting = {},
): Comment {
  const difference = base === null ? null : planDifference(base, head);
  const change: Change = {
    head,
    base,
    difference,
    revokes: difference?.revokes ?? head.revocations,
    drift: difference?.drift ?? [],
    refusal: refusal ?? head.limits.refusal,
    allows: widened(base, head),
  };
  const table = effectTable(
    [
      { cause: "this change", revocations: change.revokes },
      { cause: "drift", revocations: change.drift },
    ],
    change.refusal === null ? "Merging revokes" : "Refused in all",
  );
  return {
    body: isWhole
      ? withRows(change, record, Number.POSITIVE_INFINITY, table.whole)
      : fittedAround(table, (rows, effect) => withRows(change, record, rows, effect)),
    outcome: {
      revokes: countGrantsOf(change.revokes) > 0,
      isOverLimits: change.refusal !== null,
      widens: widensOf(change.allows),
    },
  };
}

/** What a change does. */
interface Change {
  readonly head: PlanFile;
  readonly base: PlanFile | null;
  /** Null where there is nothing to compare with. */
  readonly difference: PlanDifference | null;
  readonly revokes: readonly Revocation[];
  readonly drift: readonly Revocation[];
  /** Why nothing of it is revoked; null where it is. */
  readonly refusal: string | null;
  /** What it allows more; null where that is not known. */
  readonly allows: Widened | null;
}

function withRows(change: Change, record: RecordAtHand | null, most: number, effect: string | null): string {
  const { head, difference, revokes, drift, refusal } = change;
  const sections = [
    `## Connected users of ${markdownText(head.org.name)}`,
    verdict(change),
    ...brokenRecordPart(record),
    ...otherTimePart(change),
    ...refusalPart(refusal),
    ...(head.policy.mode === "report" ? [REPORT_MODE_NOTE] : []),
    ...wideningPart(change.allows, most),
    ...(effect === null
      ? []
      : [`### ${refusal === null ? "What merging revokes" : "What is refused"}, by app and reason`, effect]),
    ...platformLines(head.platformApps, markdownText).map((line) => `🏢 ${line}`),
    ...namesPart(refusal === null ? "This change revokes" : "Refused of this change", revokes, most),
    ...namesPart(refusal === null ? "Drift that merging revokes too" : "Refused of the drift", drift, most, {
      folded: true,
    }),
    ...(difference === null
      ? findingPart("Findings", head.findings, most)
      : differencePart(difference, most)),
    ...[approvalsText(head) ?? []].flat(),
    `**Next:** ${next(change)}`,
    howItWasRead(head, [
      ...(difference?.samePolicy ? ["The policy says the same as before."] : []),
      `Limits: ${limitsText(head.limits)}. Plan ${markdownText(head.digest)}.`,
      ...recordPart(record),
    ]),
  ];
  return `${sections.join("\n\n")}\n`;
}

/** That two plans are not of one list: what differs may be the org's doing. */
function otherTimePart({ head, base }: Change): string[] {
  const [now, before] = [head.inventory.proof.at, base?.inventory.proof.at ?? head.inventory.proof.at];
  return now === before
    ? []
    : [
        `⚠️ **The two plans are of lists read at different times** (${before} without the change, ${now} with it): what happened in the org in between is counted as this change's. To compare the policies alone, make both of one list (\`--save-inventory\`, \`--inventory\`).`,
      ];
}

/** What a change does beside what it revokes. */
function differencePart({ keeps, newFindings, settledFindings }: PlanDifference, most: number): string[] {
  return [
    ...namesPart("Not to be revoked any more with this change", keeps, most),
    ...findingPart("New findings", newFindings, most),
    ...findingPart("Findings that this change settles", settledFindings, most),
  ];
}

/** The body for a run that failed: a comment that was green must not stay so. Pure. @param output of the tool */
export function failureBody(output: string, policyFile: string): string {
  const inconclusive = /^Inconclusive: /m.test(output);
  return `${[
    `## Connected users: ${markdownText(policyFile)}`,
    inconclusive
      ? "❓ **Inconclusive: the list of grants is not proven complete.** Nothing is called clean, and nothing would be revoked."
      : "⛔ **The preview failed.** Nothing is known of what this change does.",
    markdownFence(shortened(output)),
    `**Next:** ${inconclusive ? "`npx sanctioned doctor` says what to grant to the tool's user; then run this again." : "fix what the message says, and push again."}`,
  ].join("\n\n")}\n`;
}

/** The worst first; then what merging does, in numbers that add up. Green is for what neither revokes nor allows more. */
function verdict({ revokes, drift, difference, refusal, allows }: Change): string {
  const { grants, users } = totalsOf(revokes);
  const sum = sumText(grants, difference === null ? null : countGrantsOf(drift));
  const before =
    difference === null
      ? " There was no policy before it, or none that is valid for the org, so all of it counts as this change's."
      : "";
  if (refusal !== null)
    return [
      `⛔ **Over the limits: merging this revokes nothing.** Refused are ${sum}.${before}`,
      ...(allows?.widenings.length ? ["⚠️ **This change allows more.**"] : []),
    ].join("\n\n");
  const what =
    grants === 0 ? "revokes nothing" : `revokes ${amount(grants, "grant")} of ${amount(users, "user")}`;
  return `${changeText(what, grants > 0, widensOf(allows))} Merging revokes ${sum}.${before}`;
}

function next({ revokes, drift, refusal, allows }: Change): string {
  if (refusal !== null)
    return countGrantsOf(revokes) > 0
      ? "split the change, or raise `limits` in it if every line above is meant."
      : "none of this is the change's: settle what broke the policy before it, or raise `limits` in a reviewed change if every line above is meant.";
  if (allows !== null && allows.widenings.length > 0)
    return `check every line of what this change allows more${askingOwners(allows.widenings)}${countGrantsOf(revokes) > 0 ? ", and of what it revokes: that cannot be undone" : ""}.`;
  if (countGrantsOf(revokes) > 0)
    return "check every line above. What is approved and merged is revoked by the update, and nothing more; it cannot be undone.";
  if (allows === null)
    return "read the whole policy, as nothing says what it allows more; `--base` takes the plan by the policy before it.";
  return countGrantsOf(drift) > 0
    ? "this change can be merged; the update revokes the drift too, unless its approved plan leaves it out."
    : "nothing is revoked by merging this.";
}

const MOST_OUTPUT = 8_000;

/** The end of an output says most; its beginning says what ran. */
function shortened(output: string): string {
  const text = output.trim();
  if (text.length <= MOST_OUTPUT) return text;
  return `${text.slice(0, MOST_OUTPUT / 4)}\n… ${text.length - MOST_OUTPUT} characters left out …\n${text.slice(-(3 * MOST_OUTPUT) / 4)}`;
}
