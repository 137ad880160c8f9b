import { existsSync } from "node:fs";
import path from "node:path";
import type { Inventory } from "../inventory/inventory.ts";
import { listInventory } from "../inventory/list.ts";
import type { DirectoryNeeds } from "../inventory/needs.ts";
import { type Evaluation, evaluate } from "../plan/evaluate.ts";
import { needsOf } from "../policy/needs.ts";
import type { Policy } from "../policy/policy.ts";
import { acceptPolicyObject, readPolicy } from "../policy/read.ts";
import { connect, type OrgConnection } from "../salesforce/connection.ts";
import { readCredentials, type Settings } from "../salesforce/credentials.ts";

/** Where the policy is: a file relative to the Pulumi project, or the policy itself as an object. */
export type PolicySource = string | Readonly<Record<string, unknown>>;

/**
 * One phase of a Pulumi run: one login and one inventory, however many methods of the provider ask.
 * (Preview and update are different processes, so each sees the org afresh.)
 */
export class Session {
  readonly #settings: Settings;
  #connection: Promise<OrgConnection> | undefined;
  #inventory: Promise<Inventory> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  connection(): Promise<OrgConnection> {
    this.#connection ??= (async () => connect(readCredentials(this.#settings, process.env)))();
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

  /** @throws UserError for a policy or org that is not right; InconclusiveError where the list cannot be proven complete. */
  async observe(source: PolicySource): Promise<Evaluation> {
    const policy = loadPolicy(source);
    return evaluate(policy, await this.inventory(needsOf(policy)), Date.now());
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
