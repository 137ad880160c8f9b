import { compareText } from "../text.ts";
import { digestOf, type Mark } from "./mark.ts";
import type { Files } from "./repository.ts";

/** What an upgrade does, or would do, to one file. Null is a file that is not there. */
export interface Step {
  readonly path: string;
  /** `yours`: the team changed the file and this version has another one too, so that it is left. */
  readonly kind: "new" | "changed" | "removed" | "yours";
  /** The text that is there. */
  readonly present: string | null;
  /** The text of this version. */
  readonly offered: string | null;
}

/**
 * How the files that are kept in step stand: what is as it was last offered follows, what the team changed is left. A file that the
 * team changed and that this version has not changed is no step. Pure.
 * @param present the files that are there, of those that either side names
 */
export function stepsOf(mark: Pick<Mark, "files">, present: Files, offered: Files): Step[] {
  const paths = [...new Set([...Object.keys(mark.files), ...offered.keys()])].sort(compareText);
  return paths.flatMap((path) => {
    const [there, ours] = [present.get(path) ?? null, offered.get(path) ?? null];
    const base = Object.hasOwn(mark.files, path) ? mark.files[path]! : null;
    const [thereDigest, ourDigest] = [there, ours].map((text) => (text === null ? null : digestOf(text)));
    if (thereDigest === ourDigest || ourDigest === base) return [];
    const kind = thereDigest === base ? kindOf(there, ours) : "yours";
    return [{ path, kind, present: there, offered: ours } as const];
  });
}

function kindOf(there: string | null, ours: string | null): Step["kind"] {
  if (there === null) return "new";
  return ours === null ? "removed" : "changed";
}

/** What the mark says once these files were offered. */
export function offeredDigests(files: Files): Record<string, string> {
  return Object.fromEntries([...files].map(([path, text]) => [path, digestOf(text)]));
}

/** The mark's digests once some of the steps are settled: taken, or left for good. */
export function settled(
  before: Mark["files"],
  offered: Files,
  open: ReadonlySet<string>,
): Record<string, string> {
  const kept = Object.entries(before).filter(([path]) => open.has(path));
  const now = Object.entries(offeredDigests(offered)).filter(([path]) => !open.has(path));
  return Object.fromEntries([...kept, ...now]);
}
