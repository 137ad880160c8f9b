/** The provider plugin: serves the engine whose address is its last argument, and says at which port. */
import { attendEngine } from "../pulumi/attend.ts";
import { VERSION } from "../run/version.ts";
import { withoutSecrets } from "../secrets.ts";
import { PluginResources } from "./pluginResources.ts";
import { schemaText } from "./schema.ts";
import { serve } from "./server.ts";

// Node would print the whole error, with whatever a library has put into it.
for (const event of ["uncaughtException", "unhandledRejection"] as const)
  process.on(event, (error: unknown) => {
    console.error(withoutSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error)));
    process.exitCode = 1;
  });

const resources = new PluginResources();
attendEngine(resources);
const port = await serve(resources, { schema: schemaText(VERSION), version: VERSION });
process.stdout.write(`${port}\n`);
