import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";

const VERSION = "2.150.6";
/** Outside the project, which does not depend on the official CLI. */
const CACHE = join(homedir(), ".cache", "sanctioned", `salesforce-cli-${VERSION}`);
const run = promisify(execFile);

/** A command of the official CLI, whether it is to succeed, and what it is to say. */
type Case = readonly [args: readonly string[], succeeds: boolean, says: RegExp];

const query = (soql: string, succeeds: boolean, says: RegExp, ...more: string[]): Case => [
  ["data", "query", "--query", soql, "--target-org", "local", ...more],
  succeeds,
  says,
];

const cases = (url: string, csv: string): readonly Case[] => [
  [
    ["org", "login", "access-token", "--instance-url", url, "--no-prompt", "--alias", "local"],
    true,
    /Successfully authorized/,
  ],
  [["org", "display", "--target-org", "local"], true, /Connected/],
  [["org", "list", "limits", "--target-org", "local"], true, /DailyApiRequests/],
  [["sobject", "describe", "--sobject", "OauthToken", "--target-org", "local"], true, /DeleteToken/],
  query("SELECT COUNT() FROM OauthToken", true, /448/),
  query("SELECT AppName, COUNT(Id) n FROM OauthToken GROUP BY AppName", true, /Slack\W+186/),
  query("SELECT COUNT() FROM OauthToken WHERE CreatedDate = LAST_N_DAYS:1", true, /retrieved: \d+/),
  query("SELECT FIELDS(ALL) FROM Profile LIMIT 1", true, /UserType/, "--json"),
  query("SELECT Name, (SELECT Name FROM Users LIMIT 1) FROM Profile LIMIT 1", true, /System Administrator/),
  query("SELECT Id FROM OauthToken LIMIT 2", true, /retrieved: 2/, "--all-rows"),
  query("SELECT Id FROM User FOR VIEW", false, /knows no FOR/),
  query("SELECT Id FROM User USING SCOPE mine", false, /no scope but everything/),
  [
    [
      "data",
      "export",
      "bulk",
      "--query",
      "SELECT AppName FROM OauthToken",
      "--output-file",
      csv,
      "--wait",
      "2",
      "--target-org",
      "local",
    ],
    true,
    /./,
  ],
];

/** `npm run clients`: runs commands of the official CLI, which it installs into a cache, against a local org. */
async function main(): Promise<void> {
  const cli = join(CACHE, "node_modules", "@salesforce", "cli", "bin", "run.js");
  if (!existsSync(cli)) {
    await mkdir(CACHE, { recursive: true });
    const install = ["install", "--prefix", CACHE, "--no-audit", "--no-fund", "--ignore-scripts"];
    await run("npm", [...install, `@salesforce/cli@${VERSION}`]);
  }
  const home = await mkdtemp(join(tmpdir(), "clients-"));
  const org = await startLocalOrg({ org: dieppeTrading() });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    SF_ACCESS_TOKEN: org.accessToken,
    SF_DISABLE_TELEMETRY: "true",
    SF_AUTOUPDATE_DISABLE: "true",
    SF_USE_GENERIC_UNIX_KEYCHAIN: "true",
  };
  let failed = 0;
  const csv = join(home, "tokens.csv");
  const report = (ok: boolean, what: string) => {
    if (!ok) failed++;
    console.log(`${ok ? "pass" : "FAIL"}  ${what}`);
  };
  try {
    for (const [args, succeeds, says] of cases(org.url, csv)) {
      const { succeeded, said } = await asked(cli, args, { cwd: home, env });
      report(succeeded === succeeds && says.test(said), `sf ${args.join(" ")}`);
    }
    const lines = existsSync(csv) ? (await readFile(csv, "utf8")).trim().split("\n").length : 0;
    report(lines === 449, "the bulk export has 448 rows and their names");
  } finally {
    await org.close();
    await rm(home, { recursive: true, force: true });
  }
  process.exitCode = failed === 0 ? 0 : 1;
}

async function asked(cli: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
  try {
    const { stdout, stderr } = await run(process.execPath, [cli, ...args], options);
    return { succeeded: true, said: stdout + stderr };
  } catch (error) {
    const { stdout = "", stderr = "", code } = error as { stdout?: string; stderr?: string; code?: unknown };
    if (typeof code !== "number") throw error;
    return { succeeded: false, said: stdout + stderr };
  }
}

await main();
