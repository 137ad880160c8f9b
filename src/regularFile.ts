import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Bytes of a text that this runtime can hold as one; a saved inventory of a million grants has 200 MB. */
export const LARGEST_TEXT = 500 * 1024 * 1024;

/** Why a file was not read, as in "policy/acme.yaml is a folder". */
export interface Unread {
  /** The system's own code, such as ENOENT; where the tool refuses, TOO-LARGE or NOT-REGULAR. */
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
export function readRegular(file: string, mostBytes: number): { readonly bytes: Buffer } | Unread {
  let descriptor: number;
  try {
    // Opening a pipe would otherwise wait for whoever writes to it.
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return unread(error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return { code: "EISDIR", why: WHY.EISDIR! };
    if (!stat.isFile()) return { code: "NOT-REGULAR", why: "is not a regular file" };
    const tooLarge = { code: "TOO-LARGE", why: `is larger than ${sizeText(mostBytes)}` };
    if (stat.size > mostBytes) return tooLarge;
    const bytes = readAtMost(descriptor, mostBytes, stat.size);
    return bytes === null ? tooLarge : { bytes };
  } catch (error) {
    return unread(error);
  } finally {
    closeSync(descriptor);
  }
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
