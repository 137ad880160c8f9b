"use strict";

// Written for every Node since 14.18: it must be able to say that a Node is too old.
const { existsSync } = require("node:fs");
const { join, sep } = require("node:path");

const root = join(__dirname, "..");

/** Why this Node cannot run it; null where it can. It is the least of package.json's `engines`. */
const [major, minor] = process.version.slice(1).split(".").map(Number);
exports.refusal =
  major > 22 || (major === 22 && minor >= 12)
    ? null
    : `salesforce-local-org needs Node 22.12 or later; this is ${process.version}.`;

/**
 * Loads a module of src/, named without its extension ("orgs/index"): the TypeScript source in a
 * checkout, which Node runs as it is, or the compiled file in an installed package, since Node strips
 * no types under node_modules.
 */
exports.load = (name) => {
  if (exports.refusal !== null) throw new Error(exports.refusal);
  const source = join(root, "src", `${name}.ts`);
  const installed = root.split(sep).includes("node_modules");
  return require(!installed && existsSync(source) ? source : join(root, "dist", `${name}.js`));
};
