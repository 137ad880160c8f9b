import type { Authored, History } from "../forge/history.ts";
import { isHash } from "./commit.ts";
import { ciErrors } from "./errors.ts";

const MOST_COMMITS = 500;
const NAME = /^[\w.-]+(\[bot\])?$/;

/** Whose approval does not count, and since when: what was merged and is not applied yet. */
export interface Authors {
  /** Logins, at least one, sorted. */
  readonly names: readonly string[];
  /** The commit that was applied last; the run's own where none was. */
  readonly base: string;
}

/**
 * Who wrote what is about to be applied, so that their approval of it does not count: the authors of every change that was merged since
 * the last time that all was applied, not of the last push alone, since a run that waited may have been replaced by a later one.
 * @param run the commit that it is of, and the one that the push found
 * @throws RemoteError where the forge does not tell: then nobody can say whose approval counts
 */
export async function authorsSince(
  history: History,
  { head, before }: { readonly head: string; readonly before: string },
): Promise<Authors> {
  const base = (await history.lastApplied()) ?? before;
  if (!isHash(head) || !isHash(base)) throw notKnown("the run names no commits");
  const isAlone = /^0+$/.test(base) || base === head;
  const list = isAlone ? [{ hash: head, names: [] }] : await history.commits(base, head, MOST_COMMITS);
  if (list.length > MOST_COMMITS) throw notKnown(`more than ${MOST_COMMITS} commits since the last update`);
  return { names: await namesOf(list, history), base: isAlone ? head : base };
}

async function namesOf(commits: readonly Authored[], history: History): Promise<string[]> {
  const found = new Set<string>();
  for (const { hash, names } of commits) {
    if (!isHash(hash)) throw notKnown("the forge names no commits");
    for (const name of [...names, ...(await history.changeAuthors(hash))]) found.add(name);
  }
  if (found.size === 0 || ![...found].every((name) => NAME.test(name)))
    throw notKnown("the forge tells nobody");
  return [...found].sort();
}

function notKnown(why: string) {
  return ciErrors["authors-not-known"]({ why });
}

/** As lines of NAME=VALUE, which a forge takes for outputs of a job. */
export function authorsText({ names, base }: Authors): string {
  return `authors=${names.join(",")}\nbase=${base}\n`;
}

/** @returns null for what `authorsText` did not write */
export function parseAuthors(text: string): Authors | null {
  const [, list = "", base = ""] = /^authors=([^\n]+)\nbase=(\w+)\n$/.exec(text) ?? [];
  const names = list.split(",");
  return isHash(base) && names.every((name) => NAME.test(name)) ? { names, base } : null;
}
