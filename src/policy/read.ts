import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import path from "node:path";
import { policyProblems } from "./errors.ts";
import { type OpenFile, type PolicyResult, parsePolicy, policyFromObject } from "./load.ts";
import type { Policy } from "./policy.ts";
import { PolicyError } from "./problem.ts";

/**
 * Reads a policy file, named relative to `folder`; the policy keeps the name as given.
 * @throws PolicyError with every problem in it
 */
export function readPolicy(file: string, folder = process.cwd()): Policy {
  return accept(readPolicyFile(file, folder));
}

/** As `readPolicy`, with the problems returned. */
export function readPolicyFile(file: string, folder = process.cwd()): PolicyResult {
  const open = openerIn(folder);
  const answer = open(file);
  if ("text" in answer) return parsePolicy(answer.text, file, open);
  const said = policyProblems["policy-file-not-readable"]({
    why: answer.unreadable,
    remedy:
      answer.remedy ??
      "name one relative to this folder (for Pulumi with `pulumi config set policy policy/NAME.yaml`, relative to that of Pulumi.yaml)",
  });
  return { problems: [{ ...said, file, line: 0, column: 0, sourceLine: "" }] };
}

/** Takes a policy from an object in a program; files that it names are relative to `folder`. @throws PolicyError */
export function acceptPolicyObject(value: unknown, folder: string): Policy {
  return accept(policyFromObject(value, "inline policy", openerIn(folder)));
}

function accept(result: PolicyResult): Policy {
  if ("problems" in result) throw new PolicyError(result.problems);
  return result.policy;
}

const WHY: Record<string, string> = {
  ENOENT: "does not exist",
  EISDIR: "is a folder",
  ENOTDIR: "does not exist",
  EACCES: "cannot be read (permission denied)",
  EPERM: "cannot be read (permission denied)",
};

function openerIn(folder: string): OpenFile {
  return (file) => {
    let bytes: Buffer;
    try {
      bytes = readFileSync(path.resolve(folder, file));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined || WHY[code] === undefined) throw error;
      return { unreadable: WHY[code], remedy: null };
    }
    return isUtf8(bytes)
      ? { text: bytes.toString("utf8") }
      : { unreadable: "is not UTF-8 text", remedy: "save it with that encoding" };
  };
}
