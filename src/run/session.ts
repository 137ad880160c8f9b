import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { listInventory } from "../inventory/list.ts";
import type { DirectoryNeeds } from "../inventory/needs.ts";
import { acceptPlanFile, restrictToApproved } from "../plan/approvedPlan.ts";
import { type Evaluation, evaluate } from "../plan/evaluate.ts";
import type { Policy } from "../policy/policy.ts";
import { acceptPolicyObject, readPolicy } from "../policy/read.ts";
import { printable } from "../printable.ts";
import { needsOf } from "../resolve/needs.ts";
import { connectToRevoke, type OrgConnection } from "../salesforce/connection.ts";
import { readCredentials, type Settings } from "../salesforce/credentials.ts";
import { type RunSettings, readRunSettings } from "./settings.ts";

/** Where the policy is: a file relative to the Pulumi project, or the policy itself as an object. */
export type PolicySource = string | Readonly<Record<string, unknown>>;

/**
 * One phase of a Pulumi run: one login and one inventory, however many methods of the provider ask.
 * (Preview and update are different processes, so each sees the org afresh.)
 */
export class Session {
  readonly #settings: Settings;
  readonly #config: (key: string) => string | undefined;
  #run: RunSettings | undefined;
  #connection: Promise<OrgConnection> | undefined;
  #inventory: Promise<Inventory> | undefined;

  constructor(settings: Settings, config: (key: string) => string | undefined) {
    this.#settings = settings;
    this.#config = config;
  }

  /** Read when it is first asked for, so that what is wrong with it is a failure of the check. @throws UserError */
  get run(): RunSettings {
    this.#run ??= readRunSettings(this.#config, process.env);
    return this.#run;
  }

  connection(): Promise<OrgConnection> {
    this.#connection ??= (async () => connectToRevoke(readCredentials(this.#settings, process.env)))();
    return this.#connection;
  }

  /** The needs are those of the one policy of this process, so that the first answer holds. */
  inventory(needs: DirectoryNeeds): Promise<Inventory> {
    this.#inventory ??= this.connection().then((connection) => listInventory(connection, { needs }));
    return this.#inventory;
  }

  /** To be called once grants were revoked: the next question reads the org again. */
  forgetInventory(): void {
    this.#inventory = undefined;
  }

  /**
   * What is planned, and how many grants are left for want of approval; null where no plan was to be approved.
   * @throws UserError for a policy, plan or org that is not right; InconclusiveError where the list cannot be proven complete
   */
  async observe(source: PolicySource): Promise<{ evaluation: Evaluation; drift: number | null }> {
    const { approvedPlan, approvedPlanMaxAgeDays: maxAgeDays, raised } = this.run;
    const policy = loadPolicy(source);
    const inventory = await this.inventory(needsOf(policy));
    const asOf = Date.now();
    const evaluation = evaluate(policy, inventory, asOf, raised?.limits);
    if (approvedPlan === null) return { evaluation, drift: null };
    const file = acceptPlanFile(readPlanFile(approvedPlan), approvedPlan, {
      orgId: inventory.org.id,
      asOf,
      maxAgeDays,
    });
    const { plan, drift } = restrictToApproved(evaluation, file);
    // What was approved line by line needs no limit.
    return { evaluation: { ...evaluation, plan, limits: { ...evaluation.limits, refusal: null } }, drift };
  }
}

/** The text of a plan file, named relative to the project. @throws UserError where it cannot be read */
function readPlanFile(file: string): string {
  try {
    return readFileSync(path.resolve(projectFolder(), file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new UserError(
      `The approved plan ${printable(file)} cannot be read (${code}). Nothing was revoked.`,
    );
  }
}

function loadPolicy(source: PolicySource): Policy {
  return typeof source === "string"
    ? readPolicy(source, projectFolder())
    : acceptPolicyObject(source, projectFolder());
}

/** The folder of the nearest Pulumi.yaml. The provider runs in the program's folder, which may lie below it. */
export function projectFolder(from = process.cwd()): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "Pulumi.yaml")) || existsSync(path.join(folder, "Pulumi.yml")))
      return folder;
    if (path.dirname(folder) === folder) return from;
  }
}
