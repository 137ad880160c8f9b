import { bothNeeds } from "../inventory/needs.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { restoreInventory, saveInventory } from "../plan/savedInventory.ts";
import type { PolicyResult } from "../policy/load.ts";
import type { Policy } from "../policy/policy.ts";
import { readPolicy, readPolicyFile } from "../policy/read.ts";
import { needsOf } from "../resolve/policyNeeds.ts";
import type { Observer } from "../run/observer.ts";
import type { Revoker } from "../run/revoker.ts";
import { policyRoots, type RunSettings, raisedText } from "../run/settings.ts";
import { chosenSettings, ofChosen, refuseOtherThanChosen, surroundings } from "./chosenOrg.ts";
import { policyFile, readTextFile, writeNew } from "./files.ts";
import type { JudgeOptions } from "./options.ts";

/** A run that looks, as the environment says. @throws SettingsError for a setting that is not valid */
export async function openObserver(): Promise<Observer> {
  return ofChosen((await opening()).openObserver(surroundings()));
}

/** A run that looks and can revoke: for `revoke`, `probe --destructive` and `watch --enforce` alone. @throws as `openObserver` */
export async function openRevoker(): Promise<Revoker> {
  return ofChosen((await opening()).openRevoker(surroundings()));
}

/** Loaded only when it is needed: jsforce is large, and `--help` should answer at once. */
function opening(): Promise<typeof import("../run/open.ts")> {
  return import("../run/open.ts");
}

/** The policy in a file that is named here, within the roots that the environment sets. @throws PolicyError */
export function givenPolicy(file: string): Policy {
  return readPolicy(file, process.cwd(), rootsGiven());
}

/** As `givenPolicy`, with the problems returned. */
export function givenPolicyFile(file: string): PolicyResult {
  return readPolicyFile(file, process.cwd(), rootsGiven());
}

/** The folders that policies may be in. */
export function rootsGiven(): readonly string[] {
  const { config = () => undefined, env } = surroundings();
  return policyRoots(config, env);
}

/**
 * Holds what the options name against the policy: the org, now, or a saved inventory at its own time.
 * Says so on standard error where limits are raised for this run.
 * @throws UserError, InconclusiveError
 */
export async function judgeAsAsked(options: JudgeOptions): Promise<Evaluation> {
  const { judge } = await import("../run/observer.ts");
  const settings = chosenSettings();
  sayRaised(settings);
  const policy = givenPolicy(policyFile(options.policy));
  const needs = needsOf(policy);
  if (options.inventory !== undefined) {
    const file = options.inventory;
    const saved = restoreInventory(readTextFile(file, "The inventory"), file, needs);
    refuseOtherThanChosen(saved.org, file);
    return judge(policy, saved, options.asOf ?? Date.parse(saved.proof.at), settings);
  }
  const { saveInventory: target, alsoFor, asOf } = options;
  const allNeeds = alsoFor === undefined ? needs : bothNeeds(needs, needsOf(givenPolicy(alsoFor)));
  const observer = await openObserver();
  const inventory = await observer.have(allNeeds);
  if (target !== undefined) writeNew(target, saveInventory(inventory, allNeeds), "--save-inventory");
  return judge(policy, inventory, asOf ?? Date.now(), settings);
}

/** Says on standard error that limits are raised for this run, where they are. */
export function sayRaised({ raised }: Pick<RunSettings, "raised">): void {
  if (raised !== null) process.stderr.write(`${raisedText(raised)}\n`);
}
