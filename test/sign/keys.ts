import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** An SSH key on the disk, and the public part as a line of allowed signers has it. */
export interface TestKey {
  readonly file: string;
  /** `ssh-ed25519 AAAA…`. */
  readonly line: string;
}

/** A folder of keys, made by the machine's own ssh-keygen. */
export class KeyRing {
  readonly folder = mkdtempSync(path.join(tmpdir(), "sanctioned-keys-"));

  make(name: string, ...type: string[]): TestKey {
    const file = path.join(this.folder, name);
    const args = ["-q", "-N", "", "-C", "", "-f", file, "-t", ...(type.length > 0 ? type : ["ed25519"])];
    const { status, stderr } = spawnSync("ssh-keygen", args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`ssh-keygen: ${stderr}`);
    return { file, line: readFileSync(`${file}.pub`, "utf8").trim() };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
