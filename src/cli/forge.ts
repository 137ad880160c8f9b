import { type Command, InvalidArgumentError, Option } from "commander";
import { FORGES, type ForgeName } from "../forge/fromEnvironment.ts";

export interface PostOptions {
  readonly post?: ForgeName;
  readonly repository?: string;
  readonly name?: string;
}

/** Adds what says where to post to a verb. */
export function withPostOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--post <where>",
        "post it, with the token in GITHUB_TOKEN or GITLAB_TOKEN (default: print it)",
      ).choices(FORGES),
    )
    .option("--repository <name>", "owner/name, or GitLab's project id (default: the one of the CI run)")
    .option(
      "--name <text>",
      "keep one for each name, where several stacks share a policy (default: the policy's file)",
    );
}

/** A number of a pull request. */
export function parseNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("It is a number from 1.");
  return number;
}
