import { createRequire } from "node:module";

/** Of this tool, as its package says. */
export const { version: VERSION } = createRequire(import.meta.url)("../../package.json") as {
  readonly version: string;
};
