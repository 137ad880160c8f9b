import { constants, fstatSync, lstatSync } from "node:fs";
import { type FileHandle, lstat, mkdir, open, realpath } from "node:fs/promises";
import path from "node:path";
import { auditErrors } from "./errors.ts";

/** Links are resolved before a file is opened; a pipe would keep whoever opens it waiting. */
const NEITHER_LINK_NOR_PIPE = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * The one name of a file, whatever links lead to it, so that it has one lock. Makes the folders above it.
 * @throws UserError where a link leads nowhere, or of the system
 */
export async function realFile(file: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const direct = path.join(await realpath(path.dirname(file)), path.basename(file));
  const stat = await lstat(direct).catch(unlessMissing);
  if (!stat?.isSymbolicLink()) return direct;
  return await realpath(direct).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ELOOP") throw error;
    throw auditErrors["audit-record-not-usable"]({ file, why: "is a link that leads nowhere" });
  });
}

function unlessNotOwner(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPERM") throw error;
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code !== "ENOENT") throw error;
  return null;
}

/** A regular file with one name that is kept open, and of which it can be told whether it is still the one of that name. */
export class OwnFile {
  readonly file: string;
  readonly handle: FileHandle;

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.handle = handle;
  }

  /**
   * Opens it, or makes it, for its owner's eyes alone.
   * @param flags as open(2) has them
   * @throws UserError where it is no regular file or has a second name, or of the system
   */
  static async open(file: string, flags: number): Promise<OwnFile> {
    // Asked before it is opened too, since to open a device can do something.
    const stat = await lstat(file).catch(unlessMissing);
    if (stat !== null) refuseOther(file, stat);
    const handle = await open(file, flags | NEITHER_LINK_NOR_PIPE, 0o600);
    try {
      const stat = await handle.stat();
      refuseOther(file, stat);
      // One that others wrote before may be open to everybody; whoever does not own it cannot change that.
      if ((stat.mode & 0o077) !== 0) await handle.chmod(0o600).catch(unlessNotOwner);
      return new OwnFile(file, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** What happened to it, as in "was replaced by another file"; null where it is as it was. @param size in bytes, where it is known */
  amiss(size: number | null): string | null {
    const own = fstatSync(this.handle.fd, { bigint: true });
    const there = lstatSync(this.file, { bigint: true, throwIfNoEntry: false });
    if (there === undefined) return "was removed or moved";
    if (there.ino !== own.ino || there.dev !== own.dev) return "was replaced by another file";
    if (own.nlink !== 1n) return "got a second name (a hard link)";
    if (size === null || own.size === BigInt(size)) return null;
    return own.size < size ? "was cut" : "was written by somebody else";
  }

  /** The bytes from one place up to another; fewer where it is shorter. */
  async read(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(to - from);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await this.handle.read(bytes, at, bytes.length - at, from + at);
      if (bytesRead === 0) return bytes.subarray(0, at);
      at += bytesRead;
    }
    return bytes;
  }
}

interface Kind {
  readonly nlink: number;
  isFile(): boolean;
  isDirectory(): boolean;
}

function refuseOther(file: string, stat: Kind): void {
  const why = stat.isDirectory()
    ? "is a folder"
    : !stat.isFile()
      ? "is not a regular file"
      : stat.nlink > 1
        ? "has a second name (a hard link), under which another run could write it"
        : null;
  if (why !== null) throw auditErrors["audit-record-not-usable"]({ file, why });
}
