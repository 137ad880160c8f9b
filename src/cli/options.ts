import { type Command, InvalidArgumentError, Option } from "commander";
import { FORGES, type ForgeName } from "../forge/names.ts";
import { parseDay, parseUtc, startOf } from "../time.ts";

/** `--as-of`: the time that a policy is evaluated at, in milliseconds; now where it is left out. */
export function asOfOption(): Option {
  return new Option(
    "--as-of <time>",
    "evaluate the policy at this time, as 2027-01-31 or 2027-01-31T08:00:00Z (default: now)",
  ).argParser(parseTime);
}

/** A day or a time in UTC, in milliseconds. @throws InvalidArgumentError for anything else */
export function parseTime(text: string): number {
  const day = parseDay(text);
  const time = day === null ? parseUtc(text) : startOf(day);
  if (time === null)
    throw new InvalidArgumentError(
      "Write a day of the calendar or a time in UTC, as 2027-01-31 or 2027-01-31T08:00:00Z.",
    );
  return time;
}

/** `90s`, `15m`, `6h` or `2d`, in milliseconds. @throws InvalidArgumentError for anything else */
export function parseDuration(text: string): number {
  const [, number, unit] = /^(\d+)(s|m|h|d)$/.exec(text) ?? [];
  const milliseconds =
    Number(number) * ({ s: 1, m: 60, h: 3_600, d: 86_400 }[unit ?? ""] ?? Number.NaN) * 1000;
  if (!(milliseconds >= 1000)) throw new InvalidArgumentError("Write a duration as 30s, 15m, 6h or 2d.");
  return milliseconds;
}

/** What is judged: a policy, and the org or a saved inventory of one. */
export interface JudgeOptions {
  readonly policy?: string;
  readonly inventory?: string;
  readonly saveInventory?: string;
  readonly alsoFor?: string;
  readonly asOf?: number;
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

/** Where a verb posts what it says. */
export interface PostOptions {
  readonly post?: ForgeName;
  readonly repository?: string;
  readonly name?: string;
}

/** Adds what says where to post to a verb. @param named what it is named after where it is not said */
export function withPostOptions(command: Command, named = "the policy's file"): Command {
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
      `keep one for each name, where several stacks share a policy (default: ${named})`,
    );
}

/** A number of a pull request. @throws InvalidArgumentError for anything else */
export function parseNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError("It is a number from 1.");
  return number;
}

/** A wave of orgs. @throws InvalidArgumentError for anything else */
export function parseWave(text: string): number {
  if (!/^\d{1,2}$/.test(text)) throw new InvalidArgumentError("It is a number from 0 to 99.");
  return Number(text);
}

/** What the verbs that write a policy have in common. */
export interface EditOptions {
  readonly policy?: string;
  readonly inventory?: string;
  readonly dryRun?: boolean;
  readonly branch?: string;
  readonly pullRequest?: boolean;
  readonly post?: ForgeName;
  readonly repository?: string;
}

/** Adds them to a verb. */
export function withEditOptions(command: Command): Command {
  return command
    .option("--policy <file>", "the policy (default: the only one in the folder policy)")
    .option(
      "--inventory <file>",
      "judge this saved inventory, at the time that it was read, in place of the org",
    )
    .option("--dry-run", "only show the difference")
    .option("--branch <name>", "commit it to this new branch, and leave the files at hand as they are")
    .option("--pull-request", "push that branch to origin, and open a pull request with the difference")
    .addOption(
      new Option(
        "--post <where>",
        "post it, with the token in GITHUB_TOKEN or GITLAB_TOKEN (default: where origin is)",
      ).choices(FORGES),
    )
    .option("--repository <name>", "owner/name, or GitLab's project id (default: that of origin)");
}
