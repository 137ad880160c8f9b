import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startLocalOrg } from "salesforce-local-org";
import { CodedError, InconclusiveError } from "../../src/errors.ts";
import type { Evaluation } from "../../src/plan/evaluate.ts";
import { isOpen, type Outcome } from "../../src/plan/outcome.ts";
import { type Plan, revocationMap } from "../../src/plan/plan.ts";
import { planFile } from "../../src/plan/planFile.ts";
import { openObserver, openRevoker } from "../../src/run/open.ts";
import { setupOf } from "./factors.ts";
import { policyText, variantOrg } from "./org.ts";
import type { Values } from "./pairs.ts";
import { listedWrongly, plannedWrongly, revokedWrongly, type Truth, truthOf } from "./truth.ts";

/** What became of a variant. */
export interface Played {
  /** `complete` is also true; `refused` is anything that was not done and said so. */
  readonly verdict: "complete" | "inconclusive" | "refused" | "wrong";
  /** The code of an error, or what was said of revocations that were not made. */
  readonly code: string;
  readonly remedy: string;
  /** What must not be; empty unless `wrong`. */
  readonly problems: readonly string[];
}

/** What all variants of a run have in common. */
export interface PlayOptions {
  /** Grants of a listed app besides. */
  readonly filler: number;
  /** The profile of an org, as data, that each answers like as far as it tells; undefined for none. */
  readonly profile?: unknown;
}

const FILE = "policy.yaml";
const APPROVED = "approved.json";
const CLOCK = { sleep: async () => {}, random: () => 0 };

/**
 * Plays one variant: an org is listed, held against a policy, seen a second time as a preview and an update do, and what was
 * approved is revoked; then all of it again. Everything that the tool says is held to what the org truly has.
 */
export async function play(values: Values, { filler, profile }: PlayOptions): Promise<Played> {
  const folder = mkdtempSync(path.join(tmpdir(), "sanctioned-variant-"));
  const { options, without, meanwhile, judgesLinks, logIn } = setupOf(values);
  const now = Date.now();
  const dated = options.refusedFields?.includes("OauthToken.CreatedDate") !== true;
  const org = await startLocalOrg({ org: variantOrg(now, { filler, without }), profile, ...options });
  try {
    writeFileSync(path.join(folder, FILE), policyText(judgesLinks));
    return await held({
      folder,
      env: { ...logIn(org), SANCTIONED_REVOKES_PER_SECOND: "10000" },
      truth: () => truthOf(org, now, { dated, judgesLinks }),
      meanwhile: () => {
        for (const happens of meanwhile) happens(org);
      },
    });
  } finally {
    await org.close();
    rmSync(folder, { recursive: true });
  }
}

/** What a run of the tool is given, and what its org truly holds. */
interface Surroundings {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly truth: () => Truth;
  /** Lets happen what happens between the approval and the update. */
  readonly meanwhile: () => void;
}

/** The run of a variant, and what its end says. */
async function held(given: Surroundings): Promise<Played> {
  const { truth } = given;
  let before = truth();
  try {
    return await run({
      ...given,
      meanwhile: () => {
        given.meanwhile();
        before = truth();
      },
    });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const problems = [
      ...revokedWrongly(before, truth()),
      ...(error.remedy === "" ? [`${error.code} says no remedy`] : []),
    ];
    const verdict = error instanceof InconclusiveError ? "inconclusive" : "refused";
    const { code, remedy } = error;
    return { verdict: problems.length === 0 ? verdict : "wrong", code, remedy, problems };
  }
}

async function run({ folder, env, truth, meanwhile }: Surroundings): Promise<Played> {
  const approvedOf = truth();
  const surroundings = { folder, env, clock: CLOCK };
  const look = () => {
    const observer = openObserver(surroundings);
    return observer.observe(observer.want(FILE));
  };
  const planned = await look();
  const again = await look();
  writeFileSync(path.join(folder, APPROVED), JSON.stringify(planFile(planned, { all: false })));
  meanwhile();
  const before = truth();
  const revoker = openRevoker({ ...surroundings, env: { ...env, SANCTIONED_APPROVED_PLAN: APPROVED } });
  const { evaluation } = await revoker.propose(revoker.want(FILE));
  const { outcomes } = await revoker.revoke(evaluation.plan, evaluation, { purpose: "update" });
  const after = truth();
  const open = outcomes.filter(isOpen);
  const problems = [
    ...listedWrongly(planned.inventory, approvedOf),
    ...plannedWrongly(planned.plan, approvedOf),
    ...standingUnsaid(planned),
    ...(shown(planned) === shown(again) ? [] : ["two looks at the same org show different plans"]),
    ...revokedWrongly(before, after, planned.plan),
    ...saidWrongly(outcomes, after),
    ...(open.length > 0 ? [] : await second(look, planned.plan, after)),
  ];
  if (problems.length > 0) return { verdict: "wrong", code: "", remedy: "", problems };
  if (open.length === 0) return { verdict: "complete", code: "", remedy: "", problems };
  const [{ status, reason }] = open as [Outcome];
  return { verdict: "refused", code: `revocation ${status}`, remedy: reason, problems };
}

/** Once all is done, the org holds what it should, and nothing of what was planned is left to do. */
async function second(look: () => Promise<Evaluation>, done: Plan, truth: Truth): Promise<string[]> {
  const { inventory, plan } = await look();
  const again = plan.revocations.filter(({ user, app }) =>
    done.revocations.some((one) => one.user.id === user.id && one.app.key === app.key),
  );
  return [
    ...listedWrongly(inventory, truth),
    ...plannedWrongly(plan, truth),
    ...again.map(({ reason }) => `what was applied is planned again: ${reason}`),
  ].map((problem) => `after the update: ${problem}`);
}

/** The org has an app that gets in without a grant: that it is there is said, or that it could not be looked for. */
function standingUnsaid({ findings }: Evaluation): string[] {
  return findings.some(
    ({ code }) => code === "standing-access-unlisted" || code === "standing-access-not-read",
  )
    ? []
    : ["nothing is said of an app that gets in without a grant"];
}

function shown({ plan }: Evaluation): string {
  return JSON.stringify(revocationMap(plan));
}

/** Outcomes that say of a user that an app is gone, where it is not. */
function saidWrongly(outcomes: readonly Outcome[], { grants }: Truth): string[] {
  return outcomes
    .filter((outcome) => !isOpen(outcome))
    .flatMap(({ status, revocation: { user, app, grants: planned, covers } }) =>
      grants
        .filter(
          (grant) =>
            grant.userId === user.id &&
            grant.app === (app.id ?? app.name) &&
            (covers === "pair" || planned.some(({ createdAt }) => createdAt === grant.createdAt)),
        )
        .map(() => `a grant of ${app.name} is there, and was said to be ${status}`),
    );
}
