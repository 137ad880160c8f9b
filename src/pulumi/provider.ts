import path from "node:path";
import type { ApplyProgress } from "../apply/apply.ts";
import { InconclusiveError, UserError } from "../errors.ts";
import { digestOf } from "../plan/digest.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { countOutcomes, isOpen } from "../plan/outcome.ts";
import { approvedPart, countGrants, type RevocationMap, revocationMap, summarizePlan } from "../plan/plan.ts";
import { summarizePolicy } from "../policy/summary.ts";
import { printable } from "../printable.ts";
import { sessionsText } from "../report/outcomesText.ts";
import { proofText } from "../report/proofText.ts";
import { type PolicySource, projectFolder, Session } from "../run/session.ts";
import { amount } from "../text.ts";
import { type EngineLog, engineLog } from "./engineLog.ts";
import { settingsFromConfig } from "./settings.ts";

/** What the program hands in. `check` strips all but the policy. */
export interface ProgramInputs {
  policy: PolicySource;
  resourceUrn?: string;
  dryRun?: boolean;
}

/** What the state keeps as the resource's inputs and outputs; of the outputs, `revocations` is always empty. */
interface CheckedInputs {
  policyFile: string;
  policy: Record<string, unknown>;
  org: { id: string; name: string };
  revocations: RevocationMap;
  __provider?: unknown;
}

let session = new Session({}, () => undefined);
let evaluation: Evaluation | undefined;
let log: EngineLog = engineLog(undefined, undefined);

/** Keeps the stack's config; nothing logs in before the org is needed. */
export function configure(request: { config: { get(key: string): string | undefined } }): void {
  session = new Session(settingsFromConfig(request.config), (key) => request.config.get(key));
}

/** Reads the org, decides every grant and injects the plan into the inputs, where the engine diffs it line by line. */
export async function check(
  olds: Partial<CheckedInputs>,
  news: ProgramInputs,
): Promise<{ inputs?: CheckedInputs; failures?: { property: string; reason: string }[] }> {
  log = engineLog(process.argv.at(-1), news.resourceUrn);
  try {
    const observed = await session.observe(news.policy);
    evaluation = observed.evaluation;
    const { inventory, policy, plan, limits } = evaluation;
    refuseOtherOrg(olds.org?.id, inventory.org.id, inventory.org.name);
    const inputs: CheckedInputs = {
      policyFile: policy.file,
      policy: summarizePolicy(policy),
      org: { id: inventory.org.id, name: printable(inventory.org.name) },
      revocations: revocationMap(plan),
    };
    const refused = limits.refusal !== null;
    const inFull = refused || (news.dryRun === true && olds.org === undefined);
    await log.say([...planLines(evaluation, inFull), ...driftLines(observed.drift)].join("\n"));
    if (refused) throw new UserError(limits.refusal);
    return { inputs };
  } catch (error) {
    return { failures: [{ property: "policy", reason: userMessage(error) }] };
  }
}

/**
 * No change where there is nothing to revoke and the policy is the one last applied. Otherwise it
 * leaves the comparison to the engine, which then prints only the lines that changed.
 */
export async function diff(
  _id: string,
  olds: Partial<CheckedInputs>,
  news: CheckedInputs,
): Promise<{ changes?: boolean }> {
  const settled = Object.keys(news.revocations).length === 0 && samePolicy(olds, news);
  return settled ? { changes: false } : {};
}

/** Revokes what was planned. The id is the org's. */
export async function create(inputs: CheckedInputs): Promise<{ id: string; outs: CheckedInputs }> {
  return { id: inputs.org.id, outs: await revoke(inputs) };
}

/** Revokes what was planned. */
export async function update(
  _id: string,
  _olds: CheckedInputs,
  news: CheckedInputs,
): Promise<{ outs: CheckedInputs }> {
  return { outs: await revoke(news) };
}

/**
 * The state as it is to be compared with: nothing is left over from earlier updates, so that each
 * preview shows only what is new. What the org holds now is read by `check`, against the policy.
 */
export async function read(
  id: string,
  props: CheckedInputs,
): Promise<{ id: string; props: CheckedInputs; inputs: CheckedInputs }> {
  const settled = { ...props, revocations: {} };
  return { id, props: settled, inputs: { ...settled } };
}

