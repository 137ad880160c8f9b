import { parseArgs } from "node:util";
import { LocalOrgError } from "./errors.ts";
import { PLATFORM_SETTINGS, readPlatform } from "./fixture/platform.ts";
import { readProfileFile } from "./fixture/profile.ts";
import { readFixture } from "./fixture/readFixture.ts";
import { startLocalOrg } from "./localOrg.ts";
import { dieppeTrading } from "./orgs/dieppeTrading.ts";
import { rehearsal } from "./orgs/rehearsal.ts";

const USAGE = `Usage: local-org [--port <number>] [--scenario <name> | --fixture <file>] [--profile <file>] [--platform <name>=<value>]…

Runs a local org that answers like Salesforce, until Ctrl-C.

  --port <number>      port on the loopback interface (default: a free one)
  --scenario <name>    dieppe-trading (default), or rehearsal: the same on a bad day, with a breached vendor and leavers
  --fixture <file>     the org as a JSON file
  --profile <file>     answer like the org of this profile, which \`sanctioned probe\` writes, as far as it tells
  --platform <name>=<value>
                       a setting of the platform (below); may be given several times
  --query-pages <how>  --platform queryPages=<how>
  --collation <how>    --platform collation=<how>
  --help               shows this

Settings of the platform, the default first:
${Object.entries(PLATFORM_SETTINGS)
  .map(([name, { values, description }]) => `  ${name}: ${values.join(" | ")}\n      ${description}`)
  .join("\n")}
`;

/** `local-org`: runs a local org until it is interrupted. Exit code 1, and one clear message, where it cannot. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await run(args);
  } catch (error) {
    if (!(error instanceof LocalOrgError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

async function run(args: readonly string[]): Promise<void> {
  const {
    port,
    fixture,
    scenario,
    profile,
    platform = [],
    help,
    "query-pages": queryPages,
    collation,
  } = optionsOf(args);
  if (help) {
    process.stdout.write(USAGE);
    return;
  }
  if (fixture !== undefined && scenario !== undefined)
    throw new LocalOrgError("An org is of a scenario or of a fixture, not of both.");
  const org = fixture === undefined ? scenarioOf(scenario) : readFixture(fixture);
  const other = profile === undefined ? null : readProfileFile(profile);
  const localOrg = await startLocalOrg({
    org,
    ...(other === null ? {} : { profile: other.profile }),
    ...(port === undefined ? {} : { port: portOf(port) }),
    ...readPlatform(platform),
    ...(queryPages === undefined ? {} : readPlatform([`queryPages=${queryPages}`])),
    ...(collation === undefined ? {} : readPlatform([`collation=${collation}`])),
  });
  const interrupted = untilInterrupted();
  console.log(`${org.organization.name} is at ${localOrg.url} (Ctrl-C stops it).

export SF_ORG_INSTANCE_URL=${localOrg.url}
export SF_ACCESS_TOKEN='${localOrg.accessToken}'`);
  for (const line of other?.told.notTold ?? []) console.error(`as without a profile: ${line}`);
  await interrupted;
  await localOrg.close();
}

function optionsOf(args: readonly string[]) {
  const options = {
    port: { type: "string" },
    fixture: { type: "string" },
    scenario: { type: "string" },
    profile: { type: "string" },
    "query-pages": { type: "string" },
    collation: { type: "string" },
    platform: { type: "string", multiple: true },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("ERR_PARSE_ARGS_")) throw error;
    throw new LocalOrgError(`${message}\n\n${USAGE}`);
  }
}

function scenarioOf(name = "dieppe-trading") {
  if (name === "dieppe-trading") return dieppeTrading();
  if (name === "rehearsal") return rehearsal();
  throw new LocalOrgError("A scenario is dieppe-trading or rehearsal.");
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new LocalOrgError("A port is a number from 0 to 65535.");
  return port;
}

function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}
