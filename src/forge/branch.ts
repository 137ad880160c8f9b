import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { forgeErrors } from "./errors.ts";
import type { ForgeName } from "./names.ts";

/** A file as it is in the repository at hand, and as a commit is to have it. */
export interface FileChange {
  /** Its real path. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

export interface Committed {
  readonly commit: string;
  /** The branch that it grew from; null where none is checked out. */
  readonly base: string | null;
}

const NONE = "0".repeat(40);

/**
 * Commits one file to a new branch, from what is checked out. By git's own plumbing, with an index of its own: the files at hand, their
 * index and the branch that is checked out stay as they are, and no hook runs.
 * @throws UserError where the file is not as it is committed, the branch is there, or git refuses
 */
export function commitToBranch(change: FileChange, branch: string, message: string): Committed {
  const { file, before, after } = change;
  const folder = path.dirname(file);
  const git = gitIn(folder);
  const way = `${git(["rev-parse", "--show-prefix"], "the folder is in no repository")}${path.basename(file)}`;
  const ref = `refs/heads/${branch}`;
  // `--branch` would take `@{-1}` for the branch before.
  if (branch.startsWith("-") || run(folder, ["check-ref-format", ref]).status !== 0)
    throw forgeErrors["branch-name-not-valid"]({ branch });
  if (git.said(["rev-parse", "-q", "--verify", ref]) !== null) throw forgeErrors["branch-exists"]({ branch });
  const head = git(["rev-parse", "-q", "--verify", "HEAD^{commit}"], "nothing is committed yet");
  const [mode = "", , blob = ""] = (git.said(["ls-tree", head, "--", `:(top,literal)${way}`]) ?? "").split(
    /[ \t]/,
  );
  const hashed = (text: string, more: string[] = []) =>
    git(["hash-object", ...more, "--path", path.basename(file), "--stdin"], "the file cannot be hashed", {
      input: text,
    });
  if (!mode.startsWith("100") || blob !== hashed(before))
    throw forgeErrors["file-not-committed"]({ file: way });

  const own = mkdtempSync(path.join(tmpdir(), "sanctioned-index-"));
  try {
    const env = { GIT_INDEX_FILE: path.join(own, "index") };
    git(["read-tree", head], "its tree cannot be read", { env });
    git(["update-index", "--cacheinfo", `${mode},${hashed(after, ["-w"])},${way}`], "the index refuses it", {
      env,
    });
    const tree = git(["write-tree"], "the tree cannot be written", { env });
    const sign = git.said(["config", "--type=bool", "commit.gpgSign"]) === "true" ? ["-S"] : [];
    const commit = git(["commit-tree", ...sign, tree, "-p", head, "-F", "-"], "it cannot be committed", {
      input: message,
    });
    git(
      ["update-ref", "-m", "sanctioned", ref, commit, NONE.padEnd(head.length, "0")],
      "the branch cannot be made",
    );
    return { commit, base: git.said(["symbolic-ref", "-q", "--short", "HEAD"]) };
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** Pushes a branch to `origin`, by the login that git has. @throws RemoteError where that refuses */
export function pushBranch(file: string, branch: string): void {
  const { status, stderr } = run(path.dirname(file), [
    "push",
    "-q",
    "origin",
    `refs/heads/${branch}:refs/heads/${branch}`,
  ]);
  if (status !== 0) throw forgeErrors["branch-not-pushed"]({ branch, why: lastLine(stderr) });
}

/** The forge and the repository that `origin` is at; null for what its address does not say. */
export function originOf(file: string): {
  readonly forge: ForgeName | null;
  readonly repository: string | null;
} {
  const url = gitIn(path.dirname(file)).said(["remote", "get-url", "origin"]) ?? "";
  // git@github.com:acme/crm.git, ssh://git@host:22/acme/crm, https://host/acme/crm.git
  const [, host = "", way = ""] =
    /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^:/]+)(?::\d+)?[:/](.+?)(?:\.git)?\/?$/.exec(url) ?? [];
  const forge = /(^|\.)github\./.test(host) ? "github" : /(^|\.)gitlab\./.test(host) ? "gitlab" : null;
  return { forge, repository: way === "" || url.startsWith("file:") || url.startsWith("/") ? null : way };
}

interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** git in a folder: what a command says. It throws where that fails, and `said` is null then. */
function gitIn(folder: string) {
  const ask = (args: readonly string[], why: string, options: RunOptions = {}): string => {
    const { status, stdout, stderr } = run(folder, args, options);
    if (status !== 0) throw forgeErrors["commit-refused"]({ why: lastLine(stderr) || why });
    return stdout.trim();
  };
  const said = (args: readonly string[]): string | null => {
    const { status, stdout } = run(folder, args);
    return status === 0 && stdout.trim() !== "" ? stdout.trim() : null;
  };
  return Object.assign(ask, { said });
}

function run(folder: string, args: readonly string[], { input = "", env = {} }: RunOptions = {}) {
  const { status, stdout, stderr, error } = spawnSync("git", args, {
    cwd: folder,
    input,
    encoding: "utf8",
    // Nothing of what is checked out is looked at anew, and no question waits.
    env: { ...process.env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C", ...env },
  });
  if (error !== undefined) throw forgeErrors["commit-refused"]({ why: "git is not installed" });
  return { status, stdout, stderr };
}

function lastLine(text: string): string {
  return (text.trim().split("\n").at(-1) ?? "").slice(0, 300).replace(/\.$/, "");
}
