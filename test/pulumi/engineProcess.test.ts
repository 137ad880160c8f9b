import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { engineProcess, fromProc, fromPs, type Lookup } from "../../src/pulumi/engineProcess.ts";

const SOURCE = pathToFileURL(path.resolve(import.meta.dirname, "../../src/pulumi/engineProcess.ts")).href;

/** What a provider finds that this process starts as the engine does: a script in a group of its own, which starts Node. */
async function seenByProvider(): Promise<unknown> {
  const ask = `import(${JSON.stringify(SOURCE)}).then((m) => console.log(JSON.stringify(m.engineProcess())))`;
  const child = spawn("sh", ["-c", '"$0" -e "$1"; exit $?', process.execPath, ask], { detached: true });
  const [said] = await Promise.all([text(child.stdout), once(child, "close")]);
  return JSON.parse(said);
}

describe("the engine of a provider process", () => {
  it.skipIf(process.platform === "win32")(
    "is who started its process group, and the same for all of them",
    async () => {
      const [one, two] = [await seenByProvider(), await seenByProvider()];
      expect(one).toEqual({ pid: process.pid, started: expect.stringMatching(/\d/) });
      expect(two).toEqual(one);
    },
  );

  it("is told by its number and its start", () => {
    const rows: Record<number, [parent: number, group: number]> = {
      9: [8, 8],
      8: [7, 8],
      7: [1, 7],
      1: [0, 1],
    };
    const lookup: Lookup = (pid) => {
      const [parent, group] = rows[pid] ?? [];
      return parent === undefined ? null : { pid, parent, group: group!, started: `s${pid}` };
    };
    expect(engineProcess([lookup], 9)).toEqual({ pid: 7, started: "s7" });
    expect(engineProcess([() => null, lookup], 8)).toEqual({ pid: 7, started: "s7" });
    expect([engineProcess([lookup], 1), engineProcess([], 9), engineProcess([() => null], 9)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(engineProcess([(pid) => ({ pid, parent: pid, group: 1, started: "s" })], 9)).toBeNull();
  });

  it("the system says nothing of a process that there is not", () => {
    expect([fromProc(2 ** 30), fromPs(2 ** 30)]).toEqual([null, null]);
  });
});
