import { declareErrors } from "../errors.ts";

export const sqliteErrors = declareErrors({
  "node-without-sqlite": {
    kind: "user",
    text: "{file} is kept by node:sqlite, which this Node ({node}) has only when asked for: nothing was done.",
    remedy: "Run it with Node 22.13 or later, or with NODE_OPTIONS=--experimental-sqlite in the environment.",
    example: { file: ".sanctioned/audit-00D000000001942EAA.jsonl.lock", node: "v22.12.0" },
  },
});
