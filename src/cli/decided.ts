import { type Command, InvalidArgumentError, Option } from "commander";
import { CodedError, shownError } from "../errors.ts";
import type { FleetExitCode } from "../fleet/exitCode.ts";
import { worstOf } from "../fleet/exitCode.ts";
import type { Forge } from "../forge/forge.ts";
import { postComment } from "../forge/sticky.ts";
import type { Comment } from "../pullRequest/comment.ts";
import { FAIL_ON, type FailOn, isFailing, labelsOf } from "../pullRequest/outcome.ts";
import { EXIT } from "./exit.ts";
import { parseNumber } from "./options.ts";

/** What is decided by what a change does. */
export interface DecidedOptions {
  readonly failOn?: readonly FailOn[];
  readonly labels?: boolean;
}

/** Adds what is decided by what a change does to a verb. */
export function withDecidedOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--fail-on <what>",
        `exit 2, once it is posted, where the change allows more (of a severity, or worse), or revokes anything: ${FAIL_ON.join(", ")}; may be repeated`,
      ).argParser(parseFailOn),
    )
    .option(
      "--labels",
      "also label the pull request: sanctioned:widens, :widens-high, :revokes, :over-limits",
    );
}

function parseFailOn(text: string, before: readonly FailOn[] = []): readonly FailOn[] {
  const what = FAIL_ON.find((one) => one === text);
  if (what === undefined) throw new InvalidArgumentError(`It is one of ${FAIL_ON.join(", ")}.`);
  return [...before, what];
}

/** The number of a pull request, as an option. */
export function pullRequestOption(): Option {
  return new Option("--pull-request <number>", "its number (default: the one of the CI run)").argParser(
    parseNumber,
  );
}

/**
 * Posts a comment, or prints it where there is no forge; then labels, which are only to help people: that they could not be set is said,
 * and loses nothing.
 * @returns 2 where the change is something that it is told to fail on, 0 elsewhere
 */
export async function tellComment(
  { body, outcome }: Comment,
  mark: string,
  forge: Forge | null,
  { failOn = [], labels = false }: DecidedOptions,
): Promise<0 | 2> {
  if (forge === null) process.stdout.write(`${mark}\n${body}`);
  else console.log(`Comment ${await postComment(forge, mark, body)}.`);
  if (labels) await tellLabels(labelsOf(outcome), forge);
  if (!isFailing(outcome, failOn)) return 0;
  console.error(`The change is what this fails on: ${failOn.join(", ")}.`);
  return EXIT.drift;
}

async function tellLabels(labels: ReturnType<typeof labelsOf>, forge: Forge | null): Promise<void> {
  const named = labels.set.length === 0 ? "none of ours" : labels.set.join(", ");
  if (forge === null) {
    console.error(`Labels: ${named}.`);
    return;
  }
  try {
    await forge.setLabels(labels);
    console.log(`Labels: ${named}.`);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    console.error(
      `The labels were not set (the comment is there): ${shownError(error)} Make them once by hand, or let the token write issues (docs/pull-requests.md).`,
    );
  }
}

/** The worse of two ends. */
export function exitOf(one: FleetExitCode, other: 0 | 2): FleetExitCode {
  return worstOf([one, other]);
}
