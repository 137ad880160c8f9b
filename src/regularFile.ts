import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  readSync,
} from "node:fs";
import path from "node:path";

/** Bytes of a text that this runtime can hold as one; a saved inventory of a million grants has 200 MB. */
export const LARGEST_TEXT = 500 * 1024 * 1024;

/** Why a file was not read, as in "policy/acme.yaml is a folder". */
export interface Unread {
  /** The system's own code, such as ENOENT; where the tool refuses, TOO-LARGE, NOT-REGULAR, LINK or CHANGED. */
  readonly code: string;
  readonly why: string;
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a folder",
  EACCES: "cannot be read (permission denied)",
  EPERM: "cannot be read (permission denied)",
  ELOOP: "is a link that leads to itself",
  ENAMETOOLONG: "has a name that is too long",
  ERR_INVALID_ARG_VALUE: "is no name of a file",
};

/**
 * The bytes of a regular file. Pipes and devices, which may never end, and files larger than `mostBytes` are refused
 * before anything of them is read.
 */
export function readRegular(file: string, mostBytes: number): Bytes | Unread {
  return readOpened(() => openSync(file, READ), atMost(mostBytes));
}

/**
 * As `readRegular`, of a file that is really in a folder: no step on the way from there is a link. What was opened is held against
 * what stands at the end of that way, before anything is read, so that nobody who swaps files meanwhile gets another one read.
 * @param folder a real path, itself without links @param way the names of folders below it, and the file's
 */
export function readUnlinked(folder: string, way: readonly string[], mostBytes: number): Bytes | Unread {
  const file = path.join(folder, ...way);
  const isThere = (opened: BigIntStats, descriptor: number): Unread | null => {
    const there = unlinked(folder, way);
    if ("why" in there) return there;
    const isSame = there.ino === opened.ino && there.dev === opened.dev;
    const isOfThatName = (pathOf(descriptor) ?? file) === file;
    return isSame && isOfThatName ? null : { code: "CHANGED", why: "was changed while it was opened" };
  };
  try {
    const there = unlinked(folder, way);
    if ("why" in there) return there;
  } catch (error) {
    return unread(error);
  }
  return readOpened(() => openSync(file, READ | (constants.O_NOFOLLOW ?? 0)), atMost(mostBytes), isThere);
}

interface Bytes {
  readonly bytes: Buffer;
}

// Opening a pipe would otherwise wait for whoever writes to it.
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a regular file of any size line by line, each without its line end. Pipes and devices are refused.
 * @returns what stands behind the last line end, or why it could not be read
 */
export function readRegularLines(file: string, take: (line: Buffer) => void): { rest: Buffer } | Unread {
  let begun: Buffer[] = [];
  const unread = readRegularInParts(file, (part) => {
    let from = 0;
    for (let at = part.indexOf("\n"); at !== -1; at = part.indexOf("\n", from)) {
      take(Buffer.concat([...begun, part.subarray(from, at)]));
      begun = [];
      from = at + 1;
    }
    if (from < part.length) begun.push(Buffer.from(part.subarray(from)));
  });
  return unread ?? { rest: Buffer.concat(begun) };
}

/** A part has to be used up, or copied, before the next. @returns why it could not be read; null where it was */
function readRegularInParts(file: string, take: (part: Buffer) => void): Unread | null {
  return readOpened(
    () => openSync(file, READ),
    (descriptor) => {
      const part = Buffer.allocUnsafe(PART_BYTES);
      for (;;) {
        const read = readSync(descriptor, part, 0, part.length, null);
        if (read === 0) return null;
        take(part.subarray(0, read));
      }
    },
  );
}

const PART_BYTES = 1024 * 1024;

function atMost(mostBytes: number): (descriptor: number, size: number) => Bytes | Unread {
  return (descriptor, size) => {
    const tooLarge = { code: "TOO-LARGE", why: `is larger than ${sizeText(mostBytes)}` };
    if (size > mostBytes) return tooLarge;
    const bytes = readAtMost(descriptor, mostBytes, size);
    return bytes === null ? tooLarge : { bytes };
  };
}

function readOpened<T>(
  open: () => number,
  read: (descriptor: number, size: number) => T,
  refusal: (opened: BigIntStats, descriptor: number) => Unread | null = () => null,
): T | Unread {
  let descriptor: number;
  try {
    descriptor = open();
  } catch (error) {
    return unread(error);
  }
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    const refused = refusal(stat, descriptor);
    if (refused !== null) return refused;
    if (stat.isDirectory()) return { code: "EISDIR", why: WHY.EISDIR! };
    if (!stat.isFile()) return { code: "NOT-REGULAR", why: "is not a regular file" };
    return read(descriptor, Number(stat.size));
  } catch (error) {
    return unread(error);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Where what is open stands, as Linux says it (proc_pid_fd(5)); null elsewhere. A walk from name to name can be outrun by somebody who
 * swaps them between two steps; this cannot.
 */
function pathOf(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch (error) {
    unread(error);
    return null;
  }
}

/** What stands at the end of a way, where no step of it is a link; where the links lead is not looked at. */
function unlinked(folder: string, way: readonly string[]): BigIntStats | Unread {
  const link = { code: "LINK", why: "is behind a link" };
  let at = folder;
  let stat = lstatSync(at, { bigint: true });
  for (const step of way) {
    if (stat.isSymbolicLink()) return link;
    at = path.join(at, step);
    stat = lstatSync(at, { bigint: true });
  }
  return stat.isSymbolicLink() ? link : stat;
}

/** What the system says, in words. @throws what does not come from the system */
export function unread(error: unknown): Unread {
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code !== "string") throw error;
  return { code, why: WHY[code] ?? `cannot be read (${code})` };
}

/** All bytes; null where there are more, since a file can grow, or say that it has none (as in /proc). */
function readAtMost(descriptor: number, mostBytes: number, expected: number): Buffer | null {
  const parts: Buffer[] = [];
  let size = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(Math.max(expected - size, 0) + 4096);
    const read = readSync(descriptor, part, 0, part.length, null);
    if (read === 0) return Buffer.concat(parts, size);
    size += read;
    if (size > mostBytes) return null;
    parts.push(part.subarray(0, read));
  }
}

function sizeText(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}
