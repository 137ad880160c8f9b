import { Command } from "commander";
import { meantText } from "../policy/nearest.ts";
import { cliErrors } from "./errors.ts";
import { verbsOf } from "./verbTree.ts";

/** Gives a command, and each below it that has verbs, a `help` that knows what is meant by a mistyped verb: commander's own shows all instead. */
export function withHelpVerbs(root: Command): Command {
  for (const { command, subverbs } of verbsOf(root))
    if (subverbs.length > 0) command.helpCommand(false).addCommand(helpCommand(command));
  return root;
}

function helpCommand(of: Command): Command {
  return new Command("help")
    .description("show what a verb takes")
    .argument("[verb...]", "such as audit verify")
    .addHelpText("after", "\nExample:\n  $ npx sanctioned help plan")
    .action((path: string[]) => {
      let command = of;
      for (const name of path) {
        const next = command.commands.find((one) => one.name() === name);
        const known = command.commands.map((one) => one.name());
        if (next === undefined)
          throw cliErrors["verb-not-known"]({ verb: path.join(" "), meant: meantText(name, known) });
        command = next;
      }
      command.outputHelp();
    });
}
