"use strict";

// Written for every Node since 14.18: the launcher must be able to say that a Node is too old.
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
