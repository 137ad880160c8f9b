import { Command } from "commander";
import { authorsSince, authorsText } from "../../../ci/authors.ts";
import { forgeNeeded, pushOfRun } from "../../../ci/ciRun.ts";
import { tellOutputs } from "./outputs.ts";

/** `sanctioned ci authors`: whose approval of a run does not count. */
export function ciAuthorsCommand(): Command {
  return new Command("authors")
    .description("tell who wrote what is merged and not applied yet, whose approval of it does not count")
    .addHelpText(
      "after",
      "\nPrints two lines, `authors=` with names separated by commas and `base=` with the commit that was applied last;\n" +
        "on GitHub they are outputs of the step as well. Exits 1 where the forge does not tell: then nobody can say whose approval counts.\n" +
        "\nExample:\n  $ npx --no sanctioned ci authors > authors.env",
    )
    .action(async () => {
      const { env } = process;
      const { historyFromEnvironment } = await import("../../../forge/fromEnvironment.ts");
      const history = historyFromEnvironment(forgeNeeded(env), env);
      const text = authorsText(await authorsSince(history, pushOfRun(env)));
      tellOutputs(text, env);
      process.stdout.write(text);
    });
}
