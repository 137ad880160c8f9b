import { randomUUID } from "node:crypto";
import path from "node:path";
import { CodedError, shownError, UserError } from "../errors.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { approvalDigest } from "../plan/approval.ts";
import { digestOf } from "../plan/digest.ts";
import { countOutcomes, isOpen, type Outcome } from "../plan/outcome.ts";
import { type RevocationMap, revocationMap } from "../plan/plan.ts";
import { summarizePolicy } from "../policy/summary.ts";
import { parseDraft } from "../policy/write/draft.ts";
import { printable } from "../printable.ts";
import { recordText, sessionsText } from "../report/outcomesText.ts";
import { draftOf } from "../run/draft.ts";
import type { PolicySource } from "../run/observer.ts";
import { openRevoker } from "../run/open.ts";
import type { Proposal, Revoker } from "../run/revoker.ts";
import { raisedText } from "../run/settings.ts";
import { Stop } from "../stop.ts";
import { checkLines, sinceLines } from "./checkLines.ts";
import { type EngineLog, engineLog } from "./engineLog.ts";
import { shownAsText } from "./engineValue.ts";
import { pulumiErrors } from "./errors.ts";
import { type EngineProcess, launchersOf } from "./launchers.ts";
import { openReasons } from "./openReasons.ts";
import { OwnPreview } from "./ownPreview.ts";
import { projectFolder } from "./projectFolder.ts";

/** A resource that is to be checked. */
export interface CheckRequest {
  readonly policy: PolicySource;
  readonly urn: string;
  /** Whether it is checked for a preview, which shows, or for an update, which is held to what was shown; null where the protocol does not say. */
  readonly isPreview: boolean | null;
  /** The org that the stack manages by its state; null for a resource that is new. */
  readonly stackOrg: string | null;
}

/** What the state keeps as the resource's inputs. */
export interface CheckedInputs {
  policyFile: string;
  policy: Record<string, unknown>;
  org: { id: string; name: string };
  /** What people read and approve, line by line. */
  revocations: RevocationMap;
  /** The digest of the same as data, which says by ids and times what is approved; left out where nothing is. */
  __approval?: string;
}

/** What the state keeps as the resource's outputs: no revocations. */
export interface Outputs extends CheckedInputs {
  /** The hash that the record ended with after the last update that revoked; left out where none did. */
  readonly auditHead?: string;
}

/** What an update did. */
export interface Applied {
  readonly outputs: Outputs;
  /** Why the resource is there but not as wanted, so that the engine updates it again next time; null where it is. */
  readonly failure: { readonly message: string; readonly reasons: string[] } | null;
}

/** What the check of a resource saw, for the update that follows it. */
interface Checked {
  readonly run: Revoker;
  readonly proposal: Proposal;
  readonly log: EngineLog;
  /** What an update is still to be held to; null where the check held it. */
  readonly preview: OwnPreview | null;
}

/**
 * What one provider process does of its resources, through whichever protocol the engine asks it. A process serves a whole
 * phase of a Pulumi run, preview or update, with any number of resources, in parallel: those configured alike share one
 * login and one inventory, and each is updated by what its own check saw.
 */
export class PolicyResources {
  #setting: (key: string) => string | undefined = () => undefined;
  #run: Revoker | undefined;
  readonly #checked = new Map<string, Checked>();
  readonly #engine: EngineProcess | null;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #name = randomUUID();
  /** Asks whatever this process does to stop. */
  readonly stop = new Stop();

  /** @param engine whose phase it serves; null where that cannot be told */
  constructor(engine: EngineProcess | null = launchersOf().starter) {
    this.#engine = engine;
  }

  /** Keeps how settings are read; nothing logs in before the org is needed. @param setting secrets in the clear: never to be stored or logged */
  configure(setting: (key: string) => string | undefined): void {
    this.#setting = setting;
    this.#run = undefined;
  }

