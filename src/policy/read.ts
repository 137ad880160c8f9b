import { isUtf8 } from "node:buffer";
import { lstatSync, realpathSync } from "node:fs";
import path from "node:path";
import { readRegular, unread } from "../regularFile.ts";
import { LARGEST_BYTES } from "./document.ts";
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
  const found = realPolicy(file, folder);
  const answer = "unreadable" in found ? found : textOf(found.real);
  if ("text" in answer && "real" in found)
    return parsePolicy(answer.text, file, openerIn(path.dirname(found.real), path.posix.dirname(file)));
  const { unreadable: why, remedy = null, line = 0 } = answer as Unreadable;
  const said = policyProblems["policy-file-not-readable"]({
    why,
    remedy:
      remedy ??
      "name one relative to this folder (for Pulumi with `pulumi config set policy policy/NAME.yaml`, relative to that of Pulumi.yaml)",
  });
  return { problems: [{ ...said, file, line, column: Math.min(line, 1), sourceLine: "" }] };
}

/** Takes a policy from an object in a program; files that it names are relative to `folder`. @throws PolicyError */
export function acceptPolicyObject(value: unknown, folder: string): Policy {
  return accept(policyFromObject(value, "inline policy", openerIn(folder, ".")));
}

function accept(result: PolicyResult): Policy {
  if ("problems" in result) throw new PolicyError(result.problems);
  return result.policy;
}

type Unreadable = Exclude<ReturnType<OpenFile>, { readonly text: string }>;

/**
 * Where the file really is. A link may lead to another file of the same folder (a mounted ConfigMap is made of such
 * links), but not out of it: who may write the policy is not asked to read what else the machine holds.
 */
function realPolicy(file: string, folder: string): { readonly real: string } | Unreadable {
  const named = path.resolve(folder, file);
  try {
    const real = realpathSync(named);
    const realFolder = realpathSync(path.dirname(named));
    const isBelow = !path.isAbsolute(file) && isInside(named, path.resolve(folder));
    if (isInside(real, realFolder) && (!isBelow || isInside(realFolder, realpathSync(folder))))
      return { real };
    return {
      unreadable: "is behind a link that leads out of its folder",
      remedy: "put the file itself there",
    };
  } catch (error) {
    const { code, why } = unread(error);
    return code === "ENOENT" && isLink(named)
      ? { unreadable: "is a link that leads nowhere", remedy: "put the file itself there" }
      : { unreadable: why, remedy: null };
  }
}

function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/**
 * Opens the files that a policy names: those in its folder and below it, and none by way of a link.
 * @param real the folder @param named how the policy's own name calls it
 */
function openerIn(real: string, named: string): OpenFile {
  return (file) => {
    const way = path.relative(named, file);
    let at = real;
    try {
      for (const step of way.split(path.sep)) {
        at = path.join(at, step);
        if (isLink(at))
          return { unreadable: "is behind a link", remedy: "put the file itself in the policy's folder" };
      }
    } catch (error) {
      return { unreadable: unread(error).why, remedy: null };
    }
    return textOf(at);
  };
}

function textOf(file: string): ReturnType<OpenFile> {
  const answer = readRegular(file, LARGEST_BYTES);
  if ("why" in answer)
    return {
      unreadable: answer.why,
      remedy: answer.code === "TOO-LARGE" ? "keep it to what people can review" : null,
    };
  const { bytes } = answer;
  if (isUtf8(bytes)) return { text: bytes.toString("utf8") };
  return { unreadable: "is not UTF-8 text", remedy: "save it with that encoding", line: lineNotUtf8(bytes) };
}

/** The first line that is not UTF-8, in which no character holds the byte of a line's end. */
function lineNotUtf8(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