async function revoke(inputs: CheckedInputs): Promise<CheckedInputs> {
  const outs: CheckedInputs = { ...inputs, revocations: {} };
  if (Object.keys(inputs.revocations).length === 0) return outs;
  if (evaluation === undefined)
    throw new Error(
      "The update began without a check of the org, so nothing was revoked. Run the update again.",
    );
  // Loaded only when it is needed: previews revoke nothing.
  const { defaultAuditFile, revokeOnRecord } = await import("../run/revokeOnRecord.ts");
  const { inventory, policy, plan } = evaluation;
  const { auditFile, revokeConcurrency, revokesPerSecond, raised } = session.run;
  const folder = projectFolder();
  const { outcomes, sessions, audit } = await revokeOnRecord(
    await session.connection(),
    approvedPart(plan, inputs.revocations).revocations,
    {
      apps: inventory.apps,
      policy: { file: policy.file, digest: digestOf(summarizePolicy(policy)) },
      reason: raised?.reason ?? null,
      raisedLimits: raised?.limits ?? null,
      auditFile:
        auditFile === null ? defaultAuditFile(folder, inventory.org.id) : path.resolve(folder, auditFile),
      concurrency: revokeConcurrency,
      perSecond: revokesPerSecond,
      sessions: policy.sessions,
      env: process.env,
      onProgress: showProgress,
    },
  );
  session.forgetInventory();
  await log.say(
    `${Object.entries(countOutcomes(outcomes))
      .map(([status, count]) => `${count} ${status}`)
      .join(", ")}; on record in ${path.relative(folder, audit.file)} (${audit.head.slice(0, 12)})`,
  );
  const told = sessionsText(sessions);
  if (told !== null) await log.say(told);
  const open = outcomes.filter(isOpen);
  if (open.length > 0) {
    // The engine keeps the outputs of a resource that is there but not as wanted, and updates it again next time.
    throw Object.assign(new Error(`${open.length} of ${outcomes.length} revocations did not succeed`), {
      id: inputs.org.id,
      properties: outs,
      reasons: open.map(
        ({ revocation, status, reason }) =>
          `${revocation.appLabel}, ${revocation.userLabel}: ${status === "not tried" ? "not tried, since " : ""}${printable(reason)}`,
      ),
    });
  }
  return outs;
}

/**
 * What was read and is planned. The engine shows the inputs of a resource that is new as one block, and
 * those of a refused plan not at all: then each revocation is a line besides.
 */
function planLines({ plan, inventory, findings }: Evaluation, inFull: boolean): string[] {
  const count = countGrants(plan);
  return [
    proofText(inventory.proof),
    ...(findings.length > 0 ? [`findings: ${countFindings(findings)}`] : []),
    count === 0
      ? `nothing to revoke: all ${inventory.grants.length} grants are sanctioned, protected or only reported`
      : `${amount(count, "revocation")} planned: ${summarizePlan(plan).join(", ")}`,
    ...(inFull ? plan.revocations.map((r) => `+ ${r.appLabel}, ${r.userLabel}: ${r.reason}`) : []),
  ];
}

/** What breaks the policy and was not approved; null where nothing had to be. */
function driftLines(drift: number | null): string[] {
  if (drift === null || drift === 0) return [];
  return [`drift: ${drift} more break the policy and are not in the approved plan; they are left alone`];
}

/** `2 weak-match, 1 review-overdue`. */
function countFindings(findings: Evaluation["findings"]): string {
  const counts = Map.groupBy(findings, ({ code }) => code);
  return [...counts].map(([code, some]) => `${some.length} ${code}`).join(", ");
}

function showProgress({ done, total }: ApplyProgress): void {
  void log.progress(`revoked ${done}/${total}`);
}

function refuseOtherOrg(expected: string | undefined, id: string, name: string): void {
  if (expected !== undefined && expected !== id)
    throw new UserError(
      `This stack manages the org ${expected}, but the credentials lead to ${printable(name)} (${id}). ` +
        "Use the stack of that org, or a new one: one stack manages one org.",
    );
}

function samePolicy(olds: Partial<CheckedInputs>, news: CheckedInputs): boolean {
  const part = ({ policy, policyFile, org }: Partial<CheckedInputs>) =>
    JSON.stringify([policy, policyFile, org], sortKeys);
  return part(olds) === part(news);
}

/** A JSON.stringify replacer: the engine hands maps back in another order of keys. */
function sortKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The message alone for a mistake of the user's; a bug goes on to the engine with its stack. */
function userMessage(error: unknown): string {
  if (error instanceof InconclusiveError) return `inconclusive: ${error.message}`;
  if (error instanceof UserError) return error.message;
  throw error;
}
