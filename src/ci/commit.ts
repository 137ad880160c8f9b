import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ciErrors } from "./errors.ts";
import { ascii, Git, type Source } from "./git.ts";

const MOST_ENTRIES = 1000;
const MOST_BYTES = 1 << 20;
const MOST_TOGETHER = 16 << 20;
const FETCH_MS = 300_000;

const HASH = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;
/** Of a folder in a commit, each step plain and none of them hidden. */
const FOLDER = /^[A-Za-z0-9_]([A-Za-z0-9._/-]*[A-Za-z0-9_])?$/;
const PLAIN_WAY = /^[A-Za-z0-9._@+/ -]+$/;
const PLAIN_STEP = /^[A-Za-z0-9_@+][A-Za-z0-9._@+ -]*$/;

export function isHash(text: string): boolean {
  return HASH.test(text);
}

/** The hash of a branch's last commit; null where there is no such branch. @throws RemoteError where the repository does not say */
export function tipOf(branch: string, source: Source, env: NodeJS.ProcessEnv): string | null {
  if (!BRANCH.test(branch)) throw ciErrors["branch-name-not-plain"]({ branch });
  const git = new Git(source, env);
  try {
    const { status, stdout, why } = git.run(["ls-remote", "--refs", source.url, `refs/heads/${branch}`]);
    if (status !== 0) throw ciErrors["branches-not-listed"]({ branch, why });
    const hash = stdout.toString("latin1").split("\t")[0]!;
    return isHash(hash) ? hash : null;
  } finally {
    git.close();
  }
}

/**
 * One commit as data. Nothing is checked out: git hands out the bytes of each file by its hash, so that no hook, filter,
 * attribute, submodule, link or LFS pointer of the commit means anything.
 */
export class Commit {
  readonly hash: string;
  readonly #git: Git;

  /** Fetches it. @param hash in full @throws UserError where that is no such hash, RemoteError where it is not there */
  constructor(hash: string, source: Source, env: NodeJS.ProcessEnv) {
    if (!isHash(hash)) throw ciErrors["commit-not-by-hash"]();
    this.hash = hash;
    this.#git = new Git(source, env);
    try {
      this.#fetch(source.url);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #fetch(url: string): void {
    const git = this.#git;
    const format = this.hash.length === 64 ? "sha256" : "sha1";
    const options = ["-q", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--depth", "1"];
    git.run(["init", "-q", "--bare", "--template=", `--object-format=${format}`, git.folder]);
    const { status, why } = git.run(
      ["fetch", ...options, "--filter", `blob:limit=${MOST_BYTES + 1}`, url, this.hash],
      { ms: FETCH_MS },
    );
    if (status !== 0) throw ciErrors["commit-not-fetched"]({ why });
    // Larger files stay where they are: from here on nothing more is fetched, by an older git neither.
    git.run(["config", "--unset-all", "extensions.partialClone"]);
    git.run(["config", "--remove-section", `remote.${url}`]);
    if (this.#line(["rev-parse", "FETCH_HEAD"]) !== this.hash || this.#typeOf(this.hash) !== "commit")
      throw ciErrors["commit-another"]();
  }

  close(): void {
    this.#git.close();
  }

  /**
   * Puts a folder's plain files into the folder of the same name below `target`. What is not a plain file of modest size with a
   * plain name is refused; hidden files are left where they are.
   * @throws UserError with the reason
   */
  take(folder: string, target: string): void {
    checkFolder(folder);
    const entries = this.#entriesOf(folder);
    mkdirSync(path.join(target, folder), { recursive: true });
    let together = 0;
    for (const { mode, type, hash, size, way } of entries) {
      const name = ascii(`${folder}/${way.slice(0, 200)}`);
      if (!isPlain(way, name)) continue;
      const file = path.join(target, folder, way);
      if (mode === "040000") {
        mkdirSync(file, { recursive: true });
        continue;
      }
      if (mode !== "100644" && mode !== "100755") throw ciErrors["change-not-a-file"]({ name, type, mode });
      const bytes = this.#bytesOf(hash, size, name);
      together += bytes.length;
      if (together > MOST_TOGETHER) throw ciErrors["change-files-too-large"]({ folder, most: MOST_TOGETHER });
      writeFileSync(file, bytes, { flag: "wx" });
    }
  }

  /** The bytes of a plain file that stands beside the folders; null where there is none of that name. @throws UserError for a link, or one too large */
  file(name: string): Buffer | null {
    const [entry] = this.#list(["ls-tree", "-z", "-l", this.hash, "--", name], name);
    if (entry === undefined) return null;
    const { mode, type, hash, size } = entry;
    if (mode !== "100644" && mode !== "100755") throw ciErrors["change-not-a-file"]({ name, type, mode });
    return this.#bytesOf(hash, size, name);
  }

  #entriesOf(folder: string): readonly Entry[] {
    const tree = `${this.hash}:${folder}`;
    if (this.#typeOf(tree) !== "tree") throw ciErrors["change-folder-missing"]({ folder });
    // With folders listed too (-t), a tree of countless empty ones ends as soon as one of countless files.
    const entries = this.#list(["ls-tree", "-r", "-t", "-z", "-l", tree], folder);
    if (entries.length === 0) throw ciErrors["change-folder-empty"]({ folder });
    if (entries.length > MOST_ENTRIES)
      throw ciErrors["change-folder-too-large"]({ folder, most: MOST_ENTRIES });
    return entries;
  }

  #list(args: readonly string[], folder: string): Entry[] {
    const { status, stdout } = this.#git.run(args, { most: MOST_BYTES });
    if (status !== 0) throw ciErrors["change-folder-too-large"]({ folder, most: MOST_ENTRIES });
    return stdout.toString("latin1").split("\0").slice(0, -1).map(entryOf);
  }

  #bytesOf(hash: string, size: string, name: string): Buffer {
    const tooLarge = () => ciErrors["change-file-too-large"]({ name, most: MOST_BYTES });
    if (!/^[0-9]+$/.test(size) || Number(size) > MOST_BYTES) throw tooLarge();
    const { status, stdout } = this.#git.run(["cat-file", "blob", hash], { most: MOST_BYTES + 1 });
    if (status !== 0 || stdout.length !== Number(size)) throw tooLarge();
    return stdout;
  }

  #typeOf(object: string): string {
    return this.#line(["cat-file", "-t", object]);
  }

