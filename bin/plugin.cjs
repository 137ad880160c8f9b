"use strict";

// What a Pulumi program imports as sanctioned/plugin. CommonJS, which programs of both kinds load, on an old Node too.
const { entry, nodeRefusal, plainError } = require("./entry.cjs");

const refusal = nodeRefusal("plugin/program");
if (refusal !== null) throw plainError(refusal);
const { ConnectedUserPolicy, Provider } = require(entry("plugin/program"));
exports.ConnectedUserPolicy = ConnectedUserPolicy;
exports.Provider = Provider;
