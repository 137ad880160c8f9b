import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { generateOrg, Random } from "salesforce-local-org/orgs";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { PulumiProject, type Started } from "../../test/pulumi/pulumiRun.ts";
import { processesOf } from "./processes.ts";
import { pause, type Scene, type Trouble } from "./troubles.ts";

/** What a play on the engine came to. */
export interface EngineReport {
  /** Grants that were revoked, each checked to have been planned. */
  readonly revoked: number;
  /** What must not be; empty for a play that passes. */
  readonly violations: readonly string[];
}

const MARK = "CHAOS_PLAY";
const CONCURRENCY = 2;
/** Slow enough for trouble to come in the middle. */
const CALL_MS = 120;
const REVOKE = "/services/oauth2/revoke";
const RECORD = "audit.jsonl";
/** No process outlives its engine for longer. */
const ORPHAN_MS = 10_000;
/** A run that was told to stop makes no new call after this. */
const STOP_MS = 1_000;
/** An update that hangs for so long will not end. */
const HANGS_MS = 90_000;

/**
 * One play: an update through the real Pulumi engine, in which trouble begins at some revoke call; then what somebody would
 * do whose update went wrong: `pulumi cancel` where the stack is locked, and the update again; then the checks.
 * The same seed makes the same org and the same moment.
 */
export async function playOnEngine(seed: number, trouble: Trouble): Promise<EngineReport> {
  const random = new Random(seed);
  const fixture = generateOrg({ seed, users: 12, grants: 40, apps: 4 });
  const org = await startLocalOrg({ org: fixture });
  const mark = randomUUID();
  let project: PulumiProject | undefined;
  try {
    project = await PulumiProject.create({
      [MARK]: mark,
      SF_ORG_INSTANCE_URL: org.url,
      SF_ACCESS_TOKEN: org.accessToken,
      SANCTIONED_AUDIT_FILE: RECORD,
      SANCTIONED_REVOKE_CONCURRENCY: String(CONCURRENCY),
    });
    await project.write("policy/dieppe-trading.yaml", policyText(fixture));
    const active = fixture.users.filter(({ isActive }) => isActive).map(({ username }) => username);
    const play = new Play(org, project, mark, trouble, new Set(active));
    return await play.play(3 + random.integer(8));
  } finally {
    for (const { pid } of processesOf(MARK, mark)) process.kill(pid, "SIGKILL");
    await project?.remove();
    await org.close();
  }
}

/** Every app is unlisted but the first, which everyone may have who has not left. */
function policyText({ apps }: ReturnType<typeof generateOrg>): string {
  return [
    "version: 1",
    "unlisted: revoke",
    "limits: { revocations: 1000, percent: 100, perApp: 1000 }",
    `apps: [{ id: ${apps[0]!.id}, users: everyone }]`,
    "",
  ].join("\n");
}

class Play {
  readonly #org: LocalOrg;
  readonly #project: PulumiProject;
  readonly #mark: string;
  readonly #trouble: Trouble;
  /** Usernames: what leavers have goes, whatever the app. */
  readonly #active: ReadonlySet<string>;
  readonly #violations: string[] = [];
  readonly #record: string;
  #output = "";
  /** Calls that were under way or on record when the record was lost. */
  #lost = 0;

  constructor(
    org: LocalOrg,
    project: PulumiProject,
    mark: string,
    trouble: Trouble,
    active: ReadonlySet<string>,
  ) {
    this.#active = active;
    this.#org = org;
    this.#project = project;
    this.#mark = mark;
    this.#trouble = trouble;
    this.#record = path.join(project.folder, RECORD);
  }

