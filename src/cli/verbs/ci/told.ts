import type { Fleet } from "../../../fleet/orgs.ts";
import type { Plans } from "../../../fleet/plansFolder.ts";
import type { IssueText } from "../../../forge/sticky.ts";
import { commentBody, failureBody } from "../../../pullRequest/comment.ts";
import { CLEAN_TITLE, cleanIssue, driftIssue } from "../../../pullRequest/driftIssue.ts";
import { fleetCommentBody } from "../../../pullRequest/fleetComment.ts";
import { cleanFleetIssue, fleetIssue } from "../../../pullRequest/fleetIssue.ts";
import { recordAtHand } from "../../recordFile.ts";

/** By what a comment or an issue is found again, as the verbs of one org and of a fleet name theirs. */
export function nameOf({ orgs, file }: Fleet, given: string | undefined): string {
  return given ?? (orgs.length === 1 ? orgs[0]!.policy : `fleet ${file}`);
}

/** What a change does: the only org's own comment, or one of all. */
export function commentOf(plans: Plans): string {
  const { run } = plans;
  if (run.orgs.length > 1) return fleetCommentBody(plans);
  const { name, id, policy, plan, problem } = run.orgs[0]!;
  if (plan === null) return failureBody(problem?.text ?? "It was not judged.", policy);
  return commentBody(plans.plan(name), plans.base(name), {
    record: recordAtHand(undefined, id),
    refusal: run.limits.refusal,
  });
}

/** What a change does is not known. */
export function failureOf({ orgs, file }: Fleet, output: string): string {
  return failureBody(output, orgs.length === 1 ? orgs[0]!.policy : file);
}

/** What is kept open while something breaks a policy. */
export interface DriftTold {
  /** Null while nothing does. @param standing what stands there; null where none does */
  readonly issue: (standing: string | null) => IssueText | null;
  readonly closing: IssueText;
}

/** @returns null where the only org was not judged: then nothing is known to have ended */
export function driftOf(plans: Plans): DriftTold | null {
  const { orgs } = plans.run;
  if (orgs.length > 1)
    return { issue: (standing) => fleetIssue(plans, standing), closing: cleanFleetIssue(plans) };
  const { name, id, plan } = orgs[0]!;
  if (plan === null) return null;
  const [own, record] = [plans.plan(name), recordAtHand(undefined, id)];
  return {
    issue: () => driftIssue(own, record),
    closing: { title: CLEAN_TITLE, body: cleanIssue(own, record) },
  };
}
