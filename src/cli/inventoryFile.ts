import { type Command, Option } from "commander";
import type { Inventory } from "../inventory/inventory.ts";
import { bothNeeds } from "../inventory/needs.ts";
import { restoreInventory, saveInventory } from "../plan/savedInventory.ts";
import type { Policy } from "../policy/policy.ts";
import { readPolicy } from "../policy/read.ts";
import { needsOf } from "../resolve/needs.ts";
import { readInventory } from "./org.ts";
import { readTextFile } from "./readTextFile.ts";
import { writeNew } from "./writeNew.ts";

export interface InventoryOptions {
  readonly inventory?: string;
  readonly saveInventory?: string;
  readonly alsoFor?: string;
}

/** Adds `--inventory` and `--save-inventory` to a verb that judges an org. */
export function withInventoryOptions(command: Command): Command {
  return command
    .option(
      "--inventory <file>",
      "judge this saved inventory, at the time that it was read, in place of the org",
    )
    .addOption(
      new Option("--save-inventory <file>", "also write what was read of the org to a new file").conflicts(
        "inventory",
      ),
    )
    .addOption(
      new Option(
        "--also-for <policy>",
        "read what this policy asks of the org too, so that the saved inventory can be judged by it",
      ).conflicts("inventory"),
    );
}

/**
 * The inventory that is to be judged and the time to judge it at: of the org, now, or a saved one with its
 * own time.
 * @throws UserError, InconclusiveError
 */
export async function inventoryToJudge(
  policy: Policy,
  { inventory: file, saveInventory: target, alsoFor }: InventoryOptions,
): Promise<{ readonly inventory: Inventory; readonly time: number }> {
  const own = needsOf(policy);
  const needs = alsoFor === undefined ? own : bothNeeds(own, needsOf(readPolicy(alsoFor)));
  if (file !== undefined) {
    const inventory = restoreInventory(readTextFile(file, "The inventory"), file, needs);
    return { inventory, time: Date.parse(inventory.proof.at) };
  }
  const inventory = await readInventory(needs);
  if (target !== undefined) writeNew(target, saveInventory(inventory, needs), "--save-inventory");
  return { inventory, time: Date.now() };
}
