// Starts a module of src/ on a Node that can run it. Written for every Node since 14.18.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { entry, isRecentEnough } from "./entry.cjs";

const quietly = "--disable-warning=ExperimentalWarning";

/**
 * Starts it, or says in one sentence why not.
 * @param {string} name of the module, as `entry` takes it
 * @param {string} self the launcher's own file, to be run again where another Node is needed
 */
export async function launch(name, self) {
  const main = entry(name);
  if (!isRecentEnough(process.version)) {
    const node = bundledNode();
    if (node) hand(node, [], self);
    else
      refuse(
        `sanctioned needs Node 22.12 or later; this is ${process.version}. Put a current one first on PATH.`,
      );
  } else if (!existsSync(main)) {
    refuse(`sanctioned is not complete: ${main} is not there. Install the package again.`);
  } else if (main.endsWith(".ts") && !process.features.typescript) {
    // Node before 22.18 strips types only when told to.
    hand(process.execPath, ["--experimental-strip-types", quietly, ...sqlite()], self);
  } else if (sqlite().length > 0) {
    hand(process.execPath, [quietly, ...sqlite()], self);
  } else {
    // What is compiled is kept for the next run, where the folder can be written.
    module.enableCompileCache?.(
      join(dirname(fileURLToPath(import.meta.url)), "..", "node_modules", ".cache", "sanctioned"),
    );
    await import(pathToFileURL(main).href);
  }
}

/** What makes this Node bring node:sqlite, which it does by itself since 22.13. */
function sqlite() {
  return process.getBuiltinModule("node:sqlite") ? [] : ["--experimental-sqlite"];
}

function refuse(why) {
  console.error(why);
  process.exitCode = 1;
}

/** The Node that the checkout brings for this platform (packages/runtime), where it is installed. */
function bundledNode() {
  const isWindows = process.platform === "win32";
  try {
    const runtime = `node-${isWindows ? "win" : process.platform}-${process.arch}`;
    const manifest = module.createRequire(import.meta.url).resolve(`${runtime}/package.json`);
    const node = join(dirname(manifest), "bin", isWindows ? "node.exe" : "node");
    return existsSync(node) ? node : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the launcher again with another Node, as if it were this process. */
function hand(node, flags, self) {
  const child = spawn(node, [...flags, self, ...process.argv.slice(2)], { stdio: "inherit" });
  const forward = (signal) => child.kill(signal);
  // A terminal sends Ctrl-C to the child as well, and a second one would mean "at once".
  const onInterrupt = process.stdin.isTTY ? () => {} : forward;
  process.on("SIGINT", onInterrupt).on("SIGTERM", forward).on("SIGHUP", forward);
  child.on("error", (error) => {
    console.error(`sanctioned cannot start ${node}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.off("SIGINT", onInterrupt).off("SIGTERM", forward).off("SIGHUP", forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}
