import { CommanderError } from "commander";
import { parse } from "shell-quote";
import { program } from "../../src/cli/program.ts";
import { verbsOf } from "../../src/cli/verbTree.ts";
import { UserError } from "../../src/errors.ts";

/** The commands that a text of shell has, each as its words, without the settings before it and where its output goes. */
export function commandsOf(text: string): string[][] {
  const commands: string[][] = [];
  for (const line of text.replaceAll("\\\n", " ").split("\n")) commands.push(...commandsOfLine(line));
  return commands.filter((words) => words.length > 0);
}

function commandsOfLine(line: string): string[][] {
  const commands: string[][] = [[]];
  let isTarget = false;
  for (const word of parse(line, (name) => `$${name}`)) {
    if (isTarget) isTarget = false;
    else if (typeof word === "string") addWord(commands.at(-1)!, word);
    else if ("comment" in word) break;
    else if (word.op === "glob") commands.at(-1)!.push(word.pattern);
    else if (/^(>>?|<|>&)$/.test(word.op)) isTarget = true;
    else commands.push([]);
  }
  return commands;
}

/** Settings of the environment for one command are not of its words. */
function addWord(words: string[], word: string): void {
  if (words.length > 0 || !/^\w+=/.test(word)) words.push(word);
}

/** What the commands in a text tell our program: `npx sanctioned …`, or `sanctioned …` as installed. "…" stands for more of them. */
export function ourCommandsIn(text: string): string[][] {
  // What else stands in code (an expression of a workflow, say) is no shell.
  if (!/(^|\s)sanctioned\s/.test(text)) return [];
  return commandsOf(text).flatMap((words) => {
    const [first, ...rest] = words.filter((word) => !["npx", "--no", "…"].includes(word));
    return first === "sanctioned" ? [rest] : [];
  });
}

/**
 * Parses a command line by the program itself, and runs nothing.
 * @returns what is wrong with it, in the program's words; null where it is right, or names a verb and no more
 */
export async function faultOf(args: readonly string[]): Promise<string | null> {
  const root = program({ beforeVerb: async () => {} });
  const verbs = verbsOf(root);
  if (verbs.some(({ path }) => path === args.join(" "))) return null;
  let fault = "";
  for (const { path, command, subverbs } of verbs) {
    command.exitOverride().configureOutput({
      writeOut: () => {},
      writeErr: () => {},
      outputError: (text) => {
        fault += text.trim();
      },
    });
    // One that only leads to others does nothing itself.
    if (subverbs.length === 0 || (path !== "" && command.options.length > 0)) command.action(() => {});
  }
  try {
    await root.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof UserError && error.code === "command-line-not-valid") return error.message;
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? null : fault || error.message;
  }
  return null;
}
