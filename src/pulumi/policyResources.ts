import { randomUUID } from "node:crypto";
import path from "node:path";
import { CodedError, shownError, UserError } from "../errors.ts";
import { digestOf, policyDigest } from "../plan/digest.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { raisingVariables, toRaise } from "../plan/limits.ts";
import { countOutcomes, type Outcome } from "../plan/outcome.ts";
import { countGrants } from "../plan/plan.ts";
import { PolicyError } from "../policy/problem.ts";
import { INLINE_POLICY } from "../policy/read.ts";
import { summarizePolicy } from "../policy/summary.ts";
import { parseDraft } from "../policy/write/draft.ts";
import { printable } from "../printable.ts";
import { recordText, sessionsText } from "../report/outcomesText.ts";
import { draftOf } from "../run/draft.ts";
import type { PolicySource } from "../run/observer.ts";
import { openRevoker } from "../run/open.ts";
import { progressText } from "../run/progressText.ts";
import type { Proposal, Revoker } from "../run/revoker.ts";
import { raisedText } from "../run/settings.ts";
import { shellCommand } from "../shell.ts";
import { Stop } from "../stop.ts";
import { count } from "../text.ts";
import { checkLines, driftLines, sinceLines } from "./checkLines.ts";
import { type EngineLog, engineLog } from "./engineLog.ts";
import { shownAsText } from "./engineValue.ts";
import { pulumiErrors } from "./errors.ts";
import { type EngineProcess, isRefresh, launchersOf } from "./launchers.ts";
import { OtherStacks, stackOf } from "./otherStacks.ts";
import { OwnPreview } from "./ownPreview.ts";
import { inRed } from "./planLines.ts";
import { NOTHING, type PlanShown, planShown, unlike } from "./planShown.ts";
import { policyLines, showsInputs } from "./policyLines.ts";
import { policyShown } from "./policyShown.ts";
import { projectFolder } from "./projectFolder.ts";
import { repeatedUp, stackNamed } from "./repeatedUp.ts";
import {
  type Applied,
  type CheckedInputs,
  failureOf,
  type Outputs,
  type OutputsBefore,
  orgOf,
  outputsOf,
  refuseOtherOrg,
  saidIn,
} from "./resourceState.ts";

/** What a provider is configured with. */
export interface ProviderSettings {
  /** A setting by its key, secrets in the clear: never to be stored or logged. */
  readonly setting: (key: string) => string | undefined;
  /** What the program calls the org that these settings say all of; null where they are the stack's. */
  readonly namedOrg: string | null;
}

/** A resource that is to be checked. */
export interface CheckRequest {
  readonly policy: PolicySource;
  readonly urn: string;
  /** Whether it is checked for a preview, which shows, or for an update, which is held to what was shown; null where the protocol does not say. */
  readonly isPreview: boolean | null;
  /** The org that the stack manages by its state; null for a resource that is new. */
  readonly stackOrg: string | null;
  /** Whether the state has nothing of it: not even what an import put there. */
  readonly isNew: boolean;
  /** What the engine compares the plan with, where it does so by itself; null where it is told what differs. */
  readonly compared: { readonly revocations?: Partial<PlanShown> } | null;
  /** The policy as the state has it; left out where it has none. */
  readonly before?: unknown;
}

/** What the check of a resource saw, for the update that follows it. */
interface Checked {
  readonly urn: string;
  /** Of the inputs that it returned. */
  readonly digest: string;
  readonly source: PolicySource;
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
  #settings: ProviderSettings = { setting: () => undefined, namedOrg: null };
  #run: Revoker | undefined;
  readonly #checked = new Map<string, Checked>();
  readonly #others = new OtherStacks();
  readonly #engine: EngineProcess | null;
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #name = randomUUID();
  /** Whether what a refresh finds is to be seen: where a program runs besides, its plan says the same, line by line. */
  readonly #showsDrift: boolean;
  /** Whether the engine is known to refresh and nothing else. */
  readonly #isRefresh: boolean;
  /** Asks whatever this process does to stop. */
  readonly stop = new Stop();

