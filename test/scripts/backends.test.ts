import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { postgresBackend } from "../../scripts/backends/postgres.ts";
import { startServer } from "../../scripts/backends/server.ts";
import { ScriptError } from "../../scripts/scriptError.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "backends-test-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const checkout = path.resolve(import.meta.dirname, "../..");

it("a backend that is not here is one sentence that says how to have it, and no success", async () => {
  const error = await postgresBackend(root, { path: root, debian: path.join(root, "postgresql") }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ScriptError);
  expect((error as Error).message).toContain("install it (Debian: `apt-get install postgresql`)");
});

it.each([
  [["--only", "nonsense"], "one of file, s3, postgres"],
  [
    ["--only", "file", "--scenario", "preview-by-reader"],
    "None of these stories is played on these backends.",
  ],
])("what plays nothing is no success: %s", (options, says) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/backends.ts", ...options], {
    cwd: checkout,
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain(says);
});

it("a server that does not start is an error with what it said, and leaves no folder", async () => {
  const starting = startServer(["/bin/sh", "-c", "echo the disk is full >&2"], {
    folder: root,
    stopBy: "TERM",
    ready: /ready/,
    startsWithinMs: 500,
  });
  await expect(starting).rejects.toThrow("the disk is full");
  expect(existsSync(root)).toBe(false);
});

it("a server ends with whoever started it, by kill -9 too, and its folder with it", async () => {
  const program = `
    import { startServer } from ${JSON.stringify(path.join(checkout, "scripts/backends/server.ts"))};
    const server = await startServer(
      ["/bin/sh", "-c", "echo ready as $$; exec sleep 600"],
      { folder: ${JSON.stringify(root)}, stopBy: "TERM", ready: /ready as (\\d+)/ },
    );
    console.log(server.said[1]);
    setInterval(() => undefined, 1_000);
  `;
  const starter = spawn(process.execPath, ["--input-type=module-typescript", "-e", program]);
  const pid = await new Promise<number>((resolve, reject) => {
    starter.stdout.once("data", (text: Buffer) => resolve(Number(text)));
    starter.once("exit", () => reject(new Error("the starter ended")));
  });
  expect(isAlive(pid)).toBe(true);
  starter.kill("SIGKILL");
  for (let n = 0; n < 100 && (isAlive(pid) || existsSync(root)); n++) await wait(50);
  expect([isAlive(pid), existsSync(root)]).toEqual([false, false]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
