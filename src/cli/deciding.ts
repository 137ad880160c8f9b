import { NO_NEEDS } from "../inventory/needs.ts";
import { isNear } from "../names.ts";
import { appMeantText, appNotFound } from "../plan/named.ts";
import { type AppToEdit, entryCalled, type PolicyEdit } from "../policy/edit/edits.ts";
import { isBlank } from "../policy/hidden.ts";
import { policyFromObject } from "../policy/load.ts";
import type { Policy } from "../policy/policy.ts";
import type { AppFile, UserMapFile } from "../policy/policySchema.ts";
import { printable } from "../printable.ts";
import { needsOf } from "../resolve/policyNeeds.ts";
import { parseAppId } from "../salesforce/id.ts";
import { shellCommand } from "../shell.ts";
import { type Day, days, dayOf as dayText, isOver, parseDay } from "../time.ts";
import {
  appToCome,
  appToEdit,
  changeText,
  type EditedPolicy,
  editedPolicy,
  effectText,
  judgeDecided,
  type NamedApp,
  type OrgAtHand,
  orgAtHand,
} from "./editing.ts";
import { cliErrors } from "./errors.ts";
import type { EditOptions } from "./options.ts";
import { propose } from "./proposing.ts";
import { repeated } from "./repeat.ts";

/** For how long an app is expected that is proposed to be. */
const USUAL_WAIT_DAYS = 30;

/** One decision: what it is about, and what is said of that. */
export interface DecisionOptions extends EditOptions {
  readonly app?: string;
  readonly user?: string;
  readonly reason?: string;
  readonly owner?: string;
  readonly reviewBy?: string;
  readonly expectedBy?: string;
  readonly expires?: string;
  readonly everyone?: boolean;
  readonly usernames?: string[];
  readonly profiles?: string[];
  readonly permissionSets?: string[];
  readonly permissionSetGroups?: string[];
  readonly roles?: string[];
  readonly publicGroups?: string[];
}

/** What a decision is about, looked up. */
interface About {
  readonly app: AppToEdit | null;
  readonly user: string | null;
  readonly policy: Policy;
  readonly asOf: number;
  readonly options: DecisionOptions;
}

type EditOf = (about: About) => PolicyEdit;

const EDITS: Readonly<Record<PolicyEdit["kind"], EditOf>> = {
  allow: allowEdit,
  deny: ({ app, options: { owner, reason } }) => ({
    kind: "deny",
    app: app!,
    ...(owner === undefined ? {} : { owner }),
    reason: reason!,
  }),
  exempt: ({ app, user, asOf, options: { expires: day, reason, owner } }) => {
    const expires = dayOf("expires", day!);
    if (isOver(expires, asOf)) throw cliErrors["exemption-over"]({ day: expires });
    return { kind: "exempt", app, user, reason: reason!, owner: owner!, expires };
  },
  protect: ({ app, user }) => {
    if (app !== null && user !== null) throw cliErrors["protected-one-by-one"]();
    return app === null ? { kind: "protect", user: user! } : { kind: "protect", app };
  },
};

function allowEdit({ app, policy, asOf, options }: About): PolicyEdit {
  const { owner, reason, reviewBy, expectedBy } = options;
  const users = usersOf(options);
  const entry = entryCalled(policy, app!.listedAs);
  if (entry === null || entry.denied !== null) checkNew(options);
  if ([users, owner, reason, reviewBy, expectedBy].every((one) => one === undefined))
    throw cliErrors["nothing-to-change"]();
  const day = expectedBy === undefined ? null : dayOf("expected-by", expectedBy);
  if (day !== null && isOver(day, asOf)) throw cliErrors["expected-day-over"]({ day });
  return {
    kind: "allow",
    app: app!,
    ...(users === undefined ? {} : { users }),
    ...(owner === undefined ? {} : { owner }),
    ...(reason === undefined ? {} : { reason }),
    ...(reviewBy === undefined ? {} : { reviewBy: dayOf("review-by", reviewBy) }),
    ...(day === null ? {} : { expectedBy: day }),
  };
}

/** @throws UserError for what a new entry lacks */
function checkNew(options: DecisionOptions): void {
  if (usersOf(options) === undefined) throw cliErrors["users-not-said"]();
  if (options.reason === undefined) throw cliErrors["reason-of-app-missing"]();
}

function usersOf(options: DecisionOptions): AppFile["users"] | undefined {
  const { everyone, usernames, profiles, permissionSets, permissionSetGroups, roles, publicGroups } = options;
  const lists = { usernames, profiles, permissionSets, permissionSetGroups, roles, publicGroups };
  const said = Object.entries(lists).filter(([, names]) => names !== undefined);
  if (everyone === true && said.length > 0) throw cliErrors["everyone-and-some"]();
  if (everyone === true) return "everyone";
  return said.length === 0 ? undefined : (Object.fromEntries(said) as UserMapFile);
}

function dayOf(option: string, text: string): Day {
  const day = parseDay(text);
  if (day === null) throw cliErrors["option-not-a-day"]({ option: `--${option}` });
  return day;
}

/** @throws UserError for a command line that does not say a decision */
function checkSaid(options: DecisionOptions): void {
  if (options.app === undefined && options.user === undefined) throw cliErrors["app-or-user-missing"]();
  for (const option of ["app", "reason", "owner"] as const)
    if (options[option] !== undefined && isBlank(options[option]))
      throw cliErrors["text-empty"]({ option: `--${option}` });
  if (options.pullRequest === true && options.branch === undefined) throw cliErrors["branch-not-named"]();
}

