"use strict";

// What the provider code kept in a stack's state loads: small, constant, and always today's code.
// Each phase of a run is a process of its own: what it compiles is kept for the next.
const { enableCompileCache, flushCompileCache } = require("node:module");
const { join } = require("node:path");
enableCompileCache?.(join(__dirname, "..", "node_modules", ".cache", "sanctioned"));

const { entry } = require("./entry.cjs");
const { ConnectedUserProvider } = require(entry("pulumi/provider"));
const { attendEngine } = require(entry("pulumi/attend"));
module.exports = new ConnectedUserProvider();
attendEngine(module.exports);

// The engine ends this process without giving it the time to do so.
flushCompileCache?.();
