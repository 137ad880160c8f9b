import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Packed } from "./tarballs.ts";

/** An npm registry on this machine that has our packages, from their tarballs, and sends who asks for another to a real one. */
export interface Registry {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** @param packages by name @param upstream the real registry, without a slash at its end */
export async function startRegistry(
  packages: Readonly<Record<string, Packed>>,
  upstream: string,
): Promise<Registry> {
  // What is packed goes when the checkout is packed anew.
  const known = Object.fromEntries(
    Object.entries(packages).map(([name, { folder, tarball }]) => {
      const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Manifest;
      return [name, { manifest, file: path.basename(tarball), bytes: readFileSync(tarball) }];
    }),
  );
  const server = createServer((request, response) => {
    const asked = decodeURIComponent(request.url ?? "/").slice(1);
    const name = asked.split("/")[0]!;
    const ours = Object.hasOwn(known, name) ? known[name]! : null;
    if (ours === null) response.writeHead(307, { location: `${upstream}${request.url}` }).end();
    else if (asked.endsWith(".tgz")) response.end(ours.bytes);
    else response.setHeader("content-type", "application/json").end(packument(ours, url));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

interface Served {
  readonly manifest: Manifest;
  readonly file: string;
  readonly bytes: Buffer;
}

/** What npm reads of a package (github.com/npm/registry: its page on package metadata). */
function packument({ manifest, file, bytes }: Served, url: string): string {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
  const dist = { integrity, tarball: `${url}/${name}/-/${file}` };
  return JSON.stringify({
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } },
  });
}
