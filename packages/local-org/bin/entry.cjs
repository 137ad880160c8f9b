"use strict";

const { existsSync } = require("node:fs");
const { join, sep } = require("node:path");

const root = join(__dirname, "..");

/**
 * Loads a module of src/, named without its extension ("orgs/index"): the TypeScript source in a
 * checkout, which Node runs as it is, or the compiled file in an installed package, since Node strips
 * no types under node_modules.
 */
exports.load = (name) => {
  const source = join(root, "src", `${name}.ts`);
  const installed = root.split(sep).includes("node_modules");
  return require(!installed && existsSync(source) ? source : join(root, "dist", `${name}.js`));
};
