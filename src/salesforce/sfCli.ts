import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { originOf } from "../http/address.ts";
import { salesforceErrors } from "./errors.ts";

const run = promisify(execFile);
/** The CLI takes seconds to start, and may renew its session at the org first. */
const TIMEOUT_MS = 120_000;

/** What the official CLI knows of an org that it is logged in to. */
export interface CliOrg {
  readonly instanceUrl: string;
  readonly accessToken: string;
}

/**
 * Asks the official CLI for the session of one of its orgs. Since May 2026 `sf org display` no longer
 * shows the token (docs/salesforce.md#the-salesforce-cli), so it takes two commands. The org's name goes by the
 * environment, since the CLI takes an access token there as well, which must not show in the process table.
 * @param targetOrg alias or username; null for the CLI's default org
 * @throws SettingsError where there is no CLI, or no default org
 */
export async function askSfCli(targetOrg: string | null): Promise<CliOrg> {
  const display = await ask<{ instanceUrl?: string }>(["org", "display"], targetOrg);
  const shown = await ask<{ accessToken?: string }>(["org", "auth", "show-access-token"], targetOrg);
  if (typeof display.instanceUrl !== "string" || typeof shown.accessToken !== "string")
    throw salesforceErrors["sf-cli-session-not-shown"]();
  return {
    instanceUrl: originOf(display.instanceUrl, "The instance URL of the sf CLI"),
    accessToken: shown.accessToken,
  };
}

async function ask<Result>(command: readonly string[], targetOrg: string | null): Promise<Result> {
  const env = { ...process.env, ...(targetOrg === null ? {} : { SF_TARGET_ORG: targetOrg }) };
  let stdout: string;
  try {
    ({ stdout } = await run("sf", [...command, "--json"], {
      env,
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      shell: process.platform === "win32", // there it is a .cmd file; nothing from outside is in the arguments
    }));
  } catch (error) {
    const failure = error as { code?: string | number; stdout?: string };
    if (failure.code === "ENOENT") throw salesforceErrors["credentials-missing"]();
    if (typeof failure.stdout !== "string") throw error;
    const name = answerOf(failure.stdout)?.name;
    if (targetOrg === null && /^No.*(Org|Env|Default)/i.test(String(name)))
      throw salesforceErrors["credentials-missing"]();
    // The CLI's free text can hold anything; its error name is a code.
    const why = typeof name === "string" && /^[A-Za-z_]{1,80}$/.test(name) ? name : "it does not say why";
    throw salesforceErrors["sf-cli-failed"]({ command: `sf ${command.join(" ")}`, why });
  }
  const result = answerOf(stdout)?.result;
  if (typeof result !== "object" || result === null)
    throw salesforceErrors["sf-cli-answer-not-json"]({ command: `sf ${command.join(" ")}` });
  return result as Result;
}

function answerOf(stdout: string): { name?: unknown; result?: unknown } | null {
  try {
    return JSON.parse(stdout) as { name?: unknown; result?: unknown } | null;
  } catch {
    return null;
  }
}
