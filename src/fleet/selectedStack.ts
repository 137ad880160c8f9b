import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { engineOf, projectFile, stackNameOf } from "./stackConfig.ts";

const run = promisify(execFile);
const TIMEOUT_MS = 60_000;

/**
 * The stack that PULUMI_STACK, or `pulumi stack select`, selects for the project in a folder; null where none is, or where it has no config
 * file here. The engine is asked only where it has kept a choice for this project, so that nobody who never made one waits for it: in
 * `workspaces/NAME-SHA1 OF THE PROJECT FILE'S PATH-workspace.json` of its home (pulumi, sdk/go/common/workspace/workspace.go).
 */
export async function selectedStack(folder: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const project = projectFile(folder);
  if (project === null) return null;
  const stack = env.PULUMI_STACK?.trim() || (hasChoice(project, env) ? await askEngine(folder, env) : null);
  return stack !== null && hasConfig(stack, folder) ? stack : null;
}

function hasChoice(
  { name, file }: { readonly name: string; readonly file: string },
  env: NodeJS.ProcessEnv,
): boolean {
  const home = env.PULUMI_HOME || path.join(env.HOME || homedir(), ".pulumi");
  return [file, realpathSync(file)].some((one) => {
    const hash = createHash("sha1").update(one).digest("hex");
    return existsSync(path.join(home, "workspaces", `${name}-${hash}-workspace.json`));
  });
}

/** Where the engine cannot tell, nothing is selected, and the run says what it lacks. */
async function askEngine(folder: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    const { stdout } = await run(engineOf(folder), ["stack", "--show-name", "--non-interactive"], {
      cwd: folder,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      shell: process.platform === "win32",
    });
    return stackNameOf(stdout.trim());
  } catch (error) {
    const { code, killed } = error as { code?: unknown; killed?: boolean };
    if (code === undefined && killed !== true) throw error;
    return null;
  }
}

/** Whether the stack has a config file that says anything; one whose config is elsewhere is named with --stack. */
function hasConfig(stack: string, folder: string): boolean {
  const file = path.join(folder, `Pulumi.${path.basename(stack)}.yaml`);
  return existsSync(file) && /^(config|environment):/m.test(readFileSync(file, "utf8"));
}
