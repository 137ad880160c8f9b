import { isUtf8 } from "node:buffer";
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";
import { readUnlinked, unread } from "../regularFile.ts";
import { LARGEST_BYTES } from "./document.ts";
import { policyProblems } from "./errors.ts";
import { type PolicyResult, parsePolicy, policyFromObject } from "./load.ts";
import type { OpenFile } from "./namedFile.ts";
import { namesMeant } from "./nearest.ts";
import type { Policy } from "./policy.ts";
import { PolicyError, type Problem } from "./problem.ts";

/**
 * Reads a policy file, named relative to `folder`; the policy keeps the name as given. The files that it names are in its own folder
 * or below it. Where there are `roots`, also relative to `folder`, it has to be in one of them, and those that it names too.
 * @throws PolicyError with every problem in it
 */
export function readPolicy(file: string, folder = process.cwd(), roots: readonly string[] = []): Policy {
  return accept(readPolicyFile(file, folder, roots));
}

/** As `readPolicy`, with the problems returned. */
export function readPolicyFile(
  file: string,
  folder = process.cwd(),
  roots: readonly string[] = [],
): PolicyResult {
  const opened = openedFile(file, folder, roots);
  return "problems" in opened ? opened : parsePolicy(opened.text, file, opened.open);
}

/** The text of a policy's file, by which it is changed. */
export interface OpenedPolicy {
  readonly text: string;
  /** Where the file really is. */
  readonly real: string;
  readonly open: OpenFile;
}

/** As `readPolicy`, without making a policy of it. @throws PolicyError where it cannot be read */
export function openPolicyText(file: string, folder: string, roots: readonly string[]): OpenedPolicy {
  const opened = openedFile(file, folder, roots);
  if ("problems" in opened) throw new PolicyError(opened.problems);
  return opened;
}

function openedFile(
  file: string,
  folder: string,
  roots: readonly string[],
): OpenedPolicy | { readonly problems: readonly Problem[] } {
  const found = realPolicy(file, folder, roots);
  const answer = "why" in found ? found : textIn(found.root, found.real);
  if ("text" in answer && "real" in found) {
    const { root, real } = found;
    const open = opener([root], { real: path.dirname(real), named: path.posix.dirname(file) });
    return { text: answer.text, real, open };
  }
  const { why, remedy = null, line = 0 } = answer as Refusal;
  const said = policyProblems["policy-file-not-readable"]({
    why,
    remedy:
      remedy ??
      "name one relative to this folder (for Pulumi with `pulumi config set policy policy/NAME.yaml`, relative to that of Pulumi.yaml)",
  });
  return { problems: [{ ...said, file, line, column: Math.min(line, 1), sourceLine: "" }] };
}

/** Stands in place of the file's name for a policy that was given as an object. */
export const INLINE_POLICY = "inline policy";

/** Takes a policy from an object in a program; files that it names are relative to `folder`. @throws PolicyError */
export function acceptPolicyObject(value: unknown, folder: string, roots: readonly string[] = []): Policy {
  const within = roots.length > 0 ? realRoots(roots, folder) : [{ real: realpathSync(folder), named: null }];
  const open = opener(within, { real: realpathSync(folder), named: "." });
  return accept(policyFromObject(value, INLINE_POLICY, open));
}

function accept(result: PolicyResult): Policy {
  if ("problems" in result) throw new PolicyError(result.problems);
  return result.policy;
}

type Refusal = Extract<ReturnType<OpenFile>, { readonly why: string }>;

/** A folder that nothing is read outside of: its real path, and what a setting calls it; null for a policy's own. */
interface Root {
  readonly real: string;
  readonly named: string | null;
}

/** Roots that are not there hold nothing. */
function realRoots(roots: readonly string[], folder: string): Root[] {
  return roots.flatMap((named) => {
    try {
      return [{ real: realpathSync(path.resolve(folder, named)), named }];
    } catch (error) {
      unread(error);
      return [];
    }
  });
}

/**
 * Where the file really is, and what it may read. A link may lead to another file of the same folder or root (a mounted ConfigMap is made of
 * such links), but not out of it: who may write the policy is not asked to read what else the machine holds.
 */
function realPolicy(
  file: string,
  folder: string,
  roots: readonly string[],
): { readonly real: string; readonly root: Root } | Refusal {
  const named = path.resolve(folder, file);
  try {
    const real = realpathSync(named);
    if (roots.length > 0) {
      const root = realRoots(roots, folder).find((one) => isInside(real, one.real));
      return root === undefined
        ? {
            why: `is not in the policy root ${roots.join(", ")}`,
            remedy: "name one that is, or another root with --policy-root (SANCTIONED_POLICY_ROOT)",
          }
        : { real, root };
    }
    const realFolder = realpathSync(path.dirname(named));
    const isBelow = !path.isAbsolute(file) && isInside(named, path.resolve(folder));
    if (isInside(real, realFolder) && (!isBelow || isInside(realFolder, realpathSync(folder))))
      return { real, root: { real: path.dirname(real), named: null } };
    return { why: "is behind a link that leads out of its folder", remedy: "put the file itself there" };
  } catch (error) {
    const { code, why } = unread(error);
    if (code !== "ENOENT") return { why, remedy: null };
    return isLink(named)
      ? { why: "is a link that leads nowhere", remedy: "put the file itself there" }
      : { why, remedy: otherFile(file, folder) };
  }
}

/** The policy beside it, or in the folder `policy`, that a mistyped name most likely meant; null for none. */
function otherFile(file: string, folder: string): string | null {
  const beside = [...new Set([path.dirname(file), "policy"])].flatMap((one) =>
    yamlFilesIn(path.resolve(folder, one)).map((name) => path.join(one, name)),
  );
  const [name] = namesMeant(file, beside);
  return name === undefined ? null : `did you mean ${name}?`;
}

function yamlFilesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  } catch (error) {
    unread(error);
    return [];
  }
}

function isInside(file: string, folder: string): boolean {
  const way = path.relative(folder, file);
  return way !== ".." && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** Opens the files that a policy names: those in its roots, and none by way of a link. @param from the policy's folder, and how its own name calls that */
function opener(roots: readonly Root[], from: { readonly real: string; readonly named: string }): OpenFile {
  return (file) => {
    const at = path.resolve(from.real, path.relative(from.named, file));
    const root = roots.find(({ real }) => isInside(at, real));
    if (root !== undefined) return textIn(root, at);
    const names = roots.flatMap(({ named }) => named ?? []);
    return { outside: names.length > 0 ? `the policy root ${names.join(", ")}` : "the policy's folder" };
  };
}

function textIn(root: Root, file: string): { readonly text: string } | Refusal {
  const answer = readUnlinked(root.real, path.relative(root.real, file).split(path.sep), LARGEST_BYTES);
  if ("why" in answer) return { why: answer.why, remedy: REMEDIES[answer.code] ?? null };
  const { bytes } = answer;
  if (isUtf8(bytes)) return { text: bytes.toString("utf8") };
  return { why: "is not UTF-8 text", remedy: "save it with that encoding", line: lineNotUtf8(bytes) };
}

const REMEDIES: Readonly<Record<string, string>> = {
  "TOO-LARGE": "keep it to what people can review",
  LINK: "put the file itself in the policy's folder",
};

/** The first line that is not UTF-8, in which no character holds the byte of a line's end. */
function lineNotUtf8(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}
