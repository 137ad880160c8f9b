/** Options that say which stack is meant, and where; each with a value. */
const PLACE: readonly string[] = ["--stack", "-s", "--cwd", "-C", "--config-file"];
/** Further options of an update, in which there is nothing secret. */
const SWITCHES: readonly string[] = [
  ...["--yes", "-y", "--skip-preview", "-f", "--diff", "--refresh", "-r", "--run-program", "--strict"],
  ...["--non-interactive", "--expect-no-changes", "--suppress-outputs", "--show-sames", "--json", "-j"],
];
const VALUED: readonly string[] = [
  "--plan",
  "--target",
  "-t",
  "--message",
  "-m",
  "--parallel",
  "-p",
  "--color",
];

/** The stack that a command of the engine names; null where it names none. */
export function stackNamed(command: readonly string[] = []): string | null {
  const { options } = parsed(command);
  const named = options.find(([option]) => ["--stack", "-s"].includes(nameOf(option!)));
  return named === undefined ? null : (named[1] ?? named[0]!.slice("--stack=".length));
}

/** An update as somebody can run it again. */
export interface RepeatedUp {
  readonly words: readonly string[];
  /** Whether that is all of what was typed: an option that can hold a secret, as `--config key=value`, is left out, and so is one that is not known. */
  readonly isWhole: boolean;
}

/**
 * The update that an engine was started for, or that follows on its preview: of that, stack and place alone are taken, and so of an update that a
 * program started by options of its own.
 * @param command of the engine, its program first; undefined where the system does not tell
 */
export function repeatedUp(command: readonly string[] = []): RepeatedUp {
  const { options, others } = parsed(command);
  const [verb, ...unknown] = others;
  const isTyped = (verb === "up" || verb === "update") && !unknown.some((word) => word.startsWith("--exec-"));
  const kept = options.filter(([option]) => isTyped || PLACE.includes(nameOf(option!)));
  return { words: ["npx", "pulumi", "up", ...kept.flat()], isWhole: !isTyped || unknown.length === 0 };
}

/** The options that are known, with their values, and all other words. */
function parsed(command: readonly string[]): {
  readonly options: readonly (readonly string[])[];
  readonly others: readonly string[];
} {
  const words = command.slice(1).filter((word) => word !== "");
  const options: string[][] = [];
  const others: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const takesNext = [...PLACE, ...VALUED].includes(word) && i + 1 < words.length;
    if (takesNext) options.push([word, words[++i]!]);
    else if (isKnown(word)) options.push([word]);
    else others.push(word);
  }
  return { options, others };
}

function isKnown(word: string): boolean {
  const name = nameOf(word);
  return SWITCHES.includes(name) || (name !== word && [...PLACE, ...VALUED].includes(name));
}

function nameOf(option: string): string {
  return option.startsWith("--") ? option.split("=", 1)[0]! : option;
}
