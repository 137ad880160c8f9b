import { Argument, Command } from "commander";
import { PlanSchema } from "../plan/schema.ts";
import { BaselineSchema, PolicySchema } from "../policy/schema.ts";
import { EventSchema } from "../watch/event.ts";

/** The published schemas by name, as text. */
export const SCHEMAS = {
  policy: `${JSON.stringify(PolicySchema, null, 2)}\n`,
  baseline: `${JSON.stringify(BaselineSchema, null, 2)}\n`,
  plan: `${JSON.stringify(PlanSchema, null, 2)}\n`,
  event: `${JSON.stringify(EventSchema, null, 2)}\n`,
};

/** `sanctioned schema`: prints a JSON Schema (draft-07). */
export function schemaCommand(): Command {
  return new Command("schema")
    .description(
      "print the JSON Schema (draft-07) of the policy, a baseline, a plan file or an event of a watch",
    )
    .addArgument(new Argument("<what>", "whose schema").choices(Object.keys(SCHEMAS)))
    .addHelpText("after", "\nExample:\n  $ npx sanctioned schema policy > policy.schema.json")
    .action((what: keyof typeof SCHEMAS) => {
      process.stdout.write(SCHEMAS[what]);
    });
}
