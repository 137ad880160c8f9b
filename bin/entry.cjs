"use strict";

// Written for every Node since 14.18: the launchers must be able to say that a Node is too old.
const { existsSync } = require("node:fs");
const { join, sep } = require("node:path");

const root = join(__dirname, "..");

/**
 * The file that holds a module of src/, named without its extension ("cli/main"): the TypeScript
 * source in a checkout, which Node runs as it is, or the compiled file in an installed package,
 * since Node strips no types under node_modules.
 */
exports.entry = (name) => {
  const source = join(root, "src", `${name}.ts`);
  const installed = root.split(sep).includes("node_modules");
  return !installed && existsSync(source) ? source : join(root, "dist", `${name}.js`);
};

/** Whether a Node, named as `process.version` does, runs the compiled files: it is the least of package.json's `engines`. */
exports.isRecentEnough = (version) => {
  const [major, minor] = version.slice(1).split(".").map(Number);
  return major > 22 || (major === 22 && minor >= 12);
};

/** Why the Node that Pulumi runs cannot run a module of src/, and what to do; null where it can. */
exports.nodeRefusal = (name) => {
  const needsTypes = exports.entry(name).endsWith(".ts") && !process.features.typescript;
  if (exports.isRecentEnough(process.version) && !needsTypes) return null;
  const [what, least] = needsTypes ? ["A checkout of sanctioned", "22.18"] : ["sanctioned", "22.12"];
  return (
    `${what} needs Node ${least} or later; this is ${process.version}. Pulumi runs the first \`node\` on PATH: ` +
    "put a current one first, or run `npx pulumi` where node_modules/.bin has one."
  );
};

/**
 * An error that is shown as its message alone. Pulumi's program host knows its `RunError` by this mark (errors.js of
 * @pulumi/pulumi), of another copy of its SDK too; it and Node otherwise print the stack.
 */
exports.plainError = (message) => {
  const error = Object.assign(new Error(message), { stack: message, toString: () => "error" });
  return Object.defineProperty(error, "__pulumiRunError", { value: true });
};
