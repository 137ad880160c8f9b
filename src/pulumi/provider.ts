import path from "node:path";
import { CodedError, shownError, UserError } from "../errors.ts";
import { approvalDigest } from "../plan/approval.ts";
import { digestOf } from "../plan/digest.ts";
import { countOutcomes, isOpen, type Outcome } from "../plan/outcome.ts";
import { type RevocationMap, revocationMap } from "../plan/plan.ts";
import { summarizePolicy } from "../policy/summary.ts";
import { printable } from "../printable.ts";
import { recordText, sessionsText } from "../report/outcomesText.ts";
import type { PolicySource } from "../run/observer.ts";
import { openRevoker } from "../run/open.ts";
import type { Proposal, Revoker } from "../run/revoker.ts";
import { raisedText } from "../run/settings.ts";
import { Stop } from "../stop.ts";
import { checkLines } from "./checkLines.ts";
import { type EngineLog, engineLog } from "./engineLog.ts";
import { shownAsText } from "./engineValue.ts";
import { pulumiErrors } from "./errors.ts";
import { type EngineProcess, launchersOf } from "./launchers.ts";
import { OwnPreview } from "./ownPreview.ts";
import { projectFolder } from "./projectFolder.ts";

/** What the program hands in. `check` strips all but the policy. */
export interface ProgramInputs {
  policy: PolicySource;
  resourceUrn?: string;
  dryRun?: boolean;
}

/** What the state keeps as the resource's inputs. */
interface CheckedInputs {
  policyFile: string;
  policy: Record<string, unknown>;
  org: { id: string; name: string };
  /** What people read and approve, line by line. */
  revocations: RevocationMap;
  /** The digest of the same as data, which says by ids and times what is approved; left out where nothing is. */
  __approval?: string;
  __provider?: unknown;
}

/** What the state keeps as the resource's outputs: no revocations. */
interface Outputs extends CheckedInputs {
  /** The hash that the record ended with after the last update that revoked; left out where none did. */
  readonly auditHead?: string;
}

/** The stack's config, with secrets in the clear: never to be stored or logged. */
interface Config {
  get(key: string): string | undefined;
}

/** What the check of a resource saw, for the update that follows it. */
interface Checked {
  readonly run: Revoker;
  readonly proposal: Proposal;
  readonly log: EngineLog;
}

/**
 * The methods that the text kept in the state calls. One process serves a whole phase of a Pulumi run,
 * preview or update, with any number of resources, in parallel: those configured alike share one login and
 * one inventory, and each is updated by what its own check saw.
 */
export class ConnectedUserProvider {
  #config: Config | undefined;
  #run: Revoker | undefined;
  readonly #checked = new Map<string, Checked>();
  readonly #engine: EngineProcess | null;
  readonly #underWay = new Set<Promise<unknown>>();
  /** Asks whatever this process does to stop. */
  readonly stop = new Stop();

  /** @param engine whose phase it serves; null where that cannot be told */
  constructor(engine: EngineProcess | null = launchersOf().starter) {
    this.#engine = engine;
  }

  /** Keeps the stack's config; nothing logs in before the org is needed. */
  configure({ config }: { config: Config }): void {
    this.#config = config;
    this.#run = undefined;
  }

