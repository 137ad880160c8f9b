import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { generateOrg } from "salesforce-local-org/orgs";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { PulumiProject, type Started } from "../../test/pulumi/pulumiRun.ts";
import { type Process, processesOf } from "./processes.ts";
import { pause } from "./troubles.ts";

const MARK = "CHAOS_PLAY";
/** Revoke calls that an update has under way at once. */
export const CONCURRENCY = 2;
/** Slow enough for trouble to come in the middle. */
const CALL_MS = 120;
const REVOKE = "/services/oauth2/revoke";
/** No process outlives its engine for longer. */
const ORPHAN_MS = 10_000;
/** An update that hangs for so long will not end. */
const HANGS_MS = 90_000;
const RECORD = "audit.jsonl";

type Grant = ReturnType<LocalOrg["store"]["grants"]>[number];

/** What is wrong with what the org holds, and how many grants it lost. */
interface Outcome {
  readonly revoked: number;
  readonly wrong: readonly string[];
}

/**
 * Where one play on the real engine takes place: an org with grants of which most break the policy, and checkouts that
 * manage it. What ought to go is told by the org's own rows, with none of what is played.
 */
export class Stage {
  readonly org: LocalOrg;
  /** How many grants break the policy. */
  readonly wanted: number;
  /** Nothing of these may be anywhere. */
  readonly secrets: readonly string[];
  readonly #mark = randomUUID();
  readonly #policy: string;
  readonly #before: readonly Grant[];
  readonly #sanctioned: ReadonlySet<unknown>;
  readonly #checkouts: PulumiProject[] = [];

  private constructor(org: LocalOrg, fixture: ReturnType<typeof generateOrg>) {
    this.org = org;
    this.#policy = policyText(fixture);
    this.#before = org.store.grants();
    // What leavers have goes, whatever the app.
    const active = new Set(fixture.users.flatMap(({ isActive, username }) => (isActive ? username : [])));
    const sanctioned = this.#before.filter(
      (grant) => grant.AppName === "App 0" && active.has(org.store.username(grant)),
    );
    this.#sanctioned = new Set(sanctioned.map(({ usageId }) => usageId));
    this.wanted = this.#before.length - sanctioned.length;
    this.secrets = this.#before.map(({ DeleteToken }) => String(DeleteToken)).concat(org.accessToken);
  }

  /** The same seed makes the same org. */
  static async open(seed: number): Promise<Stage> {
    const fixture = generateOrg({ seed, users: 12, grants: 40, apps: 4 });
    return new Stage(await startLocalOrg({ org: fixture }), fixture);
  }

  /** A checkout of its own, with its own record. @param env is added to the environment of its commands */
  async checkout(env: NodeJS.ProcessEnv = {}): Promise<PulumiProject> {
    const checkout = await PulumiProject.create({
      [MARK]: this.#mark,
      SF_ORG_INSTANCE_URL: this.org.url,
      SF_ACCESS_TOKEN: this.org.accessToken,
      SANCTIONED_AUDIT_FILE: RECORD,
      SANCTIONED_REVOKE_CONCURRENCY: String(CONCURRENCY),
      ...env,
    });
    this.#checkouts.push(checkout);
    await checkout.write("policy/dieppe-trading.yaml", this.#policy);
    return checkout;
  }

  /** Makes each revoke call take its time. @param faults what is wrong with the org besides @param ms of one call */
  slow(faults: Parameters<LocalOrg["setFaults"]>[0] = [], ms = CALL_MS): void {
    this.org.setFaults([{ kind: "latency", match: REVOKE, ms }, ...faults]);
  }

  /** Revoke calls that the org saw. */
  calls(): number {
    return this.org.requests.filter(({ path: at }) => at === REVOKE).length;
  }

  /** Waits until the org has seen so many revoke calls. @returns false where the update ended before */
  async untilCalls(calls: number, update: Started): Promise<boolean> {
    let hasEnded = false;
    const ended = update.ended.then(() => {
      hasEnded = true;
    });
    while (this.calls() < calls && !hasEnded) await Promise.race([pause(5), ended]);
    return !hasEnded;
  }

  /** Those of the checkouts' commands that are alive. */
  processes(): Process[] {
    return processesOf(MARK, this.#mark);
  }

  /** How an update ended; where it hangs it is killed. */
  async ended(update: Started) {
    let hung = false;
    const late = setTimeout(() => {
      hung = true;
      this.#kill();
    }, HANGS_MS);
    const run = await update.ended;
    clearTimeout(late);
    return { ...run, hung };
  }

  /** What outlives the engine for longer than it may, once all commands have ended. */
  async orphans(): Promise<Process[]> {
    const until = performance.now() + ORPHAN_MS;
    while (this.processes().length > 0 && performance.now() < until) await pause(100);
    return this.processes();
  }

  /** Holds the org against what ought to be left of it. */
  outcome(): Outcome {
    const left = new Set(this.org.store.grants().map(({ usageId }) => usageId));
    const ids = this.#before.map(({ usageId }) => usageId);
    return {
      revoked: ids.filter((id) => !left.has(id)).length,
      wrong: [
        ...ids
          .filter((id) => !left.has(id) && this.#sanctioned.has(id))
          .map((id) => `a sanctioned grant was revoked: ${id}`),
        ...ids
          .filter((id) => left.has(id) && !this.#sanctioned.has(id))
          .map((id) => `a grant was left: ${id}`),
      ],
    };
  }

  async close(): Promise<void> {
    this.#kill();
    for (const checkout of this.#checkouts) await checkout.remove();
    await this.org.close();
  }

  #kill(): void {
    for (const { pid } of this.processes()) process.kill(pid, "SIGKILL");
  }
}

/** Every app is unlisted but the first, which everyone may have who has not left. */
function policyText({ apps }: ReturnType<typeof generateOrg>): string {
  return [
    "version: 1",
    "unlisted: revoke",
    "platformApps: revoke",
    "limits: { revocations: 1000, percent: 100, perApp: 1000 }",
    `apps: [{ id: ${apps[0]!.id}, users: everyone }]`,
    "",
  ].join("\n");
}

/** The record of a checkout. */
export class StageRecord {
  readonly file: string;

  constructor(checkout: PulumiProject) {
    this.file = path.join(checkout.folder, RECORD);
  }

  exists(): boolean {
    return existsSync(this.file);
  }

  /** Empty where there is none. */
  text(): string {
    return this.exists() ? readFileSync(this.file, "utf8") : "";
  }

  /** What is wrong with it. @param isOver whether a line that was cut off is wrong: it says so until the next run ends it */
  problems(isOver: boolean): string[] {
    return verifyRecord(this.text(), [])
      .problems.filter(({ message }) => isOver || !message.startsWith("is cut off"))
      .map(({ line, message }) => `line ${line}: ${message}`);
  }

  /** Calls that it announces and does not take back. */
  calls(): number {
    const text = this.text();
    const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
    return count(/"event":"revoking"/g) - count(/"answer":"not-made"/g);
  }
}
