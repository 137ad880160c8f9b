import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { Random } from "salesforce-local-org/orgs";
import type { PulumiProject, Started } from "../../test/pulumi/pulumiRun.ts";
import { CONCURRENCY, Stage, StageRecord } from "./stage.ts";
import { pause, type Scene, type Trouble } from "./troubles.ts";

/** What a play on the engine came to. */
export interface EngineReport {
  /** Grants that were revoked, each checked to have been planned. */
  readonly revoked: number;
  /** What must not be; empty for a play that passes. */
  readonly violations: readonly string[];
}

/** A run that was told to stop makes no new call after this. */
const STOP_MS = 1_000;

/**
 * One play: an update through the real Pulumi engine, in which trouble begins at some revoke call; then what somebody would
 * do whose update went wrong: `pulumi cancel` where the stack is locked, and the update again; then the checks.
 * The same seed makes the same org and the same moment.
 */
export async function playOnEngine(seed: number, trouble: Trouble): Promise<EngineReport> {
  const stage = await Stage.open(seed);
  try {
    const play = new Play(stage, await stage.checkout(), trouble);
    return await play.play(3 + new Random(seed).integer(8));
  } finally {
    await stage.close();
  }
}

class Play {
  readonly #stage: Stage;
  readonly #project: PulumiProject;
  readonly #trouble: Trouble;
  readonly #violations: string[] = [];
  readonly #record: StageRecord;
  #output = "";
  /** Calls that were under way or on record when the record was lost. */
  #lost = 0;

  constructor(stage: Stage, project: PulumiProject, trouble: Trouble) {
    this.#stage = stage;
    this.#project = project;
    this.#trouble = trouble;
    this.#record = new StageRecord(project);
  }

  /** @param at the trouble begins with this revoke call */
  async play(at: number): Promise<EngineReport> {
    const { faults = [] } = this.#trouble;
    this.#stage.slow(faults);
    const update = this.#project.start("up", "--yes", "--skip-preview");
    await this.#strike(update, at);
    const { hung, output } = await this.#stage.ended(update);
    if (hung) this.#violate("the update did not end");
    this.#output += output;
    for (const { role } of await this.#stage.orphans()) this.#violate(`outlived the engine: ${role}`);
    this.#recordIsWhole("after the trouble");
    this.#stage.org.setFaults([]);
    await this.#recover();
    this.#recordIsWhole("in the end");
    this.#callsAreOnRecord();

    const { revoked, wrong } = this.#stage.outcome();
    for (const what of wrong) this.#violate(what);
    const texts = this.#output + (await this.#project.state()) + this.#record.text();
    if (this.#stage.secrets.some((secret) => texts.includes(secret)))
      this.#violate("a token is in the output, state or record");
    return { revoked, violations: this.#violations };
  }

  async #strike(update: Started, at: number): Promise<void> {
    const { strike, endsTheRun, losesTheRecord } = this.#trouble;
    if (strike === undefined) return undefined;
    if (!(await this.#stage.untilCalls(at, update)))
      return this.#violate(`the update ended before its call ${at}`);
    if (losesTheRecord) this.#lost = this.#record.calls();
    await strike({
      org: this.#stage.org,
      group: update.pid,
      processes: () => this.#stage.processes(),
      record: this.#record.file,
      rival: () => this.#rival(),
    } satisfies Scene);
    if (!endsTheRun) return undefined;
    await pause(STOP_MS);
    const made = this.#stage.calls();
    await pause(STOP_MS);
    if (this.#stage.calls() > made)
      this.#violate(`${this.#stage.calls() - made} calls were made long after the trouble`);
    return undefined;
  }

  async #rival(): Promise<void> {
    const { code, output } = await this.#project.cli(
      "revoke",
      "--app",
      "App 1",
      "--reason",
      "rival",
      "--yes",
    );
    this.#output += output;
    // Told that another run is writing the record, or done; a second look may find what the update revokes meanwhile.
    if (code !== 0 && !/audit-record-in-use|revocation-not-complete|already gone|left/.test(output))
      this.#violate(`the rival ended with ${code}: ${output.slice(-500)}`);
  }

  /** As somebody would who reads what the engine says. */
  async #recover(): Promise<void> {
    const again = () => this.#project.run("up", "--yes", "--skip-preview");
    let run = await again();
    if (run.output.includes("the stack is currently locked")) {
      await this.#project.run("cancel", "--yes");
      run = await again();
    }
    if (run.output.includes("has lost its end")) {
      this.#output += run.output;
      if (!this.#trouble.losesTheRecord) this.#violate("the record is said to have lost its end");
      for (const file of readdirSync(this.#project.folder).filter((name) =>
        name.startsWith(path.basename(this.#record.file)),
      ))
        rmSync(path.join(this.#project.folder, file), { recursive: true });
      run = await again();
    }
    this.#output += run.output;
    if (run.code !== 0) this.#violate(`the next update ended with ${run.code}: ${run.output.slice(-800)}`);
    const preview = await this.#project.run("preview", "--expect-no-changes");
    this.#output += preview.output;
    if (preview.code !== 0) this.#violate(`the next preview ended with ${preview.code}`);
  }

  #recordIsWhole(when: "after the trouble" | "in the end"): void {
    if (!this.#record.exists()) {
      if (!this.#trouble.losesTheRecord) this.#violate(`${when} there is no record`);
      return;
    }
    for (const what of this.#record.problems(when === "in the end"))
      this.#violate(`the record ${when}, ${what}`);
  }

  #callsAreOnRecord(): void {
    const unknown = this.#stage.calls() - this.#record.calls() - this.#lost;
    const underWay = this.#trouble.losesTheRecord ? 2 * CONCURRENCY : 0;
    if (unknown > underWay) this.#violate(`${unknown} calls that the org saw are not on record`);
  }

  #violate(what: string): void {
    this.#violations.push(`${this.#trouble.name}: ${what}`);
  }
}
