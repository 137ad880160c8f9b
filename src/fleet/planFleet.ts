import pLimit from "p-limit";
import { CodedError, InconclusiveError, RemoteError, SettingsError } from "../errors.ts";
import { bothNeeds } from "../inventory/needs.ts";
import { digestOf } from "../plan/digest.ts";
import { planFile } from "../plan/planFile.ts";
import type { FullPlan, PlanFile } from "../plan/planSchema.ts";
import { type Policy, placeText } from "../policy/policy.ts";
import { firstOf, moreText, PolicyError } from "../policy/problem.ts";
import { readPolicyFile } from "../policy/read.ts";
import { needsOf } from "../resolve/policyNeeds.ts";
import { judge, type Observer } from "../run/observer.ts";
import { openObserver } from "../run/open.ts";
import { judgeFleetLimits, type OrgSum, orgSum } from "./fleetLimits.ts";
import { numbersOf, statusOf } from "./numbers.ts";
import type { Fleet, FleetOrg } from "./orgs.ts";
import type { FleetRun, OrgResult, OrgStatus } from "./runSchema.ts";
import { type FleetSurroundings, refuseOther, surroundingsOf } from "./surroundings.ts";

/** Orgs that are read at once: the time goes into waiting for their answers. */
export const ORGS_AT_ONCE = 8;

export interface PlanFleetOptions {
  /** A folder with the policies of before, named as now: judged on the very same inventory. */
  readonly base?: string;
  /** Milliseconds since the epoch; left out for the time at which each org was read. */
  readonly asOf?: number;
  readonly orgsAtOnce?: number;
  /** Handed each org's plan once, as soon as it is there; what it throws is that org's failure. */
  readonly onPlan?: (org: FleetOrg, plan: FullPlan, base: PlanFile | null) => void;
  /** Told of each org as soon as it is known what came of it. */
  readonly onResult?: (result: OrgResult) => void;
}

/** What came of a fleet, and the errors nobody expected, which are thrown once the rest is shown. */
export interface FleetOutcome {
  readonly run: FleetRun;
  readonly unexpected: readonly { readonly org: string; readonly error: unknown }[];
}

/**
 * Judges orgs in this process, a few at once. Whatever befalls one is its result and nobody else's.
 * Plans are handed on as they come and not kept: a fleet takes little more memory than its largest orgs.
 * @param selected of the fleet, with the names of those that were left out
 */
export function planFleet(
  fleet: Fleet,
  selected: SelectedOrgs,
  surroundings: FleetSurroundings,
  options: PlanFleetOptions = {},
): Promise<FleetOutcome> {
  return judgeFleet(fleet, selected, (org) => planOrg(org, surroundings, options), options);
}

/** Of a fleet, with the names of those that were left out. */
export interface SelectedOrgs {
  readonly orgs: readonly FleetOrg[];
  readonly notSelected: readonly string[];
}

/** The plan of one org, and that of before. @throws CodedError for whatever keeps it from being judged */
export type PlanOrg = (org: FleetOrg) => Promise<{ readonly plan: FullPlan; readonly base: PlanFile | null }>;

/** As `planFleet`, however the plan of an org is made. */
export async function judgeFleet(
  fleet: Fleet,
  { orgs, notSelected }: SelectedOrgs,
  planned: PlanOrg,
  options: Omit<PlanFleetOptions, "base">,
): Promise<FleetOutcome> {
  const begun = new Date().toISOString();
  const limit = pLimit(options.orgsAtOnce ?? ORGS_AT_ONCE);
  const unexpected: { org: string; error: unknown }[] = [];
  const judged = await Promise.all(
    orgs.map((org) =>
      limit(async () => {
        const one = await judgeOrg(org, planned, options, (error) =>
          unexpected.push({ org: org.name, error }),
        );
        options.onResult?.(one.result);
        return one;
      }),
    ),
  );
  const content: Omit<FleetRun, "digest"> = {
    version: 1,
    kind: "sanctioned-fleet",
    asOf: options.asOf === undefined ? begun : new Date(options.asOf).toISOString(),
    file: fleet.file,
    orgs: judged.map(({ result }) => result),
    notSelected: [...notSelected],
    limits: judgeFleetLimits(
      judged.flatMap(({ sum }) => sum ?? []),
      fleet.limits,
    ),
  };
  return { run: { ...content, digest: digestOf(content) }, unexpected };
}

