/** `npm run demo`: Dieppe Trading from drift to clean, with the real Pulumi engine and a local org. */
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import pc from "picocolors";
import { DemoError, playDemo, ROOT, type Walk } from "./demo/walk.ts";
import { ensureEngine } from "./engine/ensure.ts";

const NEWCOMER = { app: "Shiny AI Notetaker" };

async function dieppe(walk: Walk): Promise<void> {
  const engine = await ensureEngine();
  walk.programs.set("pulumi", engine.bin);
  const base = {
    ...walk.env,
    PULUMI_BACKEND_URL: pathToFileURL(walk.folder).href,
    // The record of a demo is none of the checkout's: a report that is made there later tells nothing of it.
    SANCTIONED_AUDIT_FILE: path.join(walk.folder, "audit.jsonl"),
  };
  walk.title("A local org that answers like Salesforce: Dieppe Trading");
  const exports = await startOrg(walk, base);
  const env = { ...base, ...exports };
  for (const [name, value] of Object.entries({ ...exports, PULUMI_BACKEND_URL: base.PULUMI_BACKEND_URL }))
    console.log(
      pc.dim(`export ${name}=${name === "SF_ACCESS_TOKEN" ? "… (the local org prints it)" : value}`),
    );
  const run = (command: string[], expected = 0) => walk.step(command, { env, expected });
  await run(["pulumi", "stack", "select", "--create", "simulator"]);

  walk.title("Who is connected to what");
  await run(["sanctioned", "list"]);

  walk.title("What breaks policy/dieppe-trading.yaml");
  await run(["pulumi", "preview"]);

  walk.title("Revoke exactly that");
  await run(["pulumi", "up", "--yes", "--skip-preview"]);
  await run(["sanctioned", "list"]);

  walk.title("The next preview is clean");
  await run(["pulumi", "preview", "--expect-no-changes"]);

  walk.title("Someone authorizes an app that nobody reviewed");
  const users = JSON.parse(
    await walk.capture(["sanctioned", "list", "--app", "Slack", "--format", "json"], { env }),
  );
  await run([
    "sanctioned",
    "simulator",
    "authorize",
    "--user",
    users.rows[0].username,
    "--app",
    NEWCOMER.app,
  ]);
  const drift = 7; // Pulumi's exit code for changes that were not expected
  await run(["pulumi", "preview", "--expect-no-changes"], drift);

  walk.title("That was it");
  console.log(
    "12 tokens of an app that nobody had reviewed were shown, revoked and verified; the preview was clean;\n" +
      "and the next unreviewed app made it exit 7, which is what fails a pipeline.\n" +
      'Next: edit policy/dieppe-trading.yaml, or point it at your own org: see README.md, "Your own org".',
  );
}

/** Starts `sanctioned simulator` and reads the environment that it prints. */
async function startOrg(walk: Walk, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  walk.show(["sanctioned", "simulator"]);
  const child = walk.launch(["sanctioned", "simulator"], {
    ...{ env, cwd: ROOT },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exports: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout! })) {
    const [, name, value] = /^export (\w+)='?(.*?)'?$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) exports[name] = value;
    if (line.startsWith("npx pulumi preview")) return exports;
  }
  throw new DemoError("the local org did not start");
}

await playDemo(dieppe);
