import { execFileSync } from "node:child_process";
import path from "node:path";
import { policyDigest } from "../plan/digest.ts";
import { parsePolicy } from "../policy/load.ts";
import { openFrom } from "../policy/namedFile.ts";
import type { Policy } from "../policy/policy.ts";
import { readPolicyFile } from "../policy/read.ts";
import { fleetErrors } from "./errors.ts";
import type { Fleet, FleetOrg } from "./orgs.ts";
import { parseOrgs } from "./orgsFile.ts";

/** What changed in a fleet since a commit. */
interface Since {
  readonly hasChanged: (org: FleetOrg) => boolean;
  /** Names of the orgs that it had then and has no more: nobody looks at them any longer. */
  readonly gone: readonly string[];
}

/**
 * Tells of an org whether what decides for it is another than in a commit: its entry in the file of the orgs, the fleet's limits there, or
 * what its policy says, with all files that it names. A comment or a moved line is no change; whatever cannot be told is one.
 * @param ref a commit, branch or tag of the repository that the fleet is in
 * @throws UserError where git does not know it
 */
export function changedSince(ref: string, fleet: Fleet, folder: string, roots: readonly string[]): Since {
  const git = blobsOf(ref, folder);
  const before = fleetBefore(git(path.basename(fleet.file)), fleet.file);
  const names = new Set(fleet.orgs.map(({ name }) => name));
  const gone = [...(before?.entries.keys() ?? [])].filter((name) => !names.has(name));
  if (before === null || before.limits !== limitsOf(fleet)) return { hasChanged: () => true, gone };
  const open = openFrom(git);
  const hasChanged = (org: FleetOrg): boolean => {
    if (before.entries.get(org.name) !== entryOf(org)) return true;
    const now = readPolicyFile(org.policy, folder, roots);
    const text = git(org.policy);
    if ("problems" in now || text === null) return true;
    const then = parsePolicy(text, org.policy, open);
    return "problems" in then || decidesBy(then.policy) !== decidesBy(now.policy);
  };
  return { hasChanged, gone };
}

/** All that a policy decides by: its digest counts what a baseline holds, and here it matters which. */
function decidesBy(policy: Policy): string {
  const known = policy.baseline?.grants.map(({ app, user, granted }) => [app.value, user.value, granted]);
  return `${policyDigest(policy)} ${JSON.stringify(known)}`;
}

/** What the file of the orgs said; null where it was not there, or was not valid. */
function fleetBefore(text: string | null, file: string) {
  const result = text === null ? null : parseOrgs(text, file);
  if (result === null || "problems" in result) return null;
  const { fleet } = result;
  return { limits: limitsOf(fleet), entries: new Map(fleet.orgs.map((org) => [org.name, entryOf(org)])) };
}

function entryOf({ position: _, ...entry }: FleetOrg): string {
  return JSON.stringify(entry);
}

/** They decide for every org: what was refused for them is revoked with others. */
function limitsOf({ limits: { position: _, ...limits } }: Fleet): string {
  return JSON.stringify(limits);
}

/** Variables by which git is told of a repository (git(1), "The Git Repository", and GIT_PREFIX), and what stands for other objects. */
const OF_A_REPOSITORY =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|REPLACE_REF_BASE)$/;

/** Reads files of a commit, each once; null for one that is not there. Nothing is checked out. */
function blobsOf(ref: string, folder: string): (file: string) => string | null {
  // A hook of git's, or whoever calls from one, says in these which repository is meant: here it is the one of the folder.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_A_REPOSITORY.test(name)));
  const git = (...command: string[]) =>
    execFileSync("git", command, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 16 * 1024 * 1024,
      env,
    });
  let commit: string;
  let prefix: string;
  try {
    commit = git("rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`).trim();
    prefix = git("rev-parse", "--show-prefix").trim();
  } catch (error) {
    const { code, stderr } = error as { code?: string; stderr?: string };
    if (code !== "ENOENT" && typeof stderr !== "string") throw error;
    const why =
      code === "ENOENT"
        ? "there is no git here"
        : stderr?.split("\n")[0]?.trim() || "it knows no such commit";
    throw fleetErrors["git-not-asked"]({ ref, why });
  }
  const known = new Map<string, string | null>();
  return (file) => {
    const at = path.posix.join(prefix, file);
    if (!known.has(at)) known.set(at, blob(git, commit, at));
    return known.get(at)!;
  };
}

function blob(git: (...command: string[]) => string, commit: string, file: string): string | null {
  try {
    return git("cat-file", "blob", `${commit}:${file}`);
  } catch (error) {
    if (typeof (error as { stderr?: unknown }).stderr !== "string") throw error;
    return null;
  }
}