  /** @param engine whose phase it serves; null where that cannot be told */
  constructor(engine: EngineProcess | null = launchersOf().starter) {
    this.#engine = engine;
    const refreshes = engine === null ? null : isRefresh(engine);
    this.#showsDrift = refreshes !== false;
    this.#isRefresh = refreshes === true;
  }

  /** Keeps how settings are read; nothing logs in before the org is needed. */
  configure(settings: ProviderSettings): void {
    this.#settings = settings;
    this.#run = undefined;
  }

  /**
   * Reads the org, decides every grant, and says under the resource what is planned, and for whom.
   * @returns the inputs with the plan in them
   * @throws CodedError for what a person can do something about, a plan over the limits among it
   */
  async check(request: CheckRequest): Promise<CheckedInputs> {
    const { policy: source, urn, isPreview: told, stackOrg, isNew, compared, before } = request;
    const log = engineLog(process.argv.at(-1), urn);
    const run = this.#configured();
    const own = told === null ? this.#name : null;
    const preview = new OwnPreview(run, { urn, engine: this.#engine, own });
    const isPreview = told ?? !preview.isOver;
    if (isPreview) preview.begin();
    const whole = await this.#unlessStopped(run.propose(run.want(source)));
    const { org } = whole.evaluation.inventory;
    if (stackOrg !== null) refuseOtherOrg(stackOrg, org);
    const { proposal, lines } = isPreview ? { proposal: whole, lines: [] } : preview.holds(whole);
    const { policy, plan, limits } = proposal.evaluation;
    const inputs: CheckedInputs = {
      policyFile: policy.file,
      policy: policyShown(policy, { isNew, isCompared: compared !== null, before }),
      org: orgOf(whole.evaluation.inventory),
      revocations: unlike(compared?.revocations, planShown(plan)),
    };
    const refused = limits.refusal !== null;
    const { raised } = run.settings;
    const said = {
      stack: stackNamed(this.#engine?.command),
      policy: this.#policyLines(before, inputs.policy, { source, refused }),
      run: [
        ...(raised === null ? [] : [raisedText(raised)]),
        ...this.#others.lines(run.stacks, { urn, orgId: org.id, isPreview, isNew }),
        ...lines,
        ...(isPreview && !refused ? preview.shows(proposal) : []),
      ],
    };
    await log.say(inRed(checkLines(proposal, said)).join("\n"));
    if (refused) {
      const { words, isWhole } = repeatedUp(this.#engine?.command);
      const set = raisingVariables({ ...raised?.limits, ...toRaise([limits]) }, raised?.reason ?? "");
      const others = isWhole ? "" : ", with the other options of this run";
      throw new UserError({
        code: "limits-exceeded",
        text: printable(limits.refusal),
        remedy: `With the reason between the quotes${others}, this raises them for one update: \`${shellCommand(words, set)}\`.`,
      });
    }
    // A preview shows what an update refuses for want of signatures.
    if (!isPreview && plan.revocations.length > 0) run.refuseUnsigned(policy, "update", proposal.approval);
    const digest = digestOf(inputs);
    this.#checked.set(urn, { urn, digest, source, run, proposal, log, preview: isPreview ? preview : null });
    return inputs;
  }

  /** What of the policy is another; nothing where the engine says so by itself, which it does not of a plan that is refused. */
  #policyLines(
    before: unknown,
    now: CheckedInputs["policy"],
    { source, refused }: { readonly source: PolicySource; readonly refused: boolean },
  ): string[] {
    const isSaid = !refused && showsInputs(this.#engine?.command ?? []);
    return isSaid ? [] : policyLines(before, now, { withValues: typeof source === "string" });
  }

  /**
   * Says under a resource that its policy is not known yet, and what follows from that.
   * @throws UserError in an update, where it has to be known
   */
  async checkUnknown(urn: string, isPreview: boolean): Promise<void> {
    if (!isPreview) throw pulumiErrors["policy-not-known"]({});
    new OwnPreview(this.#configured(), { urn, engine: this.#engine }).begin();
    await engineLog(process.argv.at(-1), urn).say(
      "the policy is not known yet, so nothing is planned here: the update reads it, and is bounded by its limits alone",
    );
  }

  /** Whether these are the inputs that the last check of the resource returned. */
  isChecked(urn: string, inputs: CheckedInputs): boolean {
    return this.#checked.get(urn)?.digest === digestOf(inputs);
  }

  /**
   * Whether there is nothing to revoke, and the policy and the org are those of the last update.
   * @param news those that the last `check` of the resource returned
   */
  isSettled(urn: string, olds: OutputsBefore, news: CheckedInputs): boolean {
    const { plan, policy } = this.#checkedAs(urn, news).proposal.evaluation;
    const said = [policy.file, policyDigest(policy), news.org];
    const before = [olds.policyFile, olds.policyDigest ?? digestOf(olds.policy), olds.org];
    return plan.revocations.length === 0 && digestOf(said) === digestOf(before);
  }

  /**
   * Revokes what was planned.
   * @param inputs those that the last `check` of the resource returned
   * @param knownHead the hash that the record ended with after the update before
   * @throws CodedError where nothing was called, since this is not what was checked or something keeps the update from its first call
   */
  async apply(urn: string, inputs: CheckedInputs, knownHead?: string): Promise<Applied> {
    const checked = this.#checkedAs(urn, inputs);
    this.#others.note(checked.run.stacks, urn, inputs.org.id);
    const work = this.#revoke(inputs, checked, knownHead);
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  /**
   * The state as it is to be compared with: nothing is left over from earlier updates, so that each
   * preview shows only what is new; and how many grants break the policy now, whatever a plan approves of them.
   * @param urn of the resource, under which a refresh alone says who would lose what; undefined where the state has none
   * @returns `drifts` also where that there is none cannot be told
   * @throws CodedError where the org cannot be read, or in a refresh alone the policy: never is such an org one without drift
   */
  async read(
    state: OutputsBefore,
    urn: string | undefined,
  ): Promise<{ inputs: CheckedInputs; outputs: OutputsBefore; drifts: boolean }> {
    const { __refreshes = 0, ...rest } = state;
    const { policyFile, policy, org } = state;
    const violations = await this.#violations(state).catch((error) => {
      // Where a program runs besides, the policy is the one that it names: its file may have moved, or have been wrong before.
      if (error instanceof PolicyError && !this.#showsDrift) return null;
      throw error;
    });
    const found = violations === null ? null : countGrants(violations.plan);
    if (violations !== null && this.#isRefresh)
      await engineLog(process.argv.at(-1), urn).say(
        inRed(driftLines(violations, stackNamed(this.#engine?.command))).join("\n"),
      );
    const outputs: OutputsBefore = {
      ...rest,
      revocations: NOTHING,
      ...(found === 0 || (found !== null && this.#showsDrift) ? { drift: found } : {}),
      ...(found === 0 ? {} : { __refreshes: __refreshes + 1 }),
    };
    const inputs = { policyFile, policy: saidIn(policy), org, revocations: NOTHING };
    return { inputs, outputs, drifts: found !== 0 };
  }

  /**
   * What the import of an org begins with: the draft that `sanctioned init` would write, which only reports. Which file it will
   * be in is not known yet.
   * @throws CodedError where the org cannot be read
   */
  async draft(): Promise<{
    readonly org: CheckedInputs["org"];
    readonly policy: Record<string, unknown>;
    readonly outputs: Omit<Outputs, "policyFile">;
  }> {
    const run = this.#configured();
    const { inventory, text } = await this.#unlessStopped(draftOf(run, Date.now()));
    const source = parseDraft(text);
    const evaluation = await this.#unlessStopped(run.observe(run.want(source)));
    const org = orgOf(inventory);
    const policy = shownAsText(summarizePolicy(evaluation.policy));
    const inputs = { policyFile: evaluation.policy.file, policy, org, revocations: NOTHING };
    const proposal = { evaluation, drift: countGrants(evaluation.plan), since: null };
    const { policyFile, ...outputs } = outputsOf({ inputs, source, proposal }, [], undefined);
    return { org, policy: source, outputs };
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
      config: this.#settings.setting,
      env: process.env,
      ...(this.#settings.namedOrg === null ? {} : { namedOrg: this.#settings.namedOrg }),
      folder: projectFolder(),
      stop: this.stop,
    });
    return this.#run;
  }

  /** @throws UserError where these are not the inputs that the last check of the resource returned */
  #checkedAs(urn: string, inputs: CheckedInputs): Checked {
    const checked = this.#checked.get(urn);
    if (checked?.digest !== digestOf(inputs)) throw pulumiErrors["update-not-checked"]({});
    return checked;
  }

  /** What is checked, held to the preview. @throws UserError as `holds` */
  async #held({ proposal, preview, log }: Checked): Promise<Proposal> {
    if (preview === null) return proposal;
    const { proposal: held, lines } = preview.holds(proposal);
    const { since } = held;
    await log.say([...(since === null ? [] : sinceLines(since)), ...lines].join("\n"));
    return held;
  }

  /** What breaks the policy of a state. @returns null where that is not kept: an older release did not keep one that was given as an object */
  async #violations({
    policy,
    policyFile,
    policyDigest,
    org,
  }: OutputsBefore): Promise<Pick<Evaluation, "plan" | "policy"> | null> {
    if (policyDigest === undefined && policyFile === INLINE_POLICY) return null;
    const run = this.#configured();
    const source = policy.__given ?? policyFile;
    const evaluation = await this.#unlessStopped(run.observe(run.want(source)));
    refuseOtherOrg(org.id, evaluation.inventory.org);
    return evaluation;
  }

  async #revoke(inputs: CheckedInputs, checked: Checked, knownHead?: string): Promise<Applied> {
    const { urn, run, log, source } = checked;
    const proposal = await this.#held(checked);
    const { evaluation, approval } = proposal;
    const after = { inputs, source, proposal };
    if (evaluation.plan.revocations.length === 0)
      return { outputs: outputsOf(after, [], knownHead), failure: null };
    const { outcomes, sessions, audit } = await run.revoke(evaluation.plan, evaluation, {
      purpose: "update",
      approval,
      previousHead: isHash(knownHead) ? knownHead : null,
      stack: stackOf(urn),
      onProgress: (progress) => void log.progress(progressText(progress), progress.step),
    });
    const counts = Object.entries(countOutcomes(outcomes)).map(
      ([status, number]) => `${count(number)} ${status}`,
    );
    const record = recordText({ ...audit, file: path.relative(projectFolder(), audit.file) });
    await log.say(`${counts.join(", ")}; ${record}`);
    const { reason: stopped } = this.stop;
    if (stopped !== null) await log.say(stoppedText(stopped, outcomes));
    const told = sessionsText(sessions);
    if (told !== null) await log.say(told);
    return {
      outputs: outputsOf(after, outcomes, audit.head),
      failure: failureOf(outcomes, audit.missing),
    };
  }
}

/** What a person can do something about is one message; a bug goes on to the engine with its stack. @throws the error, where it is a bug */
export function userMessage(error: unknown): string {
  if (error instanceof CodedError) return shownError(error);
  throw error;
}

/** The state is a text that others can write. */
function isHash(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}

/** What somebody has to know whose update ended before its time. */
function stoppedText(why: string, outcomes: readonly Outcome[]): string {
  const { "not tried": left = 0 } = countOutcomes(outcomes);
  return `stopped, since ${why}: ${count(left)} not tried, planned again by the next update. If that says "the stack is currently locked", see that no other update is under way, run \`npx pulumi cancel\`, and run it again.`;
}
