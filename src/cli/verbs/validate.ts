import { Command, Option } from "commander";
import { fleetProblems } from "../../fleet/errors.ts";
import { appLabels } from "../../plan/label.ts";
import { platformPart } from "../../plan/platformPart.ts";
import { tooLongExemptions } from "../../policy/contradictions.ts";
import { policyProblems } from "../../policy/errors.ts";
import type { Policy } from "../../policy/policy.ts";
import { formatProblems, inOrder, PolicyError, type Problem } from "../../policy/problem.ts";
import { mergedFile } from "../../policy/write/mergedFile.ts";
import { printable } from "../../printable.ts";
import { platformLines } from "../../report/platformText.ts";
import { problemsGithub, problemsJson } from "../../report/problems/problemFormats.ts";
import { resolveProblems } from "../../resolve/errors.ts";
import type { Observer } from "../../run/observer.ts";
import { VERSION } from "../../run/version.ts";
import { chosenPolicy } from "../chosenOrg.ts";
import { cliErrors } from "../errors.ts";
import { EXIT } from "../exit.ts";
import { policyFiles } from "../files.ts";
import { asOfOption } from "../options.ts";
import { givenPolicy, givenPolicyFile, openObserver } from "../run.ts";

interface ValidateOptions {
  readonly format: "text" | "json" | "sarif" | "github";
  readonly lookUp?: boolean;
  readonly resolved?: boolean;
  readonly asOf?: number;
}

/** `sanctioned validate`: every problem of policies, offline. */
export function validateCommand(): Command {
  return new Command("validate")
    .description("check policies offline and show every problem with its place and what to do")
    .argument("[files...]", "policies (default: all in the folder policy)")
    .option("--look-up", "also look up every name in the connected org")
    .addOption(
      new Option(
        "--resolved",
        "show each policy that is valid as one with the policy that it extends, with the file and line of each value",
      ).conflicts("format"),
    )
    .addOption(problemsFormatOption())
    .addOption(asOfOption())
    .addHelpText(
      "after",
      "\nExits 0 when every policy is valid, 1 when not.\n" +
        "\nExample:\n  $ npx sanctioned validate policy/dieppe-trading.yaml --format github",
    )
    .action(
      async (
        named: string[],
        { format, lookUp = false, resolved = false, asOf = Date.now() }: ValidateOptions,
      ) => {
        const files = named.length > 0 ? named : chosenPolicies();
        if (files.length === 0) throw cliErrors["no-policy-file"]({ folder: "policy" });
        const observer = lookUp ? await openObserver() : null;
        let problems: readonly Problem[] = [];
        const notes = new Map<string, string[]>(files.map((file) => [file, []]));
        for (const file of files)
          problems = problems.concat(inOrder(await problemsOf(file, observer, asOf, notes.get(file)!)));
        if (resolved && problems.length === 0) process.stdout.write(files.map(merged).join("---\n"));
        else process.stdout.write(await problemsOutput(format, files, problems, notes));
        if (problems.length > 0) process.exitCode = EXIT.userError;
      },
    );
}

function chosenPolicies(): string[] {
  const chosen = chosenPolicy();
  return chosen === null ? policyFiles() : [chosen];
}

function merged(file: string): string {
  return mergedFile(givenPolicy(file));
}

async function problemsOf(
  file: string,
  observer: Observer | null,
  asOf: number,
  notes: string[],
): Promise<readonly Problem[]> {
  const result = givenPolicyFile(file);
  if ("problems" in result) return result.problems;
  const { policy } = result;
  if (observer === null) {
    notes.push(...platformRule(policy));
    return tooLongExemptions(policy, asOf);
  }
  try {
    const evaluation = await observer.observe(policy, asOf);
    notes.push(...platformLines(platformPart(evaluation, appLabels(evaluation.inventory))));
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    return error.problems;
  }
}

/** `--format` of a verb that shows problems. */
export function problemsFormatOption(): Option {
  return new Option("--format <format>", "output format")
    .choices(["text", "json", "sarif", "github"])
    .default("text");
}

/** What a policy that takes what it does not list from everyone does with Salesforce's own apps. */
function platformRule({ unlisted, platformApps }: Policy): string[] {
  if (unlisted.value !== "revoke" || platformApps === null) return [];
  const gets = { keep: "are kept", report: "are only reported", revoke: "lose their grants, too" };
  return [`Salesforce's own apps that it does not list ${gets[platformApps.value]}.`];
}

/** What is wrong in files, in a format. @param files named where nothing is @param notes what is to be known of each of them then */
export async function problemsOutput(
  format: ValidateOptions["format"],
  files: readonly string[],
  problems: readonly Problem[],
  notes: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<string> {
  switch (format) {
    case "json":
      return problemsJson(problems);
    case "github":
      return problemsGithub(problems);
    case "sarif": {
      const { problemsSarif } = await import("../../report/problems/problemsSarif.ts");
      return problemsSarif(problems, { ...policyProblems, ...resolveProblems, ...fleetProblems }, VERSION);
    }
    case "text":
      return problems.length > 0
        ? `${formatProblems(problems)}\n`
        : files
            .map((file) =>
              [`${printable(file)} is valid.`, ...(notes.get(file) ?? [])].join("\n").concat("\n"),
            )
            .join("");
  }
}
