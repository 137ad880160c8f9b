import { Command, InvalidArgumentError, Option } from "commander";
import type { LocalOrg } from "salesforce-local-org";
import { UserError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { cliErrors } from "../errors.ts";

/** The stack that `Pulumi.simulator.yaml` configures, and its passphrase: no secret, since the stack holds none. */
const STACK = "simulator";

/** Where the source runs as it is; as installed, there is no `npm run engine`. */
const IS_CHECKOUT = import.meta.filename.endsWith(".ts");

const SCENARIOS = ["dieppe-trading", "rehearsal"] as const;

interface SimulatorOptions {
  readonly port?: number;
  readonly scenario?: (typeof SCENARIOS)[number];
  readonly fixture?: string;
  readonly profile?: string;
  readonly platform?: readonly string[];
}

/** `sanctioned simulator`: a local org to try everything on. */
export function simulatorCommand(): Command {
  return new Command("simulator")
    .description("run a local org that answers like Salesforce, until Ctrl-C")
    .option("--port <number>", "port on the loopback interface (default: a free one)", parsePort)
    .addOption(
      new Option(
        "--scenario <name>",
        "Dieppe Trading as it is (default), or on a bad day to rehearse incidents on: a breached vendor, people who have left",
      )
        .choices(SCENARIOS)
        .conflicts("fixture"),
    )
    .option("--fixture <file>", "the org as a JSON file, in place of a scenario")
    .option(
      "--profile <file>",
      "answer like the org of this profile, which `sanctioned probe` writes, as far as it tells",
    )
    .option(
      "--platform <name=value>",
      "a setting of the platform, several times (the README of salesforce-local-org lists them)",
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .addHelpText("after", "\nExample:\n  $ npx sanctioned simulator --port 8400")
    .action(async (options: SimulatorOptions) => {
      const simulator = await startOrg(options);
      const interrupted = untilInterrupted();
      process.stdout.write(instructions(simulator, options));
      await interrupted;
      await simulator.close();
    })
    .addCommand(authorizeCommand())
    .addCommand(deactivateCommand());
}

/** `sanctioned simulator authorize`: what a user does in a browser, so that drift can be seen. */
function authorizeCommand(): Command {
  return new Command("authorize")
    .description("let a user of the local org authorize an app, as they would in a browser")
    .requiredOption("--user <name>", "username of who authorizes")
    .requiredOption("--app <name>", "the app")
    .addHelpText(
      "after",
      '\nExample:\n  $ npx sanctioned simulator authorize --user ada.moreau@dieppe.example --app "Shiny AI Notetaker"',
    )
    .action(async ({ user, app }: { user: string; app: string }) => {
      await askSimulator("POST", "grants", { username: user, app });
      console.log(`${user} authorized ${app}.`);
    });
}

/** `sanctioned simulator deactivate`: what an admin does in Setup, so that a leaver can be seen. */
function deactivateCommand(): Command {
  return new Command("deactivate")
    .description("deactivate a user of the local org, as an admin would in Setup; tokens stay")
    .requiredOption("--user <name>", "username of who leaves")
    .addHelpText(
      "after",
      "\nExample:\n  $ npx sanctioned simulator deactivate --user ada.moreau@dieppe.example",
    )
    .action(async ({ user }: { user: string }) => {
      await askSimulator("PATCH", `users/${encodeURIComponent(user)}`, { isActive: false });
      console.log(`${user} is not active any more.`);
    });
}

/** Changes the running local org. @throws UserError where none runs, or it refuses */
async function askSimulator(method: "POST" | "PATCH", path: string, body: object): Promise<void> {
  const url = process.env.SF_ORG_INSTANCE_URL;
  if (url === undefined) throw cliErrors["local-org-not-named"]();
  let response: Response;
  try {
    response = await fetch(`${url}/__local-org/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw cliErrors["local-org-not-running"]({ url });
  }
  if (!response.ok)
    throw cliErrors["local-org-refused"]({ status: response.status, answer: await response.text() });
}

/** @throws UserError where the local org is not installed, or cannot start as told */
async function startOrg({
  port,
  scenario,
  fixture,
  profile,
  platform = [],
}: SimulatorOptions): Promise<LocalOrg> {
  try {
    import.meta.resolve("salesforce-local-org");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw cliErrors["local-org-not-installed"]();
  }
  // Loaded only when it is needed: a server is large, and `--help` should answer at once.
  const { LocalOrgError, readFixture, readPlatform, readProfileFile, startLocalOrg } = await import(
    "salesforce-local-org"
  );
  const { dieppeTrading, rehearsal } = await import("salesforce-local-org/orgs");
  try {
    const scene = scenario === "rehearsal" ? rehearsal : dieppeTrading;
    const org = fixture === undefined ? scene() : readFixture(fixture);
    const other = profile === undefined ? null : readProfileFile(profile);
    for (const line of other?.told.notTold ?? []) process.stderr.write(`as without a profile: ${line}\n`);
    return await startLocalOrg({
      org,
      ...(port === undefined ? {} : { port }),
      ...(other === null ? {} : { profile: other.profile }),
      ...readPlatform(platform),
    });
  } catch (error) {
    if (!(error instanceof LocalOrgError)) throw error;
    // Of several lines, each of which names a fault of the fixture.
    throw new UserError({ code: "local-org-not-started", text: error.message, remedy: "" });
  }
}

function instructions({ url, accessToken, store }: LocalOrg, { scenario }: SimulatorOptions): string {
  return `${printable(store.organization.name)}, a local org that answers like Salesforce, is at ${url} (Ctrl-C stops it).
${scenario === "rehearsal" ? "An app vendor was breached there, and people have left: docs/incidents.md says what to do.\n" : ""}In another terminal, in this folder:

export SF_ORG_INSTANCE_URL=${url}
export SF_ACCESS_TOKEN='${accessToken}'
export PULUMI_STACK=${STACK}
export PULUMI_CONFIG_PASSPHRASE=${STACK}

${IS_CHECKOUT ? "npm run engine                                   # once: installs the Pulumi engine\n" : ""}npx pulumi stack select --create ${STACK}        # once: the state is in .pulumi-state
npx sanctioned list
npx pulumi preview --diff
`;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError("A port is a number from 0 to 65535.");
  return port;
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
