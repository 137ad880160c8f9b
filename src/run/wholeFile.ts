import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { unread } from "../regularFile.ts";

/** Writes a file for its owner's eyes alone, so that nobody reads a half of it, and makes the folder that it is in. */
export function writeWhole(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const whole = `${file}.${randomUUID()}`;
  writeFileSync(whole, text, { mode: 0o600, flag: "wx" });
  renameSync(whole, file);
}

/** Removes the files of a folder that are older. What cannot be removed is left, and in nobody's way. @param time milliseconds since the epoch */
export function removeBefore(folder: string, time: number): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    systemRefusal(() => {
      if (statSync(file).mtimeMs < time) rmSync(file);
    });
  }
}

/** @returns what the system says against it; null for nothing @throws what does not come from the system */
export function systemRefusal(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return unread(error).code;
  }
}