  /**
   * Reads the org, decides every grant, and says under the resource what is planned.
   * @returns the inputs with the plan in them, where the engine diffs it line by line
   * @throws CodedError for what a person can do something about, a plan over the limits among it
   */
  async check({ policy: source, urn, isPreview: told, stackOrg }: CheckRequest): Promise<CheckedInputs> {
    const log = engineLog(process.argv.at(-1), urn);
    const run = this.#configured();
    const own = told === null ? this.#name : null;
    const preview = new OwnPreview(run, { urn, engine: this.#engine, own });
    const isPreview = told ?? !preview.isOver;
    if (isPreview) preview.begin();
    const whole = await this.#unlessStopped(run.propose(run.want(source)));
    const { org } = whole.evaluation.inventory;
    if (stackOrg !== null) refuseOtherOrg(stackOrg, org.id, org.name);
    const { proposal, lines } = isPreview ? { proposal: whole, lines: [] } : preview.holds(whole);
    const { policy, plan, limits } = proposal.evaluation;
    const inputs: CheckedInputs = {
      policyFile: policy.file,
      policy: shownAsText(summarizePolicy(policy)),
      org: orgOf(whole.evaluation.inventory),
      revocations: revocationMap(plan),
      ...(plan.revocations.length === 0 ? {} : { __approval: approvalDigest(plan) }),
    };
    const refused = limits.refusal !== null;
    const inFull = refused || (isPreview && stackOrg === null);
    const { raised } = run.settings;
    await log.say(
      [
        ...checkLines(proposal, inFull),
        ...(raised === null ? [] : [raisedText(raised)]),
        ...lines,
        ...(isPreview && !refused ? preview.shows(proposal) : []),
      ].join("\n"),
    );
    if (refused)
      throw new UserError({ code: "limits-exceeded", text: printable(limits.refusal), remedy: "" });
    // A preview shows what an update refuses for want of signatures.
    if (!isPreview && plan.revocations.length > 0) run.refuseUnsigned(policy, "update", proposal.approval);
    this.#checked.set(checkedKey(inputs), { run, proposal, log, preview: isPreview ? preview : null });
    return inputs;
  }

  /** Whether these are inputs that a check of this process returned. */
  isChecked(inputs: CheckedInputs): boolean {
    return this.#checked.has(checkedKey(inputs));
  }

  /** Whether there is nothing to revoke, and the policy and the org are those of the last update. */
  isSettled(olds: Partial<CheckedInputs>, news: CheckedInputs): boolean {
    return Object.keys(news.revocations).length === 0 && keyOf(olds) === keyOf(news);
  }

  /**
   * Revokes what was planned.
   * @param inputs those that `check` returned
   * @param knownHead the hash that the record ended with after the update before
   * @throws Error where nothing was called, since this is not what was checked or something keeps the update from its first call
   */
  apply(inputs: CheckedInputs, knownHead?: string): Promise<Applied> {
    const work = this.#apply(inputs, knownHead);
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  /**
   * The state as it is to be compared with: nothing is left over from earlier updates, so that each
   * preview shows only what is new. What the org holds now is read by `check`, against the policy.
   */
  read<State extends Outputs>({
    __approval,
    auditHead,
    ...rest
  }: State): { inputs: CheckedInputs; outputs: Outputs } {
    const inputs = { ...rest, revocations: {} };
    return { inputs, outputs: outputsOf(inputs, auditHead) };
  }

  /**
   * What the import of an org begins with: the draft that `sanctioned init` would write, which only reports.
   * @throws CodedError where the org cannot be read
   */
  async draft(): Promise<{ org: CheckedInputs["org"]; policy: Record<string, unknown>; outputs: object }> {
    const run = this.#configured();
    const { inventory, text } = await this.#unlessStopped(draftOf(run, Date.now()));
    const policy = parseDraft(text);
    const org = orgOf(inventory);
    const summary = shownAsText(summarizePolicy(run.want(policy)));
    return { org, policy, outputs: { policy: summary, org, revocations: {} } };
  }

  /** Resolves once nothing is being revoked. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** @throws UserError once this process is to stop */
  async #unlessStopped<T>(reading: Promise<T>): Promise<T> {
    const read = await this.stop.asked.before<T | null>(reading, () => null);
    if (read === null) throw pulumiErrors["run-stopped"]({ why: this.stop.reason! });
    return read;
  }

  /** The run of the resources that were configured last. Made when it is first asked for, so that a wrong setting is a failure of the check. @throws UserError */
  #configured(): Revoker {
    this.#run ??= openRevoker({
      config: this.#setting,
      env: process.env,
      folder: projectFolder(),
      stop: this.stop,
    });
    return this.#run;
  }

  /** What is checked, held to the preview. @throws Error as `apply` */
  async #held({ proposal, preview, log }: Checked): Promise<Proposal> {
    if (preview === null) return proposal;
    try {
      const { proposal: held, lines } = preview.holds(proposal);
      const { since } = held;
      await log.say([...(since === null ? [] : sinceLines(since)), ...lines].join("\n"));
      return held;
    } catch (error) {
      throw new Error(userMessage(error), { cause: error });
    }
  }

  async #apply(inputs: CheckedInputs, knownHead?: string): Promise<Applied> {
    if (Object.keys(inputs.revocations).length === 0)
      return { outputs: outputsOf(inputs, knownHead), failure: null };
    const checked = this.#checked.get(checkedKey(inputs));
    if (checked === undefined)
      throw new Error("The update is not what was checked, so nothing was revoked. Run the preview again.");
    const { run, log } = checked;
    const { evaluation, approval } = await this.#held(checked);
    if (evaluation.plan.revocations.length === 0)
      return { outputs: outputsOf(inputs, knownHead), failure: null };
    const { outcomes, sessions, audit } = await run
      .revoke(evaluation.plan, evaluation, {
        purpose: "update",
        approval,
        previousHead: isHash(knownHead) ? knownHead : null,
        onProgress: ({ done, total }) => void log.progress(`revoked ${done}/${total}`),
      })
      .catch((error) => {
        throw new Error(userMessage(error), { cause: error });
      });
    const counts = Object.entries(countOutcomes(outcomes)).map(([status, count]) => `${count} ${status}`);
    const record = recordText({ ...audit, file: path.relative(projectFolder(), audit.file) });
    await log.say(`${counts.join(", ")}; ${record}`);
    const { reason: stopped } = this.stop;
    if (stopped !== null) await log.say(stoppedText(stopped, outcomes));
    const told = sessionsText(sessions);
    if (told !== null) await log.say(told);
    return { outputs: outputsOf(inputs, audit.head), failure: failureOf(outcomes, audit.missing) };
  }
}

