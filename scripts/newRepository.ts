/** `npm run new-repository`: a repository of one's own by npm itself, with the oldest Node that the package takes and with this one. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { OLDEST, oldestNode } from "./consumers/oldestNode.ts";
import { startRegistry } from "./consumers/registry.ts";
import { packTarballs } from "./consumers/tarballs.ts";

const run = promisify(execFile);

const packed = await packTarballs();
const upstream = (await run("npm", ["config", "get", "registry"])).stdout.trim().replace(/\/$/, "");
const registry = await startRegistry(packed, upstream);
const scratch = mkdtempSync(path.join(tmpdir(), "sanctioned-new-repository-"));
let wrong = 0;
try {
  const nodes = [
    { node: process.versions.node, bin: path.dirname(process.execPath) },
    ...(OLDEST === undefined ? [] : [{ node: OLDEST, bin: await oldestNode() }]),
  ];
  for (const { node, bin } of nodes) {
    const began = performance.now();
    const found = await play(path.join(scratch, node), bin);
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(JSON.stringify({ node, seconds, wrong: found }));
    wrong += found.length;
  }
} finally {
  await registry.close();
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = wrong === 0 ? 0 : 1;

/** Made by `npm create`, installed, installed again by what was committed, and asked what its scripts say. @returns what is not as it should be */
async function play(home: string, node: string): Promise<string[]> {
  const repository = path.join(home, "connected-users");
  // The machine's own settings of npm hold, such as a proxy and its authority.
  const env = {
    ...process.env,
    PATH: [node, process.env.PATH].join(path.delimiter),
    npm_config_registry: registry.url,
    npm_config_cache: path.join(scratch, "cache"),
    NO_COLOR: "1",
  };
  await run("mkdir", ["-p", home]);
  const found: string[] = [];
  const step = async (cwd: string, command: string, ...args: string[]) => {
    try {
      await run(command, args, { cwd, env, maxBuffer: 1 << 26 });
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      found.push(`${command} ${args.join(" ")} ended with ${code}: ${`${stdout}${stderr}`.slice(-600)}`);
    }
  };
  await step(home, "npm", "create", "--yes", "sanctioned", "connected-users", "--", "--example");
  if (!existsSync(repository)) return found;
  await step(repository, "npm", "install", "--no-audit", "--no-fund");
  await step(repository, "git", "init", "-q", "-b", "main");
  await step(repository, "npm", "ci", "--no-audit", "--no-fund");
  for (const script of ["validate", "outdated"]) await step(repository, "npm", "run", script);
  const { packages } = JSON.parse(readFileSync(path.join(repository, "package-lock.json"), "utf8"));
  const unproven = Object.entries<{ integrity?: string }>(packages).filter(
    ([name, { integrity }]) => name !== "" && integrity === undefined,
  );
  for (const [name] of unproven) found.push(`the lock file has no hash of ${name}`);
  return found;
}
