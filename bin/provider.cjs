"use strict";

// What the provider code kept in a stack's state loads: small, constant, and always today's code.
const { entry, nodeRefusal, plainError } = require("./entry.cjs");

const refusal = nodeRefusal("pulumi/provider");
module.exports = refusal === null ? provider() : refusingProvider(refusal);

function provider() {
  // Each phase of a run is a process of its own: what it compiles is kept for the next.
  const { enableCompileCache, flushCompileCache } = require("node:module");
  const { join } = require("node:path");
  enableCompileCache?.(join(__dirname, "..", "node_modules", ".cache", "sanctioned"));

  const { ConnectedUserProvider } = require(entry("pulumi/provider"));
  const { attendEngine } = require(entry("pulumi/attend"));
  const connectedUsers = new ConnectedUserProvider();
  attendEngine(connectedUsers);

  // The engine ends this process without giving it the time to do so.
  flushCompileCache?.();
  return connectedUsers;
}

/** Where no program runs (`pulumi refresh`), or with another Node. What a method throws Pulumi prints with its stack. */
function refusingProvider(message) {
  const refuse = () => {
    throw plainError(message);
  };
  return {
    configure: () => undefined,
    check: () => ({ failures: [{ property: "policy", reason: message }] }),
    ...{ diff: refuse, create: refuse, update: refuse, read: refuse },
  };
}
