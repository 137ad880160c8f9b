import { execFile } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What builds an image without a daemon, and what makes a base where no registry of images is in reach: packages of Debian, both for root. */
export const PROGRAMS = ["buildah", "mmdebstrap"] as const;
const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/** Like the official image of Node as far as a container file sees: Debian with Node, npm and the user `node`. */
const BASE = `FROM scratch
ADD debian.tar /
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
COPY ca.crt ${CERTIFICATES}
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && useradd --uid 1000 --create-home node
`;

/** An image, and the folder in which its files are to be seen. */
export interface Image {
  readonly root: string;
  readonly config: {
    readonly User?: string;
    readonly Entrypoint?: readonly string[];
    readonly Env?: readonly string[];
  };
}

/** Builds images in a folder that the caller removes, after `close`. */
export class Builder {
  readonly #scratch: string;

  constructor(scratch: string) {
    this.#scratch = scratch;
  }

  /** Makes the base image. @returns its name */
  async base(): Promise<string> {
    const context = path.join(this.#scratch, "base");
    mkdirSync(context);
    await run("mmdebstrap", [
      ...["--quiet", "--variant=minbase", "--include=ca-certificates,libstdc++6,libatomic1"],
      ...["bookworm", path.join(context, "debian.tar")],
    ]);
    copyFileSync(realpathSync(process.execPath), path.join(context, "node"));
    const { stdout } = await run("npm", ["root", "--global"]);
    cpSync(path.join(stdout.trim(), "npm"), path.join(context, "npm"), {
      recursive: true,
      dereference: true,
    });
    copyFileSync(CERTIFICATES, path.join(context, "ca.crt"));
    writeFileSync(path.join(context, "Dockerfile"), BASE);
    await this.#buildah("bud", "--tag", "localhost/base", context);
    return "localhost/base";
  }

  /** Builds a context by its container file. @param options of `buildah bud` */
  async build(context: string, options: readonly string[]): Promise<Image> {
    await this.#buildah("bud", ...options, "--network", "host", "--tag", "localhost/made", context);
    const container = (await this.#buildah("from", "localhost/made")).trim();
    const { OCIv1 } = JSON.parse(await this.#buildah("inspect", "--type", "image", "localhost/made"));
    return { root: (await this.#buildah("mount", container)).trim(), config: OCIv1.config };
  }

  async close(): Promise<void> {
    await this.#buildah("umount", "--all");
    await this.#buildah("rm", "--all");
  }

  async #buildah(...args: string[]): Promise<string> {
    const where = ["--root", path.join(this.#scratch, "store"), "--runroot", path.join(this.#scratch, "run")];
    const { stdout } = await run("buildah", [...where, ...args], {
      env: { ...process.env, BUILDAH_ISOLATION: "chroot" },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  }
}

/** How a command in a container ended. */
export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Mounts that only this process and those that it starts see: what is left of them goes with it. */
const READ_ONLY = `set -e
root=$1; user=$2; shift 2
mount --bind "$root" "$root"; mount -o remount,bind,ro "$root"
mount -t tmpfs tmpfs "$root/tmp"; mount -t proc proc "$root/proc"; mount --bind /dev "$root/dev"
for volume in $VOLUMES; do mount --bind "\${volume%%:*}" "$root\${volume##*:}"; done
cd "$root"
exec chroot --userspec="$user" "$root" env -i -C /repository "$@" 2>&1`;

/** Runs a command as `docker run --read-only --tmpfs /tmp` does. @param volumes folders of this machine by where they are mounted */
export async function runReadOnly(
  { root, config }: Image,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  volumes: Readonly<Record<string, string>>,
): Promise<Ran> {
  const settings = [...(config.Env ?? []), ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  const args = [
    "--mount",
    "sh",
    "-c",
    READ_ONLY,
    "sh",
    root,
    config.User ?? "0:0",
    "HOME=/home/node",
    ...settings,
  ];
  const VOLUMES = Object.entries(volumes)
    .map(([at, folder]) => `${folder}:${at}`)
    .join(" ");
  return run("unshare", [...args, ...(config.Entrypoint ?? []), ...command], {
    env: { PATH: process.env.PATH, VOLUMES },
    maxBuffer: 64 * 1024 * 1024,
  }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stdout }) => ({ code, output: stdout }),
  );
}
