import type { Command, Option } from "commander";

/** One verb as its documentation needs it. */
export interface Verb {
  /** Such as `audit verify`; empty for the program itself. */
  readonly path: string;
  readonly command: Command;
  readonly subverbs: readonly Command[];
  readonly options: readonly Option[];
}

/** The program and every verb below it, each before those below it. */
export function verbsOf(command: Command, above: readonly string[] = []): Verb[] {
  const subverbs = command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== "help");
  const options = command.createHelp().visibleOptions(command);
  const path = above.join(" ");
  return [
    { path, command, subverbs, options },
    ...subverbs.flatMap((one) => verbsOf(one, [...above, one.name()])),
  ];
}

/** What takes a value: that of choices, a file, or anything else. */
export function valueKind(option: Option): "none" | "choice" | "file" | "other" {
  if (option.isBoolean()) return "none";
  if (option.argChoices) return "choice";
  return /<(file|policy|program)>/.test(option.flags) || /file/.test(option.flags) ? "file" : "other";
}
