import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { shellCommand } from "../../src/shell.ts";

/**
 * Runs `sanctioned ARGS` at a pseudo-terminal, which does not say how wide it is, and answers its questions.
 * @param answers which question comes, and what is typed, or done before that is typed
 * @returns what it shows
 */
export function typedAt(
  args: readonly string[],
  answers: readonly (readonly [asked: string, typed: string | (() => string)])[],
  {
    env,
    folder,
    ahead = "",
  }: { readonly env: Readonly<Record<string, string>>; readonly folder: string; readonly ahead?: string },
): Promise<string> {
  const command = shellCommand([process.execPath, path.resolve("bin/sanctioned.js"), ...args]);
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: path.join(tmpdir(), "no-such-home"),
      TERM: "xterm",
      NO_COLOR: "1",
      ...env,
    },
  });
  // It waits for ever where its question is another.
  onTestFinished(() => void child.kill());
  child.stdin.write(ahead);
  let shown = "";
  let seen = 0;
  let next = 0;
  child.stdout.setEncoding("utf8").on("data", (more: string) => {
    shown += more;
    for (let at = 0; next < answers.length; ) {
      const [asked, answer] = answers[next]!;
      at = shown.indexOf(asked, seen);
      if (at < 0) return;
      seen = at + asked.length;
      next++;
      child.stdin.write(typeof answer === "string" ? answer : answer());
    }
  });
  return new Promise((resolve) => child.once("close", () => resolve(shown.replaceAll("\r\n", "\n"))));
}
