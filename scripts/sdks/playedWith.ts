import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

export const ROOT = path.resolve(import.meta.dirname, "../..");
export const SCHEMA = "schema/pulumi-package.json";
/** Where `npm run sdks` keeps what it was last played with. */
export const RECORD = "engine/sdks/played.json";

/** The generators, their pins, those of the program, and the schema: nothing else decides what the SDKs are. */
const INPUTS = [
  SCHEMA,
  "engine/sdks/main.go",
  "engine/sdks/go.mod",
  "engine/sdks/go.sum",
  "examples/go/go.mod",
  "examples/go/go.sum",
] as const;

/** What decides how a play of the SDKs ends, as it is now: the SHA-256 of each file, by its path. */
export function playedWith(): Record<string, string> {
  const digest = (file: string) =>
    createHash("sha256")
      .update(readFileSync(path.join(ROOT, file)))
      .digest("hex");
  return Object.fromEntries(INPUTS.map((file) => [file, digest(file)]));
}