  #line(args: readonly string[]): string {
    const { status, stdout } = this.#git.run(args);
    return status === 0 ? stdout.toString("latin1").trim() : "";
  }
}

/** Hands a commit to `use`, and clears it away after. @throws as `Commit`, and what `use` throws */
export async function withCommit<T>(
  hash: string,
  source: Source,
  env: NodeJS.ProcessEnv,
  use: (commit: Commit) => T | Promise<T>,
): Promise<T> {
  const commit = new Commit(hash, source, env);
  try {
    return await use(commit);
  } finally {
    commit.close();
  }
}

interface Entry {
  readonly mode: string;
  readonly type: string;
  readonly hash: string;
  /** A number; anything else for what is not a file, or was not fetched. */
  readonly size: string;
  /** Its path below the folder, of bytes as latin1. */
  readonly way: string;
}

function entryOf(line: string): Entry {
  const tab = line.indexOf("\t");
  const [mode = "", type = "", hash = "", size = ""] = line.slice(0, tab).split(/ +/);
  return { mode, type, hash, size, way: line.slice(tab + 1) };
}

function checkFolder(folder: string): void {
  if (!FOLDER.test(folder) || /\.\.|\/\/|\/\./.test(folder))
    throw ciErrors["folder-not-its-own"]({ folder: ascii(folder.slice(0, 200)) || "The folder" });
}

/** False for what is hidden, or below something hidden. @throws UserError for a name that is not plain */
function isPlain(way: string, name: string): boolean {
  const refused = ciErrors["change-name-not-plain"]({ name });
  if (!PLAIN_WAY.test(way) || way.length > 1000) throw refused;
  let hidden = false;
  for (const step of way.split("/")) {
    if (step.startsWith(".") && step !== "." && step !== "..") hidden = true;
    else if (!PLAIN_STEP.test(step) || step.length > 200) throw refused;
  }
  return !hidden;
}
