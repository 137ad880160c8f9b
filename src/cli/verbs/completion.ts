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
      "\nFor `npx sanctioned` in a folder that has it, and for one on the path.\n" +
        "\nExamples:\n  $ npx sanctioned completion bash >> ~/.bashrc\n  $ npx sanctioned completion zsh >> ~/.zshrc\n" +
        "  $ npx sanctioned completion fish >> ~/.config/fish/config.fish",
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
  const several = verbs.flatMap(({ path, options }) =>
    options.filter(({ variadic }) => variadic).map(({ long }) => `"${path}/${long}") ;;`),
  );
  return `# Completion of sanctioned for bash.
_sanctioned() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" words="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/\${COMP_WORDS[i]}" in
${arms(paths)}
    esac
  done
  for ((i = COMP_CWORD - 1; i > 1; i--)); do
    [[ "\${COMP_WORDS[i]}" == -* ]] || continue
    case "$path/\${COMP_WORDS[i]}" in
${arms(several)}
      *) break ;;
    esac
    [[ "$cur" == -* ]] || prev="\${COMP_WORDS[i]}"
    break
  done
  case "$path/$prev" in
${arms(values)}
  esac
  case "$path" in
${arms(words)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
# The same after npx: whatever it is to run else is completed as ever.
_sanctioned_npx() {
  local i=1
  while [[ "\${COMP_WORDS[i]}" == --no || "\${COMP_WORDS[i]}" == --yes || "\${COMP_WORDS[i]}" == -y ]]; do ((i++)); done
  if ((COMP_CWORD > i)) && [[ "\${COMP_WORDS[i]}" == sanctioned ]]; then
    COMP_WORDS=("\${COMP_WORDS[@]:i}")
    ((COMP_CWORD -= i))
    _sanctioned
  elif ((COMP_CWORD == i)); then
    COMPREPLY=($(compgen -W "$(ls node_modules/.bin 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
  fi
}
complete -o bashdefault -o default -F _sanctioned sanctioned
complete -o bashdefault -o default -F _sanctioned_npx npx
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
      // fish takes the first value for the only one.
      ...options
        .filter((option) => option.variadic && valueKind(option) === "choice")
        .map((option) => {
          const among = [...here, `__sanctioned_among ${option.long}`].join("; and ");
          return `complete -c sanctioned -n ${quoted(among)} -f -a ${quoted(option.argChoices!.join(" "))}`;
        }),
    ];
  });
  // After npx it is completed as if it stood alone; what else npx runs is completed as ever.
  const npx = [
    "function __sanctioned_after_npx",
    "    set -l words (commandline -opc)",
    "    test (count $words) -ge 2; and test $words[2] = sanctioned",
    "end",
    "function __sanctioned_as_alone",
    "    set -l words (commandline -opc) (commandline -ct)",
    "    complete -C (string join ' ' -- (string escape -- $words[2..-2]) $words[-1])",
    "end",
    "complete -c npx -n 'test (count (commandline -opc)) -eq 1' -f -a '(command ls node_modules/.bin 2>/dev/null)'",
    "complete -c npx -n __sanctioned_after_npx -f -a '(__sanctioned_as_alone)'",
  ];
  const among = [
    "function __sanctioned_among",
    "    set -l options (string match -- '-*' (commandline -opc))",
    "    test (count $options) -gt 0; and test $options[-1] = $argv[1]",
    "end",
  ];
  return `# Completion of sanctioned for fish.\n${[...among, ...lines, ...npx].join("\n")}\n`;
}
