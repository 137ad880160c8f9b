import { spawn } from "node:child_process";

/** Long enough for a machine with much to do. */
const STARTS_MS = 60_000;

/**
 * Waits for the end of its input, which is the end of whoever started it, be it by kill -9; then ends the server and removes its
 * folder; to whom it would say more is gone by then. What runs in the background of a shell ignores SIGINT unless it asks for it, as PostgreSQL does.
 */
const KEEPER = `
folder=$1; signal=$2; shift 2
"$@" & server=$!
cat >/dev/null
exec >/dev/null 2>&1
kill -s "$signal" "$server" 2>/dev/null; wait "$server"
rm -rf "$folder"
`;

export interface ServerOptions {
  /** Its own folder, which goes with it. */
  readonly folder: string;
  readonly stopBy: "TERM" | "INT";
  /** As whom it runs; left out for whoever runs this. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** What it says once it is ready. */
  readonly ready: RegExp;
  /** Milliseconds until it has to be; left out for a minute. */
  readonly startsWithinMs?: number;
}

export interface Server {
  /** How it said that it is ready. */
  readonly said: RegExpExecArray;
  stop(): Promise<void>;
}

/** A server of another program, which does not outlive this process. @throws Error with what it said, where it does not start */
export async function startServer(
  command: readonly string[],
  { folder, stopBy, user, ready, startsWithinMs = STARTS_MS }: ServerOptions,
): Promise<Server> {
  const child = spawn("/bin/sh", ["-c", KEEPER, "sh", folder, stopBy, ...command], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, LC_ALL: "C" },
    detached: true, // so that Ctrl-C on a terminal reaches it by its input alone
    stdio: ["pipe", "pipe", "pipe"],
    ...user,
  });
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve()).once("close", () => resolve());
  });
  const stop = async () => {
    child.stdin.end();
    await ended;
  };
  let output = "";
  const said = await new Promise<RegExpExecArray | null>((resolve) => {
    const late = setTimeout(() => resolve(null), startsWithinMs);
    const settle = (found: RegExpExecArray | null) => {
      clearTimeout(late);
      resolve(found);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-4_000);
        const found = ready.exec(output);
        if (found !== null) settle(found);
      });
    void ended.then(() => settle(null));
  });
  if (said !== null) return { said, stop };
  await stop();
  throw new Error(`${command[0]} did not start: ${output}`);
}