/** Null where nothing is named that has to be looked up: an app by its id needs no org. */
async function orgOf(policy: Policy, options: DecisionOptions): Promise<OrgAtHand | null> {
  const { app, user, inventory } = options;
  const isById = app !== undefined && parseAppId(app) !== null && user === undefined;
  return isById && inventory === undefined ? null : orgAtHand(policy, options, needsOfUsers(options));
}

/**
 * The app that the options name. One that neither the org nor the policy has can be allowed alone, and that only where it is said to be
 * still to come.
 * @throws UserError where no app is, where several are, and where what is said to come is there
 */
function appAsked(
  kind: PolicyEdit["kind"],
  named: string,
  { expectedBy, ...options }: DecisionOptions,
  policy: Policy,
  known: Parameters<typeof appToEdit>[2],
): NamedApp {
  const found = appToEdit(named, policy, known);
  if (found !== null && expectedBy !== undefined && found.isThere === true)
    throw cliErrors["app-there-already"]({ app: named, org: known!.inventory.org.name });
  const isOfEntry = kind === "allow" || kind === "deny";
  if (found !== null && (found.isThere !== false || isOfEntry)) return found;
  if (kind === "allow" && expectedBy !== undefined) return { app: appToCome(named), isThere: false };
  const { inventory } = known!;
  const isMistake = inventory.apps.some(({ name }) => isNear(named, name));
  if (kind !== "allow" || isMistake) throw appNotFound(inventory, named);
  const app = appToCome(named);
  checkNew(options);
  throw cliErrors["app-not-there-yet"]({
    app: app.name ?? app.id!,
    org: inventory.org.name,
    meant: appMeantText(inventory, named),
    command: repeated(["--expected-by", dayText(Date.now() + days(USUAL_WAIT_DAYS))]),
  });
}

/** Puts one decision into the policy that the options name. @throws UserError, PolicyError where it cannot be there */
export async function decide(kind: PolicyEdit["kind"], options: DecisionOptions): Promise<void> {
  checkSaid(options);
  const edited = editedPolicy(options);
  const { policy } = edited;
  const org = await orgOf(policy, options);
  const before = (await org?.judge(policy)) ?? null;
  const known = org === null ? null : { inventory: org.inventory, resolved: before?.resolved ?? null };
  const named = options.app === undefined ? null : appAsked(kind, options.app, options, policy, known);
  const app = named?.app ?? null;
  const asOf = org?.asOf ?? Date.now();
  const edit = EDITS[kind]({ app, user: options.user ?? null, policy, asOf, options });
  edited.take(edited.with(edit));
  const effect = org === null ? "" : effectText(before, await judgeDecided(edited.policy, org));
  if (named !== null) sayWeak(named);
  sayFiles(edited);
  await finish(edited, options, [decisionText(edit)], effect);
}

function sayWeak({ app: { id, name }, isThere }: NamedApp): void {
  if (id !== null) return;
  const why = isThere === false ? "The org does not have" : "The org gives no id of";
  const then = isThere === false ? " Once it is there, give its id (docs/policy.md)." : "";
  process.stderr.write(
    `${why} ${printable(name!)}${isThere === false ? " yet" : ""}: it is matched by its name alone, and so is any app that takes that name.${then}\n`,
  );
}

/** What the names of users ask of the org, so that it is read once. */
function needsOfUsers(options: DecisionOptions) {
  const users = usersOf(options);
  if (users === undefined) return NO_NEEDS;
  const result = policyFromObject({ version: 1, unlisted: "report", apps: [{ name: "app", users }] }, "");
  return "policy" in result ? needsOf(result.policy) : NO_NEEDS;
}

function sayFiles({ policy, file }: EditedPolicy): void {
  const other = policy.apps.find(({ shared }) => shared)?.position.file;
  if (other !== undefined)
    process.stderr.write(`What ${printable(file)} extends (${printable(other)}) is left as it is.\n`);
}

/** Shows the difference, and writes it where the options say. */
export async function finish(
  edited: EditedPolicy,
  options: EditOptions,
  decisions: readonly string[],
  effect: string,
  written = edited.before,
): Promise<void> {
  const file = printable(edited.file);
  const difference = changeText(edited.file, edited.before, edited.text);
  if (difference === "") {
    process.stdout.write(`${file} says so already. Nothing is written.\n`);
    return;
  }
  process.stdout.write(`${difference}${effect}`);
  if (options.dryRun === true) {
    process.stdout.write(`${file} is as it was (--dry-run). Nothing is revoked.\n`);
    return;
  }
  if (options.branch !== undefined) {
    process.stdout.write(
      await propose(edited, { ...options, branch: options.branch }, decisions, difference),
    );
    return;
  }
  edited.write(written);
  process.stdout.write(
    `${file} is written. Nothing is revoked by that. Next: \`${shellCommand(["npx", "sanctioned", "plan", "--policy", edited.file])}\`\n`,
  );
}

/** A decision in a few words, for a commit. Untrusted text. */
export function decisionText(edit: PolicyEdit): string {
  const app = edit.app ? (edit.app.name ?? edit.app.id!) : null;
  switch (edit.kind) {
    case "allow":
      return `${edit.users === undefined ? "Change the entry of" : "Sanction"} ${app}`;
    case "deny":
      return `Deny ${app}`;
    case "exempt":
      return `Exempt ${[app, edit.user].filter((one) => one !== null).join(" of ")} until ${edit.expires}`;
    case "protect":
      return `Protect ${app ?? edit.user}`;
  }
}
