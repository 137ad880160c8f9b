import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { run } from "../engine/run.ts";
import { ScriptError } from "../scriptError.ts";
import type { Backend, Place } from "./backend.ts";
import { startServer } from "./server.ts";

const MODULE = path.join(import.meta.dirname, "gofakes3");
const PROGRAM = "github.com/johannesboyne/gofakes3/cmd/gofakes3";
const BUCKET = "states";

/**
 * A server that is compatible with S3, in memory: gofakes3, of the version that its Go module here names.
 * @param root is removed by whoever made it
 * @throws ScriptError where it cannot be built
 */
export async function s3Backend(root: string): Promise<Backend> {
  const folder = path.join(root, "s3");
  await mkdir(folder, { recursive: true });
  const program = await build(root);
  const server = await startServer(
    [program, "-host", "127.0.0.1:0", "-backend", "memory", "-initialbucket", BUCKET],
    { folder, stopBy: "TERM", ready: /using port: (\d+)/ },
  );
  const url = `http://127.0.0.1:${server.said[1]}`;
  const readers = await doorForReaders(url);
  let places = 0;
  return {
    name: "s3",
    place: async () => placeBelow(url, readers.url, `place-${++places}`),
    close: async () => {
      await readers.close();
      await server.stop();
    },
  };
}

/** Another address of the server, at which nothing can be written: gofakes3 itself knows no rights. */
async function doorForReaders(url: string): Promise<{ url: string; close(): Promise<void> }> {
  const door = createServer(async (request, response) => {
    const { method = "", url: at = "" } = request;
    if (method !== "GET" && method !== "HEAD") {
      response.writeHead(403).end("<Error><Code>AccessDenied</Code></Error>");
      return;
    }
    const answer = await fetch(url + at, { method });
    const headers = [...answer.headers].filter(
      ([name]) => !/^(content-encoding|transfer-encoding)$/.test(name),
    );
    response.writeHead(answer.status, Object.fromEntries(headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", () => resolve()));
  const { port } = door.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => door.close(() => resolve()).closeAllConnections()),
  };
}

async function build(root: string): Promise<string> {
  const target = path.join(root, "gofakes3");
  const how =
    "Go builds it from its module proxy, so a `go` has to be on the PATH; or leave it out with --only file,postgres";
  const built = await run("go", ["build", "-trimpath", "-o", target, PROGRAM], { cwd: MODULE }).catch(
    (error: NodeJS.ErrnoException) => {
      throw new ScriptError(`There is no server that is compatible with S3 (${error.code}): ${how}.`);
    },
  );
  if (built.code !== 0)
    throw new ScriptError(
      `The server that is compatible with S3 could not be built (${built.stderr.trim().split("\n").at(-1)}): ${how}.`,
    );
  return target;
}

/** The address is the one that docs/state.md gives for a server that is compatible with S3. */
function placeBelow(url: string, forReaders: string, prefix: string): Place {
  const secret = randomBytes(18).toString("hex");
  const addressAt = (endpoint: string) =>
    `s3://${BUCKET}/${prefix}?endpoint=${endpoint}&s3ForcePathStyle=true&region=us-east-1&disableSSL=true&response_checksum_validation=when_required`;
  return {
    env: {
      PULUMI_BACKEND_URL: addressAt(url),
      AWS_ACCESS_KEY_ID: "backends",
      AWS_SECRET_ACCESS_KEY: secret,
      // Somebody's own settings must not lead elsewhere.
      AWS_PROFILE: "",
      AWS_SESSION_TOKEN: "",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    secrets: [secret],
    reader: { env: { PULUMI_BACKEND_URL: addressAt(forReaders) }, isLetIn: true },
    contents: async () => {
      const list = await text(`${url}/${BUCKET}?prefix=${prefix}/`);
      const keys = [...list.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = ""]) => key);
      return new Map(
        await Promise.all(keys.map(async (key) => [key, await text(`${url}/${BUCKET}/${key}`)] as const)),
      );
    },
  };
}

async function text(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return await answer.text();
}
