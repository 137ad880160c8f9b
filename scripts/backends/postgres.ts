import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { ScriptError } from "../scriptError.ts";
import type { Backend, Place } from "./backend.ts";
import { startServer } from "./server.ts";

const PROGRAMS = ["initdb", "postgres", "psql"];
/** Debian's, of which the package puts only the clients on the PATH. */
const DEBIAN = "/usr/lib/postgresql";
const OWNER = "pulumi";
const run = promisify(execFile);

type User = { readonly uid: number; readonly gid: number };

/**
 * A PostgreSQL of this machine, with a cluster of its own: no socket, one port, and a password made for it.
 * @param root is removed by whoever made it
 * @throws ScriptError where there is none
 */
export async function postgresBackend(
  root: string,
  searched = { path: process.env.PATH ?? "", debian: DEBIAN },
): Promise<Backend> {
  const bin = folderOfPrograms(searched);
  if (bin === null)
    throw new ScriptError(
      `There is no PostgreSQL (${PROGRAMS.join(", ")}) on the PATH or in ${searched.debian}: install it (Debian: \`apt-get install postgresql\`), or leave it out with --only file,s3.`,
    );
  const user = unprivileged();
  const folder = path.join(root, "postgres");
  await mkdir(folder, { recursive: true });
  const password = randomBytes(18).toString("hex");
  const passwordFile = path.join(folder, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) {
    await chmod(root, 0o711); // who may enter it, of those who know the name below
    for (const one of [folder, passwordFile]) await chown(one, user.uid, user.gid);
  }
  const data = path.join(folder, "cluster");
  await run(
    path.join(bin, "initdb"),
    ["-D", data, "-U", OWNER, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "-N"],
    { cwd: folder, env: { PATH: process.env.PATH, LC_ALL: "C" }, ...user },
  );
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: "", fsync: "off" };
  const server = await startServer(
    [
      path.join(bin, "postgres"),
      ...["-D", data, "-p", String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
    ],
    { folder, stopBy: "INT", ready: /ready to accept connections/, ...(user === undefined ? {} : { user }) },
  );
  let places = 0;
  const cluster = { psql: path.join(bin, "psql"), port, password };
  return {
    name: "postgres",
    place: () => placeIn(cluster, `states_${++places}`),
    close: server.stop,
  };
}

interface Cluster {
  readonly psql: string;
  readonly port: number;
  readonly password: string;
}

/** @returns what a statement selects, one row a line */
async function sql({ psql, port, password }: Cluster, statement: string): Promise<string> {
  const { stdout } = await run(
    psql,
    ["-X", "-h", "127.0.0.1", "-p", String(port), "-U", OWNER, "-d", "postgres", "-Atc", statement],
    { env: { PATH: process.env.PATH, PGPASSWORD: password }, maxBuffer: 256 * 1024 * 1024 },
  );
  return stdout;
}

/** The address is the one that docs/state.md gives: Pulumi says it, with a password that is in it, where it cannot open it. */
async function placeIn(cluster: Cluster, table: string): Promise<Place> {
  const { port, password } = cluster;
  const address = (user: string) =>
    `postgres://${user}@127.0.0.1:${port}/postgres?sslmode=disable&table=${table}`;
  const reader = `reader_of_${table}`;
  const readersPassword = randomBytes(18).toString("hex");
  await sql(
    cluster,
    `create role ${reader} login password '${readersPassword}'; alter default privileges grant select on tables to ${reader}`,
  );
  return {
    env: { PULUMI_BACKEND_URL: address(OWNER), PGPASSWORD: password },
    secrets: [password, readersPassword],
    // Pulumi makes table and index wherever it opens them, which it may for its own alone (pkg/backend/diy/postgres/schema.sql).
    reader: { env: { PULUMI_BACKEND_URL: address(reader), PGPASSWORD: readersPassword }, isLetIn: false },
    contents: async () => {
      const rows = await sql(
        cluster,
        `select key || ' ' || replace(data->>'data', E'\\n', '') from ${table}`,
      );
      return new Map(
        rows
          .trimEnd()
          .split("\n")
          .map((row) => {
            const at = row.lastIndexOf(" ");
            return [row.slice(0, at), Buffer.from(row.slice(at + 1), "base64").toString("utf8")] as const;
          }),
      );
    },
  };
}

/** The folder that has all the programs: Debian's newest, or one of the PATH. Null where none has. */
function folderOfPrograms({ path: searched, debian }: { path: string; debian: string }): string | null {
  const folders = [
    ...versionsIn(debian).map((version) => path.join(debian, version, "bin")),
    ...searched.split(path.delimiter).filter((folder) => folder !== ""),
  ];
  return folders.find((folder) => PROGRAMS.every((name) => isProgram(path.join(folder, name)))) ?? null;
}

/** Newest first. */
function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted((a, b) => Number.parseFloat(b) - Number.parseFloat(a));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL refuses to run as root: then the user that Debian makes for it, or the one that nothing belongs to. */
function unprivileged(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = new Map(
    readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .map((line) => line.split(":"))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const user = users.get("postgres") ?? users.get("nobody");
  if (user === undefined)
    throw new ScriptError(
      "PostgreSQL does not run as root, and /etc/passwd has neither the user postgres nor nobody: run this as another user.",
    );
  return user;
}

/** One that nobody listens on, as the system gives it out. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(0, "127.0.0.1", () => resolve()),
  );
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
