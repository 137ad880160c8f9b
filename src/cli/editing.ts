import type { Inventory } from "../inventory/inventory.ts";
import { bothNeeds, type DirectoryNeeds, NO_NEEDS } from "../inventory/needs.ts";
import { namedSo } from "../names.ts";
import type { Evaluation } from "../plan/evaluate.ts";
import { ambiguous, appIdNamed, appsNamedIfAny } from "../plan/named.ts";
import { countGrants } from "../plan/plan.ts";
import { restoreInventory } from "../plan/savedInventory.ts";
import { canBeNamed } from "../policy/canBeNamed.ts";
import { editPolicy, policyToEdit } from "../policy/edit/editPolicy.ts";
import { type AppToEdit, entryCalled, type PolicyEdit, toEdit } from "../policy/edit/edits.ts";
import { policyErrors } from "../policy/errors.ts";
import type { OpenFile } from "../policy/namedFile.ts";
import type { Policy } from "../policy/policy.ts";
import { decisionNotPossible, PolicyError } from "../policy/problem.ts";
import { openPolicyText } from "../policy/read.ts";
import { printable } from "../printable.ts";
import { needsOf } from "../resolve/policyNeeds.ts";
import type { ResolvedPolicy } from "../resolve/resolved.ts";
import { parseAppId } from "../salesforce/id.ts";
import { differenceText } from "../scaffold/difference.ts";
import { count } from "../text.ts";
import { chosenSettings, refuseOtherThanChosen } from "./chosenOrg.ts";
import { cliErrors } from "./errors.ts";
import { policyFile, readTextFile, replaceFile } from "./files.ts";
import type { EditOptions } from "./options.ts";
import { openObserver, rootsGiven } from "./run.ts";

/** A policy's file while decisions are put into it. Nothing is written before `write`. */
export class EditedPolicy {
  readonly file: string;
  readonly real: string;
  /** As it was read. */
  readonly before: string;
  readonly #open: OpenFile;
  #text: string;
  #policy: Policy;

  /** @throws PolicyError where it is no policy */
  constructor(file: string) {
    const { text, real, open } = openPolicyText(file, process.cwd(), rootsGiven());
    this.file = file;
    this.real = real;
    this.before = text;
    this.#open = open;
    this.#text = text;
    const result = policyToEdit({ text, file, open });
    if ("problems" in result) throw new PolicyError(result.problems);
    this.#policy = result.policy;
  }

  get text(): string {
    return this.#text;
  }

  get policy(): Policy {
    return this.#policy;
  }

