import { type LimitVerdict, raisingVariables, toRaise } from "../plan/limits.ts";
import { hanging } from "../report/render/fold.ts";
import type { Naming } from "../report/revocationsText.ts";
import type { RaisedLimits } from "../run/settings.ts";
import { shellCommand } from "../shell.ts";
import { widthOf } from "./terminalOutput.ts";

/** The command that this process is, to be run again. It is safe to show. @param more options that are added @param set variables of it alone */
export function repeated(more: readonly string[] = [], set: Readonly<Record<string, string>> = {}): string {
  return shellCommand(["npx", "sanctioned", ...process.argv.slice(2), ...more], set);
}

/**
 * What a refusal by limits is followed by: the same command with those raised that it is over, and all that were raised for this run.
 * @param limits of each org that is over its own @param reason what goes on record; null where nobody gave one
 */
export function raisingText(
  limits: readonly Pick<LimitVerdict, "revocations" | "percent" | "perApp">[],
  raised: RaisedLimits | null,
  reason: string | null = null,
): string {
  const set = raisingVariables({ ...raised?.limits, ...toRaise(limits) }, raised?.reason ?? reason ?? "");
  const why =
    (raised?.reason ?? reason) === null
      ? ", with the reason between the quotes; it goes on record"
      : "; it goes on record";
  const width = widthOf(process.stderr);
  const words = hanging(`If all of it is meant, this raises the limits for one run${why}:`, width, "", "");
  return `${words.join("\n")}\n  ${repeated([], set)}\n`;
}

/** How many users are named, and the command that names all. @param more options that it takes for nothing else to happen */
export function namingOf(all: boolean, more: readonly string[] = []): Naming {
  const added = [...more, "--all"].filter((option) => !process.argv.includes(option));
  return { all, command: repeated(added) };
}
