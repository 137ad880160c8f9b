"use strict";

// The package's main entry, for a Pulumi program. CommonJS, which programs of both kinds load, on an old Node too.
const { entry, nodeRefusal, plainError } = require("./entry.cjs");

const refusal = nodeRefusal("pulumi/index");
if (refusal !== null) throw plainError(refusal);
const { ConnectedUserPolicy, SalesforceOrg } = require(entry("pulumi/index"));
exports.ConnectedUserPolicy = ConnectedUserPolicy;
exports.SalesforceOrg = SalesforceOrg;
