"use strict";

// What the provider code kept in a stack's state loads: small, constant, and always today's code.
module.exports = require(require("./entry.cjs").entry("pulumi/provider"));