interface Judged {
  readonly result: OrgResult;
  /** Null for an org that was not judged. */
  readonly sum: OrgSum | null;
}

async function judgeOrg(
  org: FleetOrg,
  planned: PlanOrg,
  options: Pick<PlanFleetOptions, "onPlan">,
  onUnexpected: (error: unknown) => void,
): Promise<Judged> {
  try {
    const { plan, base } = await planned(org);
    options.onPlan?.(org, plan, base);
    const numbers = numbersOf(plan, base);
    const status = statusOf(plan, numbers);
    const { refusal } = plan.limits;
    return {
      sum: orgSum(plan, status === "refused"),
      result: {
        ...partOf(org),
        orgName: plan.org.name,
        status,
        problem: refusal === null ? null : { code: "limits-exceeded", text: refusal },
        numbers,
        plan: { digest: plan.digest, baseDigest: base?.digest ?? null },
        ...(plan.platformApps === undefined ? {} : { platformApps: plan.platformApps }),
      },
    };
  } catch (error) {
    if (!(error instanceof CodedError)) onUnexpected(error);
    return { sum: null, result: notJudged(org, error) };
  }
}

/** The plan of one org by its policy, and by the policy of before. @throws CodedError for whatever keeps it from being judged */
async function planOrg(
  org: FleetOrg,
  surroundings: FleetSurroundings,
  { base, asOf }: PlanFleetOptions,
): Promise<{ readonly plan: FullPlan; readonly base: PlanFile | null }> {
  const observer = openObserver(await surroundingsOf(org, surroundings));
  const policy = observer.want(org.policy);
  const before = base === undefined ? null : policyOfBefore(org, base, observer);
  refuseOther(org, (await observer.connect()).org);
  const needs = needsOf(policy);
  const inventory = await observer.have(before === null ? needs : bothNeeds(needs, needsOf(before)));
  const time = asOf ?? Date.now();
  return {
    plan: planFile(judge(policy, inventory, time, observer.settings), { all: true }),
    base: before === null ? null : planOfBefore(before, inventory, time, observer),
  };
}

/** Where the policy of before is not there, or not valid, there is nothing to compare with. */
function policyOfBefore(org: FleetOrg, folder: string, { settings }: Observer): Policy | null {
  const result = readPolicyFile(org.policy, folder, settings.policyRoots);
  return "policy" in result ? result.policy : null;
}

/** Likewise where it does not fit the org. */
function planOfBefore(
  policy: Policy,
  inventory: Awaited<ReturnType<Observer["have"]>>,
  time: number,
  { settings }: Observer,
): PlanFile | null {
  try {
    return planFile(judge(policy, inventory, time, settings), { all: false });
  } catch (error) {
    if (error instanceof PolicyError) return null;
    throw error;
  }
}

/** What came of an org that could not be judged: never that it is clean. */
function notJudged(org: FleetOrg, error: unknown): OrgResult {
  return {
    ...partOf(org),
    orgName: null,
    status: statusOfError(error),
    problem: problemOf(error),
    numbers: null,
    plan: null,
  };
}

/** Why an org could not be judged. */
export function problemOf(error: unknown): NonNullable<OrgResult["problem"]> {
  if (error instanceof PolicyError) {
    const { first, more } = firstOf(error.problems, 3);
    const lines = first.map((one) => `${placeText(one)}: ${one.text}; ${one.remedy} [${one.code}]`);
    return {
      code: error.code,
      text: [...lines, ...(more > 0 ? [moreText(more, error.problems)] : [])].join(" "),
    };
  }
  return error instanceof CodedError
    ? { code: error.code, text: error.message }
    : { code: "unexpected", text: "An error that nobody expected; it is shown below." };
}

/** What came of an org by what kept it from being judged. */
export function statusOfError(error: unknown): OrgStatus {
  if (error instanceof InconclusiveError) return "inconclusive";
  if (error instanceof RemoteError || error instanceof SettingsError) return "unreachable";
  return error instanceof CodedError ? "refused" : "failed";
}

function partOf({ name, id, policy, stack, wave, owner, tags }: FleetOrg) {
  return { name, id, policy, stack, wave, owner, tags: [...tags] };
}
