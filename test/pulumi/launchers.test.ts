import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

const SOURCE = pathToFileURL(path.resolve(import.meta.dirname, "../../src/pulumi/launchers.ts")).href;

/** What a provider finds that this process starts as the engine does: a script in a group of its own, which starts Node. */
async function seenByProvider(): Promise<unknown> {
  const ask = `import(${JSON.stringify(SOURCE)}).then((m) => console.log(JSON.stringify(m.launchersOf().starter)))`;
  const child = spawn("sh", ["-c", '"$0" -e "$1"; exit $?', process.execPath, ask], { detached: true });
  const [said] = await Promise.all([text(child.stdout), once(child, "close")]);
  return JSON.parse(said);
}

describe("the engine of a provider process", () => {
  it.skipIf(process.platform === "win32")(
    "is who started its process group, and the same for all of them",
    async () => {
      const [one, two] = [await seenByProvider(), await seenByProvider()];
      expect(one).toMatchObject({ pid: process.pid, started: expect.stringMatching(/\d/) });
      expect(two).toEqual(one);
    },
  );
});