  /** Reads the org, decides every grant and injects the plan into the inputs, where the engine diffs it line by line. */
  async check(
    olds: Partial<CheckedInputs>,
    news: ProgramInputs,
  ): Promise<{ inputs?: CheckedInputs; failures?: { property: string; reason: string }[] }> {
    const log = engineLog(process.argv.at(-1), news.resourceUrn);
    try {
      const run = this.#configured();
      const preview = new OwnPreview(run, { urn: news.resourceUrn ?? "", engine: this.#engine });
      if (news.dryRun) preview.begin();
      const whole = await this.#unlessStopped(run.propose(run.want(news.policy)));
      const { org } = whole.evaluation.inventory;
      refuseOtherOrg(olds.org?.id, org.id, org.name);
      const { proposal, lines } = news.dryRun ? { proposal: whole, lines: [] } : preview.holds(whole);
      const { policy, plan, limits } = proposal.evaluation;
      const inputs: CheckedInputs = {
        policyFile: policy.file,
        policy: shownAsText(summarizePolicy(policy)),
        org: { id: org.id, name: shownAsText(printable(org.name)) },
        revocations: revocationMap(plan),
        ...(plan.revocations.length === 0 ? {} : { __approval: approvalDigest(plan) }),
      };
      const refused = limits.refusal !== null;
      const inFull = refused || (news.dryRun === true && olds.org === undefined);
      const { raised } = run.settings;
      await log.say(
        [
          ...checkLines(proposal, inFull),
          ...(raised === null ? [] : [raisedText(raised)]),
          ...lines,
          ...(news.dryRun && !refused ? preview.shows(proposal) : []),
        ].join("\n"),
      );
      if (refused)
        throw new UserError({ code: "limits-exceeded", text: printable(limits.refusal), remedy: "" });
      // A preview shows what an update refuses for want of signatures.
      if (!news.dryRun && plan.revocations.length > 0)
        run.refuseUnsigned(policy, "update", proposal.approval);
      this.#checked.set(checkedKey(inputs), { run, proposal, log });
      return { inputs };
    } catch (error) {
      return { failures: [{ property: "policy", reason: userMessage(error) }] };
    }
  }

  /**
   * No change where there is nothing to revoke and the policy is the one last applied. Otherwise it
   * leaves the comparison to the engine, which then prints only the lines that changed.
   */
  async diff(_id: string, olds: Partial<CheckedInputs>, news: CheckedInputs): Promise<{ changes?: boolean }> {
    const settled = Object.keys(news.revocations).length === 0 && keyOf(olds) === keyOf(news);
    return settled ? { changes: false } : {};
  }

  /** Revokes what was planned. The id is the org's. */
  async create(inputs: CheckedInputs): Promise<{ id: string; outs: Outputs }> {
    return { id: inputs.org.id, outs: await this.#whole(this.#revoke(inputs)) };
  }

  /** Revokes what was planned. */
  async update(_id: string, olds: Outputs, news: CheckedInputs): Promise<{ outs: Outputs }> {
    return { outs: await this.#whole(this.#revoke(news, olds.auditHead)) };
  }

  /**
   * The state as it is to be compared with: nothing is left over from earlier updates, so that each
   * preview shows only what is new. What the org holds now is read by `check`, against the policy.
   */
  async read(id: string, props: Outputs): Promise<{ id: string; props: Outputs; inputs: CheckedInputs }> {
    const { __approval, auditHead, ...rest } = props;
    const inputs = { ...rest, revocations: {} };
    return { id, props: outputs(inputs, auditHead), inputs };
  }

  /** Resolves once nothing is being revoked. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  #whole<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  /** @throws UserError once this process is to stop */
  async #unlessStopped<T>(reading: Promise<T>): Promise<T> {
    const read = await this.stop.asked.before<T | null>(reading, () => null);
    if (read === null) throw pulumiErrors["run-stopped"]({ why: this.stop.reason! });
    return read;
  }

  /** The run of the resources that were configured last. Made when it is first asked for, so that a wrong setting is a failure of the check. @throws UserError */
  #configured(): Revoker {
    const config = this.#config;
    this.#run ??= openRevoker({
      ...(config === undefined ? {} : { config: (key: string) => config.get(key) }),
      env: process.env,
      folder: projectFolder(),
      stop: this.stop,
    });
    return this.#run;
  }

  /** @param knownHead the hash that the record ended with after the update before */
  async #revoke(inputs: CheckedInputs, knownHead?: string): Promise<Outputs> {
    if (Object.keys(inputs.revocations).length === 0) return outputs(inputs, knownHead);
    const checked = this.#checked.get(checkedKey(inputs));
    if (checked === undefined)
      throw new Error("The update is not what was checked, so nothing was revoked. Run the preview again.");
    const { run, proposal, log } = checked;
    const { evaluation, approval } = proposal;
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
    const outs = outputs(inputs, audit.head);
    refuseOpen(outcomes, audit.missing, inputs.org.id, outs);
    return outs;
  }
}

/** The state is a text that others can write. */
function isHash(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{64}$/.test(text);
}

/** What the state keeps of an update, of which nothing is left to do. */
function outputs({ __approval, ...inputs }: CheckedInputs, auditHead: string | undefined): Outputs {
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

/** What stands before the reason of a revocation that did not succeed, where the reason alone would not say what happened. */
const LEADS: Readonly<Partial<Record<Outcome["status"], string>>> = {
  "not tried": "not tried, since ",
  replaced: "replaced, planned again by the next update: ",
};

/**
 * The engine keeps the outputs of a resource that is there but not as wanted, and updates it again next time.
 * @param missing why not all of it is on record; null where it is
 * @throws Error where a revocation did not succeed, or is not on record
 */
function refuseOpen(outcomes: readonly Outcome[], missing: string | null, id: string, outs: Outputs): void {
  const open = outcomes.filter(isOpen);
  if (open.length === 0 && missing === null) return;
  const what =
    open.length === 0
      ? "not all of what was done is on record"
      : `${open.length} of ${outcomes.length} revocations did not succeed`;
  throw Object.assign(new Error(what), {
    id,
    properties: outs,
    reasons: [
      ...open.map(({ revocation, status, reason }) =>
        printable(`${revocation.appLabel}, ${revocation.userLabel}: ${LEADS[status] ?? ""}${reason}`),
      ),
      ...(missing === null ? [] : [missing]),
    ],
  });
}

function refuseOtherOrg(expected: string | undefined, id: string, name: string): void {
  if (expected !== undefined && expected !== id)
    throw pulumiErrors["stack-of-another-org"]({ stackOrg: expected, name, org: id });
}

/** What a person can do something about is one message; a bug goes on to the engine with its stack. */
function userMessage(error: unknown): string {
  if (error instanceof CodedError) return shownError(error);
  throw error;
}
