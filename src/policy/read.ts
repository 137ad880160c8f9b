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
  let text: string;
  try {
    text = readFileSync(path.resolve(folder, file), "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      ENOENT: "is not there",
      EISDIR: "is a folder",
      EACCES: "may not be read",
    };
    if (code === undefined || why[code] === undefined) throw error;
    throw new UserError(
      `The policy file ${printable(file)} ${why[code]}: name one with \`pulumi config set policy policy/NAME.yaml\`, relative to the folder of Pulumi.yaml.`,
    );
  }
  const result = parsePolicy(text, file);
  if ("problems" in result) throw new PolicyError(result.problems);
  return result.policy;
}
