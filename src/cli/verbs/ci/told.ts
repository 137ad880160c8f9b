import type { Fleet } from "../../../fleet/orgs.ts";
import type { Plans } from "../../../fleet/plansFolder.ts";
import type { FleetRun } from "../../../fleet/runSchema.ts";
import type { KeptIssue } from "../../../forge/sticky.ts";
import { type Comment, commentOn, failureBody } from "../../../pullRequest/comment.ts";
import { driftToldOf } from "../../../pullRequest/driftIssue.ts";
import type { DriftSaid } from "../../../pullRequest/driftTold.ts";
import { fleetCommentOn } from "../../../pullRequest/fleetComment.ts";
import { fleetDriftTold } from "../../../pullRequest/fleetIssue.ts";
import { NOT_KNOWN } from "../../../pullRequest/outcome.ts";
import type { DriftNews, NotJudged } from "../../driftNews.ts";
import { recordAtHand } from "../../recordFile.ts";

/** By what a comment or an issue is found again, as the verbs of one org and of a fleet name theirs. */
export function nameOf({ orgs, file }: Fleet, given: string | undefined): string {
  return given ?? (orgs.length === 1 ? orgs[0]!.policy : `fleet ${file}`);
}

/** What a change does: the only org's own comment, or one of all. */
export function commentOf(plans: Plans): Comment {
  const { run } = plans;
  if (run.orgs.length > 1) return fleetCommentOn(plans);
  const { name, id, policy, plan, problem } = run.orgs[0]!;
  if (plan === null)
    return { body: failureBody(problem?.text ?? "It was not judged.", policy), outcome: NOT_KNOWN };
  return commentOn(plans.plan(name), plans.base(name), {
    record: recordAtHand(undefined, id),
    refusal: run.limits.refusal,
  });
}

/** What a change does is not known. */
export function failureOf({ orgs, file }: Fleet, output: string): string {
  return failureBody(output, orgs.length === 1 ? orgs[0]!.policy : file);
}

/** What is said of drift. */
export interface DriftTold extends Pick<DriftNews, "org" | "file" | "asOf"> {
  readonly issue: KeptIssue<DriftSaid>;
}

/** What kept the only org of a run from being judged. */
export function notJudgedOf({ orgs, asOf }: FleetRun): NotJudged {
  const { name, id, policy, problem } = orgs[0]!;
  return {
    org: { id, name },
    file: policy,
    asOf,
    problem: problem ?? { code: "unexpected", text: "It was not judged." },
  };
}

/** @returns null where the only org was not judged: then nothing is known to have ended */
export function driftOf(plans: Plans): DriftTold | null {
  const { orgs, file, asOf } = plans.run;
  if (orgs.length > 1) return { issue: fleetDriftTold(plans), org: null, file, asOf };
  const { name, id, plan } = orgs[0]!;
  if (plan === null) return null;
  const own = plans.plan(name);
  return {
    issue: driftToldOf(own, recordAtHand(undefined, id)),
    org: { id: own.org.id, name: own.org.name },
    file: own.policy.file,
    asOf,
  };
}