/** What a person can do something about is one message; a bug goes on to the engine with its stack. @throws the error, where it is a bug */
export function userMessage(error: unknown): string {
  if (error instanceof CodedError) return shownError(error);
  throw error;
}

function orgOf({ org: { id, name } }: Inventory): CheckedInputs["org"] {
  return { id, name: shownAsText(printable(name)) };
}

/** The state is a text that others can write. */
function isHash(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}

/** What the state keeps of an update, of which nothing is left to do. */
function outputsOf({ __approval, ...inputs }: CheckedInputs, auditHead: string | undefined): Outputs {
  return { ...inputs, revocations: {}, ...(auditHead === undefined ? {} : { auditHead }) };
}

/**
 * What an update knows its check by: the policy, the org and the plan, in what people read and in the data beside that. The
 * engine hands over what `check` returned, with the keys of maps in another order.
 */
function checkedKey({ revocations, __approval, ...rest }: CheckedInputs): string {
  return digestOf([keyOf(rest), revocations, __approval ?? null]);
}

/** Whether it is still the same policy and org. */
function keyOf({ policyFile, policy, org }: Partial<CheckedInputs>): string {
  return digestOf([policyFile ?? null, policy ?? null, org ?? null]);
}

/** What somebody has to know whose update ended before its time. */
function stoppedText(why: string, outcomes: readonly Outcome[]): string {
  const { "not tried": left = 0 } = countOutcomes(outcomes);
  return `stopped, since ${why}: ${left} not tried, planned again by the next update. If that says "the stack is currently locked", see that no other update is under way, run \`npx pulumi cancel\`, and run it again.`;
}

/** @param missing why not all of it is on record; null where it is @returns null where every revocation succeeded, and is on record */
function failureOf(outcomes: readonly Outcome[], missing: string | null): Applied["failure"] {
  const open = outcomes.filter(isOpen);
  if (open.length === 0 && missing === null) return null;
  return {
    message:
      open.length === 0
        ? "not all of what was done is on record"
        : `${open.length} of ${outcomes.length} revocations did not succeed`,
    reasons: [...openReasons(open), ...(missing === null ? [] : [missing])],
  };
}

function refuseOtherOrg(expected: string, id: string, name: string): void {
  if (expected !== id) throw pulumiErrors["stack-of-another-org"]({ stackOrg: expected, name, org: id });
}
