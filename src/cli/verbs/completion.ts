import { Argument, Command } from "commander";
import { type Verb, valueKind, verbsOf } from "../verbTree.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

/** `sanctioned completion`: a script for a shell, made from the verbs themselves. */
export function completionCommand(program: () => Command): Command {
  return new Command("completion")
    .description("print a script that completes verbs, options and their values in a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nExamples:\n  $ source <(sanctioned completion bash)\n  $ sanctioned completion zsh >> ~/.zshrc\n" +
        "  $ sanctioned completion fish > ~/.config/fish/completions/sanctioned.fish",
    )
    .action((shell: (typeof SHELLS)[number]) => {
      const verbs = verbsOf(program());
      process.stdout.write(shell === "fish" ? fish(verbs) : shell === "bash" ? bash(verbs) : zsh(verbs));
    });
}

/** Needs no package of completions beside bash itself. */
function bash(verbs: readonly Verb[]): string {
  const arms = (lines: readonly string[]) => lines.map((line) => `    ${line}`).join("\n");
  const paths = verbs.flatMap(({ path, subverbs }) =>
    subverbs.map((one) => {
      const below = path === "" ? one.name() : `${path} ${one.name()}`;
      return `"${path}/${one.name()}") path="${below}" ;;`;
    }),
  );
  const values = verbs.flatMap(({ path, options }) =>
    options.flatMap((option) => {
      const kind = valueKind(option);
      if (kind === "none") return [];
      const reply =
        kind === "choice"
          ? `COMPREPLY=($(compgen -W "${option.argChoices!.join(" ")}" -- "$cur")); return`
          : kind === "file"
            ? 'COMPREPLY=($(compgen -f -- "$cur")); return'
            : "return";
      return `"${path}/${option.long}") ${reply} ;;`;
    }),
  );
  const words = verbs.map(({ path, command, subverbs, options }) => {
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    const all = [...subverbs.map((one) => one.name()), ...choices, ...options.map(({ long }) => long)];
    return `"${path}") words="${all.join(" ")}" ;;`;
  });
  return `# Completion of sanctioned for bash: source <(sanctioned completion bash)
_sanctioned() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
${arms(paths)}
    esac
  done
  case "$path/$prev" in
${arms(values)}
  esac
  case "$path" in
${arms(words)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o bashdefault -o default -F _sanctioned sanctioned
`;
}

function zsh(verbs: readonly Verb[]): string {
  return `# Completion of sanctioned for zsh, which runs that for bash.
autoload -U +X compinit && compinit -C
autoload -U +X bashcompinit && bashcompinit
${bash(verbs)}`;
}

function fish(verbs: readonly Verb[]): string {
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = verbs.flatMap(({ path, command, subverbs, options }) => {
    const below = subverbs.map((one) => one.name()).join(" ");
    const seen = path
      .split(" ")
      .filter(Boolean)
      .map((name) => `__fish_seen_subcommand_from ${name}`);
    const here = [...seen, ...(below === "" ? [] : [`not __fish_seen_subcommand_from ${below}`])];
    const start = `complete -c sanctioned${here.length === 0 ? "" : ` -n ${quoted(here.join("; and "))}`}`;
    const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
    return [
      ...subverbs.map((one) => `${start} -f -a ${one.name()} -d ${quoted(one.description())}`),
      ...choices.map((choice) => `${start} -f -a ${choice}`),
      ...options.map((option) => {
        const kind = valueKind(option);
        const value =
          kind === "none"
            ? ""
            : kind === "choice"
              ? ` -xa ${quoted(option.argChoices!.join(" "))}`
              : kind === "file"
                ? " -rF"
                : " -x";
        return `${start} -l ${option.long!.slice(2)}${value} -d ${quoted(option.description)}`;
      }),
    ];
  });
  return `# Completion of sanctioned for fish.\n${lines.join("\n")}\n`;
}
