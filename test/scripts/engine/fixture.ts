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
      downloader: { url: "http://127.0.0.1:2/install.sh", launcher: "unused" },
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

/** The downloader of a network that lets the download through, with the launcher's program text. */
export async function downloader(launcher: string): Promise<NonNullable<EnsureEngineOptions["downloader"]>> {
  const folder = mkdtempSync(join(tmpdir(), "sanctioned-launcher-"));
  const file = join(folder, "run.cjs");
  writeFileSync(file, launcher);
  const server = createServer((_request, response) => void response.end("#!/bin/sh\n"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true, force: true });
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/install.sh`, launcher: file };
}
