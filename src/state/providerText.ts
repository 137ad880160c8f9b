/**
 * The provider as the state keeps it: the text of a CommonJS module, which Pulumi's dynamic provider
 * process runs (`cmd/dynamic-provider` of @pulumi/pulumi, property `__provider`). Constant and tiny, so
 * that the state never holds old code: each method only calls the package that the Pulumi project has
 * installed now. `pulumi.dynamic.Resource` would make such a text from functions, with the TypeScript
 * compiler, in every run of the program. `verify-state` takes this text alone: a release that changes it must
 * go on taking the one before, or every stack would be refused until its next update.
 */
export const PROVIDER_TEXT = `"use strict";
const { createRequire } = require("node:module");
const installed = () => createRequire(process.cwd() + "/")("sanctioned/provider");
exports.handler = () => ({
  configure: async (request) => installed().configure(request),
  check: async (olds, news) => installed().check(olds, news),
  diff: async (id, olds, news) => installed().diff(id, olds, news),
  create: async (inputs) => installed().create(inputs),
  update: async (id, olds, news) => installed().update(id, olds, news),
  read: async (id, props) => installed().read(id, props),
  delete: async () => {},
});
`;
