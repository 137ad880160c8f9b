import { Argument, Command } from "commander";

const NAMES = ["policy", "baseline", "plan", "orgs", "fleet", "history", "event", "profile"] as const;

/** `sanctioned schema`: prints a JSON Schema (draft-07). */
export function schemaCommand(): Command {
  return new Command("schema")
    .description(
      "print the JSON Schema (draft-07) of the policy, a baseline, a plan file, the orgs of a fleet, a fleet run, its history, an event of a watch or an org profile",
    )
    .addArgument(new Argument("<what>", "whose schema").choices(NAMES))
    .addHelpText("after", "\nExample:\n  $ npx sanctioned schema policy > policy.schema.json")
    .action(async (what: (typeof NAMES)[number]) => {
      const { PUBLISHED_SCHEMAS } = await import("../publishedSchemas.ts");
      process.stdout.write(PUBLISHED_SCHEMAS[what]);
    });
}
