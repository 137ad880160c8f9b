import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { pinnedVersion } from "../../../scripts/engine/pin.ts";
import type { EnsureEngineOptions } from "../../../scripts/engine.ts";

export const version = pinnedVersion();
export const helpers = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"];

/** The folders of one imaginary machine: nothing is on its PATH but what a test puts into `path`. */
export interface Machine {
  home: string;
  path: string;
  /** The folder in which `npx pulumi` looks for the engine. */
  installed: string;
  /** The lines that were said so far. */
  said: string[];
  options: EnsureEngineOptions & { env: NodeJS.ProcessEnv };
  /** How often the fake `go` built something. */
  builds(): number;
}

/** A machine without an engine, without Go and without a way to the download. */
export function machine(): Machine {
  const root = mkdtempSync(join(tmpdir(), "sanctioned-engine-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const [home, path, count] = [join(root, "home"), join(root, "path"), join(root, "builds")];
  mkdirSync(path);
  writeFileSync(count, "");
  const said: string[] = [];
  return {
    home,
    path,
    installed: join(home, "versions", version, "bin"),
    said,
    options: {
      home,
      env: { PATH: path, COUNT: count },
      // Nothing listens on this reserved port, so that a connection is refused at once.
      releases: { url: () => "http://127.0.0.1:2/engine", checksums: pinnedTo(Buffer.of()) },
      progress: { say: (line) => void said.push(line), start() {}, at() {}, stop() {} },
    },
    builds: () => readFileSync(count, "utf8").length,
  };
}

export function program(folder: string, name: string, script: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** An engine that tells a version, with its helpers beside it. Returns the path of `pulumi`. */
export function engineIn(folder: string, tells = `v${version}`): string {
  for (const name of helpers) program(folder, name, "exit 0");
  return program(folder, "pulumi", `echo ${tells}`);
}

/** A Go toolchain that "builds" an engine of the pinned version in a second and counts its builds. */
export function goIn(folder: string, { tells = "go1.99.0", build = "" } = {}): void {
  program(
    folder,
    "go",
    `case "$1" in
env) echo ${tells} ;;
list) echo one; echo two ;;
build)
  printf x >> "$COUNT"
  while [ "$1" != "-o" ]; do shift; done
  ${build}
  sleep 0.3
  printf '#!/bin/sh\\necho v${version}\\n' > "$2"
  chmod +x "$2" ;;
esac`,
  );
}

/** An archive as Pulumi releases it, of an engine that tells the pinned version. */
export function archive(engine = `#!/bin/sh\necho v${version}\n`): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "sanctioned-release-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "pulumi"));
  for (const name of ["pulumi", ...helpers])
    writeFileSync(join(folder, "pulumi", name), engine, { mode: 0o755 });
  return execFileSync("tar", ["-cz", "-C", folder, "pulumi"]);
}

/** The releases of a network that lets the download through; it hands out `served`, and `released` is what is pinned. */
export async function releases(
  served: Buffer,
  released = served,
): Promise<NonNullable<EnsureEngineOptions["releases"]>> {
  const server = createServer((_request, response) => void response.end(served));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  return { url: (file) => `http://127.0.0.1:${port}/${file}`, checksums: pinnedTo(released) };
}

function pinnedTo(released: Buffer): string {
  const hash = createHash("sha256").update(released).digest("hex");
  return `${"0".repeat(64)}  another.tar.gz\n${hash}  pulumi-v${version}-${process.platform}-${process.arch}.tar.gz\n`;
}
