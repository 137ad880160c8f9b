import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.ts";
import { printable } from "../printable.ts";
import { parsePolicy } from "./load.ts";
import type { Policy } from "./policy.ts";
import { PolicyError } from "./problem.ts";

/**
 * Reads a policy file, named relative to `folder`; the policy keeps the name as given.
 * @throws PolicyError with every problem in it; UserError where the file cannot be read
 */
export function readPolicy(file: string, folder = process.cwd()): Policy {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path.resolve(folder, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      ENOENT: "is not there",
      EISDIR: "is a folder",
      ENOTDIR: "is not there",
      EACCES: "may not be read",
      EPERM: "may not be read",
    };
    if (code === undefined || why[code] === undefined) throw error;
    throw new UserError(
      `The policy file ${printable(file)} ${why[code]}: name one with \`pulumi config set policy policy/NAME.yaml\`, relative to the folder of Pulumi.yaml.`,
    );
  }
  if (!isUtf8(bytes))
    throw new UserError(`The policy file ${printable(file)} is not UTF-8 text: save it with that encoding.`);
  const result = parsePolicy(bytes.toString("utf8"), file);
  if ("problems" in result) throw new PolicyError(result.problems);
  return result.policy;
}