  /** @param at the trouble begins with this revoke call */
  async play(at: number): Promise<EngineReport> {
    const { faults = [] } = this.#trouble;
    const before = this.#org.store.grants();
    const sanctioned = new Set(
      before
        .filter((grant) => grant.AppName === "App 0" && this.#active.has(this.#org.store.username(grant)))
        .map(({ usageId }) => usageId),
    );
    const secrets = before.flatMap(({ DeleteToken }) => String(DeleteToken)).concat(this.#org.accessToken);
    this.#org.setFaults([{ kind: "latency", match: REVOKE, ms: CALL_MS }, ...faults]);
    const update = this.#project.start("up", "--yes", "--skip-preview");
    await this.#strike(update, at);
    this.#output += (await this.#ended(update)).output;
    await this.#noOrphans();
    this.#recordIsWhole("after the trouble");
    this.#org.setFaults([]);
    await this.#recover();
    this.#recordIsWhole("in the end");
    this.#callsAreOnRecord();

    const left = new Set(this.#org.store.grants().map(({ usageId }) => usageId));
    const gone = before.filter(({ usageId }) => !left.has(usageId));
    for (const { usageId } of gone)
      if (sanctioned.has(usageId)) this.#violate(`a sanctioned grant was revoked: ${usageId}`);
    for (const { usageId } of before)
      if (left.has(usageId) && !sanctioned.has(usageId)) this.#violate(`a grant was left: ${usageId}`);
    const texts = this.#output + (await this.#project.state()) + this.#recordText();
    if (secrets.some((secret) => texts.includes(secret)))
      this.#violate("a token is in the output, state or record");
    return { revoked: gone.length, violations: this.#violations };
  }

  async #strike(update: Started, at: number): Promise<void> {
    const { strike, endsTheRun, losesTheRecord } = this.#trouble;
    if (strike === undefined) return undefined;
    let hasEnded = false;
    const ended = update.ended.then(() => {
      hasEnded = true;
    });
    while (this.#calls() < at && !hasEnded) await Promise.race([pause(5), ended]);
    if (hasEnded) return this.#violate(`the update ended before its call ${at}`);
    if (losesTheRecord) this.#lost = this.#recorded();
    await strike({
      org: this.#org,
      group: update.pid,
      processes: () => processesOf(MARK, this.#mark),
      record: this.#record,
      rival: () => this.#rival(),
    } satisfies Scene);
    if (!endsTheRun) return undefined;
    await pause(STOP_MS);
    const made = this.#calls();
    await pause(STOP_MS);
    if (this.#calls() > made) this.#violate(`${this.#calls() - made} calls were made long after the trouble`);
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

  async #ended(update: Started) {
    const late = pause(HANGS_MS).then(() => null);
    const run = await Promise.race([update.ended, late]);
    if (run !== null) return run;
    this.#violate("the update did not end");
    for (const { pid } of processesOf(MARK, this.#mark)) process.kill(pid, "SIGKILL");
    return update.ended;
  }

  async #noOrphans(): Promise<void> {
    const until = performance.now() + ORPHAN_MS;
    while (processesOf(MARK, this.#mark).length > 0 && performance.now() < until) await pause(100);
    const orphans = processesOf(MARK, this.#mark);
    if (orphans.length > 0)
      this.#violate(`outlived the engine: ${orphans.map(({ role }) => role).join(", ")}`);
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
      for (const file of readdirSync(this.#project.folder).filter((name) => name.startsWith(RECORD)))
        rmSync(path.join(this.#project.folder, file), { recursive: true });
      run = await again();
    }
    this.#output += run.output;
    if (run.code !== 0) this.#violate(`the next update ended with ${run.code}: ${run.output.slice(-800)}`);
    const preview = await this.#project.run("preview", "--expect-no-changes");
    this.#output += preview.output;
    if (preview.code !== 0) this.#violate(`the next preview ended with ${preview.code}`);
  }

  #calls(): number {
    return this.#org.requests.filter(({ path: at }) => at === REVOKE).length;
  }

  #recorded(): number {
    const text = this.#recordText();
    const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
    return count(/"event":"revoking"/g) - count(/"answer":"not-made"/g);
  }

  #recordText(): string {
    return existsSync(this.#record) ? readFileSync(this.#record, "utf8") : "";
  }

  #recordIsWhole(when: string): void {
    if (!existsSync(this.#record)) {
      if (!this.#trouble.losesTheRecord) this.#violate(`${when} there is no record`);
      return;
    }
    // A line that was cut off says so until the next run ends it.
    const problems = verifyRecord(readFileSync(this.#record, "utf8"), []).problems.filter(
      ({ message }) => when === "in the end" || !message.startsWith("is cut off"),
    );
    for (const { line, message } of problems) this.#violate(`the record ${when}, line ${line}: ${message}`);
  }

  #callsAreOnRecord(): void {
    const unknown = this.#calls() - this.#recorded() - this.#lost;
    const underWay = this.#trouble.losesTheRecord ? 2 * CONCURRENCY : 0;
    if (unknown > underWay) this.#violate(`${unknown} calls that the org saw are not on record`);
  }

  #violate(what: string): void {
    this.#violations.push(`${this.#trouble.name}: ${what}`);
  }
}
