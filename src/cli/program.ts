import { Command, Option } from "commander";
import { shownError } from "../errors.ts";
import { namesMeant } from "../policy/nearest.ts";
import { chooseOrg, type OrgChoice } from "./chosenOrg.ts";
import { cliErrors } from "./errors.ts";
import { withHelpVerbs } from "./helpVerbs.ts";
import { approveCommand } from "./verbs/approve.ts";
import { auditCommand } from "./verbs/audit.ts";
import { baselineCommand } from "./verbs/baseline.ts";
import { ciCommand } from "./verbs/ci/ci.ts";
import { commentCommand } from "./verbs/comment.ts";
import { completionCommand } from "./verbs/completion.ts";
import { allowCommand, denyCommand, exemptCommand, protectCommand } from "./verbs/decisions.ts";
import { doctorCommand } from "./verbs/doctor.ts";
import { explainCommand } from "./verbs/explain.ts";
import { fleetCommand } from "./verbs/fleet/fleet.ts";
import { initCommand } from "./verbs/init.ts";
import { issueCommand } from "./verbs/issue.ts";
import { listCommand } from "./verbs/list.ts";
import { newCommand } from "./verbs/new.ts";
import { planCommand } from "./verbs/plan.ts";
import { probeCommand } from "./verbs/probe.ts";
import { reportCommand } from "./verbs/report.ts";
import { reviewCommand } from "./verbs/review.ts";
import { revokeCommand } from "./verbs/revoke.ts";
import { schemaCommand } from "./verbs/schema.ts";
import { simulatorCommand } from "./verbs/simulator.ts";
import { stopCommand } from "./verbs/stop.ts";
import { upgradeCommand } from "./verbs/upgrade.ts";
import { validateCommand } from "./verbs/validate.ts";
import { verifyStateCommand } from "./verbs/verifyState.ts";
import { versionCommand } from "./verbs/version.ts";
import { watchCommand } from "./verbs/watch.ts";
import { verbsOf } from "./verbTree.ts";
import { versionText } from "./version.ts";

interface ProgramOptions {
  /** What is done before a verb runs: its org is chosen, unless something else is said. */
  readonly beforeVerb?: (program: Command, verb: Command) => Promise<void>;
}

/** Every verb: what runs, and what the help, the completion and the reference are made from. */
export function program({ beforeVerb = prepare }: ProgramOptions = {}): Command {
  const root = new Command("sanctioned")
    .description(
      "GitOps for Salesforce's connected users: a reviewed policy says which apps may hold tokens of whom.",
    )
    .option("-V, --version", "show the version of this tool, of Node and of the engine")
    .on("option:version", () => {
      process.stdout.write(versionText());
      process.exit();
    })
    .addCommand(newCommand())
    .addCommand(upgradeCommand())
    .addCommand(initCommand())
    .addCommand(validateCommand())
    .addCommand(listCommand())
    .addCommand(reviewCommand())
    .addCommand(allowCommand())
    .addCommand(denyCommand())
    .addCommand(exemptCommand())
    .addCommand(protectCommand())
    .addCommand(planCommand())
    .addCommand(explainCommand())
    .addCommand(approveCommand())
    .addCommand(reportCommand())
    .addCommand(baselineCommand())
    .addCommand(revokeCommand())
    .addCommand(stopCommand())
    .addCommand(watchCommand())
    .addCommand(commentCommand())
    .addCommand(issueCommand())
    .addCommand(fleetCommand())
    .addCommand(ciCommand())
    .addCommand(auditCommand())
    .addCommand(verifyStateCommand())
    .addCommand(doctorCommand())
    .addCommand(probeCommand())
    .addCommand(schemaCommand())
    .addCommand(simulatorCommand())
    .option(
      "--policy-root <folder>",
      "of every verb: the folder that policies and all files that they name are in (default: SANCTIONED_POLICY_ROOT, else each policy's own)",
    )
    .option(
      "--org <name>",
      "of every verb that reads one org: the one of this name in orgs.yaml, with its login and policy",
    )
    .addOption(new Option("--in <name>", "as --org").hideHelp())
    .option(
      "--stack <name>",
      "of every verb that reads one org: take its login and policy from the config of this Pulumi stack",
    )
    .hook("preAction", refuseSwallowed)
    .hook("preAction", beforeVerb)
    .addHelpText(
      "after",
      "\nRevoking by policy is Pulumi's: `npx pulumi preview --diff`, then `npx pulumi up`.\n\nExample:\n  $ npx sanctioned list --app Slack",
    );
  root.addCommand(completionCommand(() => root));
  root.addCommand(versionCommand());
  withHelpVerbs(root);
  for (const { path, command } of verbsOf(root)) showErrorsWithCode(command, `sanctioned ${path}`.trim());
  return root;
}

