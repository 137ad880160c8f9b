import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { CodedError } from "../../src/errors.ts";
import { planFile } from "../../src/plan/planFile.ts";
import type { FullPlan } from "../../src/plan/planSchema.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import { openObserver } from "../../src/run/open.ts";
import type { Case } from "./case.ts";
import { Written } from "./places.ts";
import { FILES, type PolicyFiles } from "./wanted.ts";

/** What the tool said: why it refused, or its whole plan. */
export type Said = { readonly refused: readonly string[] } | { readonly plan: FullPlan };

/** The files of a policy as text, and the lines of what they say. */
export function written({ own, base, baseline }: PolicyFiles): ReadonlyMap<string, Written> {
  return new Map(
    Object.entries({ [FILES.own]: own, [FILES.base]: base, [FILES.baseline]: baseline }).flatMap(
      ([name, data]) => (data === null ? [] : [[name, new Written(data)] as const]),
    ),
  );
}

/** Starts the org of a case. */
export function start({
  org,
  platform: { usageOnly, sessionApp },
}: Pick<Case, "org" | "platform">): Promise<LocalOrg> {
  return startLocalOrg({
    org,
    callerApp: sessionApp,
    consumerSecretsInMetadata: "allowed",
    ...(usageOnly ? { usageBesideRows: "usage-alone" as const } : {}),
  });
}

/** Holds a running org against the policy of a case, as `sanctioned plan --all` does. */
export async function ask(
  org: LocalOrg,
  { files, ownApp, asOf }: Pick<Case, "files" | "ownApp" | "asOf">,
): Promise<Said> {
  return await inFolder(files, async (folder) => {
    try {
      const observer = openObserver({ folder, env: envOf(org, ownApp) });
      return { plan: planFile(await observer.observe(observer.want(FILES.own), asOf), { all: true }) };
    } catch (error) {
      if (error instanceof PolicyError)
        return { refused: error.problems.map(({ code, file, line }) => `${code} ${file}:${line}`) };
      if (error instanceof CodedError) return { refused: [`${error.code}: ${error.message}`] };
      throw error;
    }
  });
}

/** Does something where the files of a policy are. */
async function inFolder<T>(files: PolicyFiles, what: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), "oracle-"));
  try {
    for (const [name, { text }] of written(files)) writeFileSync(path.join(folder, name), text);
    return await what(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function envOf({ url, accessToken }: LocalOrg, ownApp: string | null): NodeJS.ProcessEnv {
  return {
    SF_ORG_INSTANCE_URL: url,
    SF_ACCESS_TOKEN: accessToken,
    ...(ownApp === null ? {} : { SANCTIONED_OWN_APP: ownApp }),
  };
}

const SANCTIONED = path.resolve(import.meta.dirname, "../../bin/sanctioned.js");

/** As `ask`, by the verb `plan` in a process of its own; with the exit code that it ends with. */
export async function askByVerb(
  org: LocalOrg,
  { files, ownApp, asOf }: Pick<Case, "files" | "ownApp" | "asOf">,
): Promise<{ readonly said: Said; readonly exit: number | null }> {
  return await inFolder(files, async (folder) => {
    const at = ["--policy", FILES.own, "--as-of", new Date(asOf).toISOString()];
    const args = [SANCTIONED, "plan", ...at, "--format", "json", "--all", "--detailed-exitcode"];
    const { status, stdout, stderr } = await run(args, folder, envOf(org, ownApp));
    return { said: status === 1 ? { refused: [stderr] } : { plan: JSON.parse(stdout) }, exit: status };
  });
}

function run(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    const home = { PATH: process.env.PATH, HOME: path.join(cwd, "no-home"), NO_COLOR: "1" };
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...home, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const)
      child[name].setEncoding("utf8").on("data", (chunk: string) => {
        output[name] += chunk;
      });
    child.once("error", reject).once("close", (status) => resolve({ status, ...output }));
  });
}