  /** The policy and the text with a decision. @throws UserError where that cannot be said, PolicyError where it contradicts what the policy says besides */
  with(edit: PolicyEdit): { readonly text: string; readonly policy: Policy } {
    const { file } = this;
    const result = editPolicy({ text: this.#text, file, open: this.#open }, edit);
    if ("refused" in result) throw policyErrors["policy-not-editable"]({ file });
    if ("problems" in result)
      throw result.isBefore ? new PolicyError(result.problems) : decisionNotPossible(result.problems);
    return result;
  }

  /** Takes a decision, in memory. */
  take({ text, policy }: { readonly text: string; readonly policy: Policy }): void {
    this.#text = text;
    this.#policy = policy;
  }

  /** Puts what was taken into the file, whole. @throws UserError where somebody changed it meanwhile @returns whether it was changed */
  write(written: string): boolean {
    if (this.#text === written) return false;
    replaceFile(this.real, written, this.#text, this.file);
    return true;
  }
}

/** How a file changes, as a unified diff; empty for nothing. */
export function changeText(file: string, before: string, after: string): string {
  return before === after ? "" : differenceText(file, before, after);
}

/** An org, or what was saved of one, for the names in decisions. */
export interface OrgAtHand {
  readonly inventory: Inventory;
  readonly asOf: number;
  /** Holds a policy against it. @throws PolicyError where they do not fit @returns null where what was saved does not have what that takes */
  readonly judge: (policy: Policy) => Promise<Evaluation | null>;
}

/** Reads the org, or the inventory that the options name. @param more what decisions will ask for besides the policy @throws as `Observer.have` */
export async function orgAtHand(
  policy: Policy,
  { inventory: file }: Pick<EditOptions, "inventory">,
  more: DirectoryNeeds = NO_NEEDS,
): Promise<OrgAtHand> {
  const { judge } = await import("../run/observer.ts");
  const settings = chosenSettings();
  if (file === undefined) {
    const observer = await openObserver();
    const inventory = await observer.have(bothNeeds(needsOf(policy), more));
    const asOf = Date.now();
    const judgeIt = async (one: Policy) => {
      const needs = bothNeeds(bothNeeds(needsOf(policy), more), needsOf(one));
      return judge(one, await observer.have(needs), asOf, settings);
    };
    return { inventory, asOf, judge: judgeIt };
  }
  const text = readTextFile(file, "The inventory");
  const inventory = restoreInventory(text, file, NO_NEEDS);
  refuseOtherThanChosen(inventory.org, file);
  const asOf = Date.parse(inventory.proof.at);
  return {
    inventory,
    asOf,
    judge: async (one) => {
      try {
        return judge(one, restoreInventory(text, file, needsOf(one)), asOf, settings);
      } catch (error) {
        if ((error as { code?: string }).code === "inventory-lacks-needs") return null;
        throw error;
      }
    },
  };
}

/** The app that is meant, and whether the org has it; null where no org was read. */
export interface NamedApp {
  readonly app: AppToEdit;
  readonly isThere: boolean | null;
}

/**
 * The app that somebody names, by id, or by a name that one app of the org has, or else that the policy calls one so.
 * @param org null where none was read: then it is named by its id
 * @throws UserError where several are
 * @returns null where neither has one
 */
export function appToEdit(
  named: string,
  policy: Policy,
  org: { readonly inventory: Inventory; readonly resolved: ResolvedPolicy | null } | null,
): NamedApp | null {
  if (org === null) return { app: appOfId(named, policy), isThere: null };
  const { inventory, resolved } = org;
  const found = appsNamedIfAny(inventory, named);
  if (found.length === 0) return appListed(named, policy, inventory);
  const apps = found.filter(({ couldBe }) => couldBe === undefined);
  const [app, ...others] = apps;
  if (others.length > 0) throw ambiguous(inventory, named, apps);
  if (app === undefined || !canBeNamed(app, [app])) throw cliErrors["app-not-told"]({ app: named });
  if (app.kind === "identity-provider") throw cliErrors["provider-not-edited"]({ app: named });
  const entry = resolved?.listedApps.get(app.key)?.entry;
  const byId = app.id === null ? null : entryCalled(policy, { id: app.id });
  const listed = entry ?? byId;
  return { app: toEdit(app, listed ?? null), isThere: true };
}

/** The app of the policy's entry that is called so, where it is one. */
function appListed(named: string, { apps }: Policy, inventory: Inventory): NamedApp | null {
  const id = parseAppId(named);
  const entries =
    id === null
      ? namedSo(named, apps, ({ name }) => name?.value ?? "")
      : apps.filter((entry) => entry.id?.value === id);
  const [entry, ...others] = entries;
  if (entry === undefined || others.length > 0) return null;
  const app = toEdit({ id: entry.id?.value ?? null, name: entry.name?.value ?? "" }, entry);
  return { app, isThere: app.id !== null && inventory.apps.some((one) => one.id === app.id) };
}

/** An app that the org does not have yet, and that the policy does not list: the name or the id that it will have. @throws UserError for what no app can have */
export function appToCome(named: string): AppToEdit {
  const id = parseAppId(named);
  if (id === null && appIdNamed(named) !== null) throw cliErrors["provider-not-edited"]({ app: named });
  return { id, name: id === null ? named : null, listedAs: null };
}

/** @throws UserError for a name, and for an id that was copied wrongly */
function appOfId(named: string, policy: Policy): AppToEdit {
  const id = parseAppId(named) === null ? null : appIdNamed(named);
  if (id === null) throw cliErrors["app-named-without-org"]({ app: named });
  return { id, name: null, listedAs: entryCalled(policy, { id }) === null ? null : { id } };
}

/** What the policy would do in the org, before and after. */
export function effectText(before: Evaluation | null, after: Evaluation | null): string {
  if (after === null)
    return "What it does in the org was not judged: the saved inventory does not have what the policy asks for.\n";
  const org = printable(after.inventory.org.name);
  const now = countGrants(after.plan);
  const then = before === null ? null : countGrants(before.plan);
  const change = then === null || then === now ? "" : `, where it would revoke ${count(then)} without`;
  return `With that the policy would revoke ${count(now)} of ${count(after.inventory.grants.length)} grants in ${org}${change}.\n`;
}

/** Holds a policy with a decision in it against the org. @throws PolicyError with what that decision would make wrong */
export async function judgeDecided(policy: Policy, org: OrgAtHand): Promise<Evaluation | null> {
  try {
    return await org.judge(policy);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw decisionNotPossible(error.problems);
  }
}

/** The policy that the options name. */
export function editedPolicy({ policy }: Pick<EditOptions, "policy">): EditedPolicy {
  return new EditedPolicy(policyFile(policy));
}