/**
 * Refuses an option as the value of another, which had none: commander takes it for one, so that `--profiles --reason x` would be of two profiles.
 * `--app=--all` is meant.
 * @throws UserError
 */
function refuseSwallowed(program: Command, verb: Command): void {
  const flags = [...verb.options, ...program.options].flatMap(flagsOf);
  const { rawArgs } = program as Command & { readonly rawArgs: readonly string[] };
  for (const command of [verb, program])
    for (const option of command.options) {
      const values = [command.getOptionValue(option.attributeName())].flat();
      const taken = values.find(
        (value) =>
          typeof value === "string" &&
          flags.includes(value.split("=", 1)[0]!) &&
          rawArgs.some((word, i) => flagsOf(option).includes(word) && rawArgs[i + 1] === value),
      );
      if (taken === undefined) continue;
      const fault = `option '${option.flags}' takes a value, and '${taken.split("=", 1)[0]}' is an option`;
      throw cliErrors["command-line-not-valid"]({ fault, verb: `sanctioned ${verbPath(verb)}` });
    }
}

function flagsOf({ long, short }: Option): string[] {
  return [long ?? [], short ?? []].flat();
}

function verbPath(verb: Command): string {
  const { parent } = verb;
  return parent?.parent ? `${verbPath(parent)} ${verb.name()}` : verb.name();
}

/** @throws UserError */
async function prepare(program: Command, verb: Command): Promise<void> {
  const { policyRoot, in: alias, ...choice } = program.opts<ProgramOptions>();
  // Runs read their settings from the environment, wherever they are opened.
  if (policyRoot !== undefined) process.env.SANCTIONED_POLICY_ROOT = policyRoot;
  const org = choice.org ?? alias;
  await chooseOrg(choiceFor(verb, org === undefined ? choice : { ...choice, org }), readsOrg(verb));
}

interface ProgramOptions extends OrgChoice {
  readonly policyRoot?: string;
  /** What `--org` was called first, and still goes by. */
  readonly in?: string;
}

/** Whether a verb connects to the org that is chosen, as far as its options say: what it is given in a file needs no login. */
function readsOrg(verb: Command): boolean {
  const { inventory, plan, lookUp } = verb.opts<Readonly<Record<string, unknown>>>();
  if (verb.parent?.parent !== null || !OF_ONE_ORG.has(verb.name()) || verb.name() === "approve") return false;
  return verb.name() === "validate" ? lookUp === true : inventory === undefined && plan === undefined;
}

/** The verbs that `--org` and `--stack` are of. */
const OF_ONE_ORG: ReadonlySet<string> = new Set([
  "init",
  "validate",
  "list",
  "review",
  "allow",
  "deny",
  "exempt",
  "protect",
  "plan",
  "explain",
  "approve",
  "report",
  "baseline",
  "revoke",
  "watch",
  "doctor",
  "probe",
]);

/**
 * What is chosen, of a verb that it is of: any other would do something else than it was told. A verb that has an option of the name
 * is given its value, which commander takes for the program's own wherever it stands.
 * @throws UserError
 */
function choiceFor(verb: Command, choice: OrgChoice): OrgChoice {
  const { parent } = verb;
  const isOfProgram = parent?.parent === null;
  if (isOfProgram && OF_ONE_ORG.has(verb.name())) return choice;
  for (const [key, value] of Object.entries({ org: choice.org, stack: choice.stack })) {
    if (value === undefined) continue;
    const option = `--${key}`;
    if (!verb.options.some(({ long }) => long === option))
      throw cliErrors["org-choice-not-taken"]({
        option,
        verb: isOfProgram ? verb.name() : `${parent?.name()} ${verb.name()}`,
      });
    verb.setOptionValueWithSource(key, value, "cli");
  }
  return {};
}

/** Mistakes that commander finds look like every other error. */
function showErrorsWithCode(command: Command, verb: string): void {
  command.configureOutput({
    outputError: (text, write) => {
      const fault = withChoiceMeant(
        text
          .trim()
          .replace(/^error: /, "")
          .replace(/\.$/, "")
          .replaceAll("\n", " "),
      );
      write(`${shownError(cliErrors["command-line-not-valid"]({ fault, verb }))}\n`);
    },
  });
}

/** What commander says of a value that is no choice, with the choice that was most likely meant, as it does itself for verbs and options. */
function withChoiceMeant(fault: string): string {
  const [, value, choices] =
    /(?:argument|value) '(.*)' is invalid(?: for argument '.*')?\. Allowed choices are (.*)$/.exec(fault) ??
    [];
  if (value === undefined || choices === undefined) return fault;
  const [name] = namesMeant(value, choices.split(", "));
  return name === undefined ? fault : `${fault} (Did you mean ${name}?)`;
}
