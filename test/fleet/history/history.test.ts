import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { historyOf, historyWithin } from "../../../src/fleet/history/history.ts";
import { openSqlite } from "../../../src/sqlite/database.ts";
import { largeRun, runOn, seen } from "./runs.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-history-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});
const inFolder = (name: string) => path.join(folder, name);

const WRITER = path.resolve(import.meta.dirname, "writer.ts");

/** A process that adds runs, with how many of them it said to be there. */
function writer(file: string, day: string, count: number, orgs = 300) {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", WRITER, file, day, String(count), String(orgs)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let added = 0;
  child.stdout.on("data", (text: Buffer) => {
    added += text.length;
  });
  return { child: child as ChildProcess, added: () => added, closed: once(child, "close") };
}

describe.each(["history.jsonl", "history.sqlite"])("%s", (name) => {
  it("keeps each run as it was, in the order in which the orgs were looked at", async () => {
    const history = await historyOf(inFolder(`not/there/yet/${name}`));
    expect(history.read()).toEqual({ runs: [], leftAside: 0 });
    const runs = [
      runOn("2026-11-02", { one: seen(10, { unlistedApps: 2, idle: 3, standing: 1 }), two: null }),
      runOn("2026-11-03", { one: { revoked: 4 } }),
      runOn("2026-11-04", {}),
    ];
    for (const run of [runs[2]!, runs[0]!, runs[1]!]) history.add(run);
    expect((await historyOf(history.file)).read()).toEqual({ runs, leftAside: 0 });
  });

  it("refuses what is no history, and does not touch it", async () => {
    writeFileSync(inFolder(name), '{\n  "history": [1],\n  "name": "a package"\n}\n');
    const before = readFileSync(inFolder(name));
    const history = await historyOf(inFolder(name));
    for (const use of [() => history.check(), () => history.add(largeRun(1)), () => history.read()])
      expect(use).toThrow("holds something else. Nothing was added to it.");
    expect(readFileSync(inFolder(name))).toEqual(before);
    rmSync(inFolder(name));
    mkdirSync(inFolder(name));
    expect(() => history.check()).toThrow("is a folder");
    expect(() => history.add(largeRun(1))).toThrow(/is a folder|EISDIR/);
  });

  it("has every run of all who write at once, though some are killed in the middle", async () => {
    const file = inFolder(name);
    const steady = [writer(file, "2026-11-01", 20), writer(file, "2026-11-02", 20)];
    const killed = [writer(file, "2026-11-03", 999), writer(file, "2026-11-04", 999)];
    for (const one of killed) {
      while (one.added() < 3) await wait(5);
      await wait(7);
      one.child.kill("SIGKILL");
    }
    await Promise.all([...steady, ...killed].map(({ closed }) => closed));
    const history = await historyOf(file);
    const { runs, leftAside } = history.read();
    const of = (day: string) => runs.filter(({ at }) => at.startsWith(day)).length;
    expect([of("2026-11-01"), of("2026-11-02")]).toEqual([20, 20]);
    // What was said to be there is; beside it there may be one that was not said yet.
    killed.forEach((one, i) => {
      expect(of(`2026-11-0${i + 3}`) - one.added()).toBeOneOf([0, 1]);
    });
    expect(leftAside).toBeLessThanOrEqual(2);
    for (const { orgs } of runs) expect(orgs).toHaveLength(300);
    history.add(largeRun(2));
    expect(history.read().runs).toHaveLength(runs.length + 1);
  });
});

describe("lines", () => {
  it("leave what a kill tore aside, wherever it tore, and never take it for the beginning of the next", async () => {
    const file = inFolder("history.jsonl");
    const history = await historyOf(file);
    history.add(runOn("2026-11-01", { one: seen(1) }));
    const whole = readFileSync(file);
    history.add(runOn("2026-11-02", { one: seen(2), two: null }));
    const both = readFileSync(file);
    const next = runOn("2026-11-03", { one: seen(3) });
    for (const start of [Buffer.alloc(0), whole])
      for (let torn = 0; torn <= both.length - whole.length; torn += torn < 20 || torn > 440 ? 1 : 17) {
        writeFileSync(file, Buffer.concat([start, both.subarray(whole.length, whole.length + torn)]));
        const before = history.read();
        // Its line end is no part of it.
        const isWhole = torn >= both.length - whole.length - 1;
        expect(before.leftAside).toBe(isWhole || torn <= 1 ? 0 : 1);
        history.add(next);
        expect(history.read()).toEqual({ runs: [...before.runs, next], leftAside: before.leftAside });
      }
  });

  it("stand where a power cut left zeros", async () => {
    const file = inFolder("history.jsonl");
    const history = await historyOf(file);
    history.add(runOn("2026-11-01", { one: seen(1) }));
    truncateSync(file, 200_000);
    history.add(runOn("2026-11-02", { one: seen(2) }));
    expect(history.read()).toMatchObject({ runs: [{ orgs: [{ seen: { grants: 1 } }] }, {}], leftAside: 0 });
  });

  it("that are no entry are said to be left aside, and those of another release refused", async () => {
    const file = inFolder("history.jsonl");
    const history = await historyOf(file);
    history.add(largeRun(1));
    const [run] = history.read().runs;
    const wrong = [
      { ...run, orgs: [{ ...run!.orgs[0], seen: { ...run!.orgs[0]!.seen, grants: -1 } }] },
      { ...run, people: ["jane@dieppe.example"] },
      { ...run, at: "yesterday" },
    ];
    writeFileSync(file, `${[run, ...wrong].map((one) => JSON.stringify(one)).join("\n")}\nnonsense`);
    expect(history.read()).toEqual({ runs: [run], leftAside: 4 });
    writeFileSync(file, JSON.stringify({ ...run, history: 2 }));
    expect(() => history.add(largeRun(1))).toThrow("was written by another release");
  });
});

describe("a database", () => {
  it("of somebody else, or of another release, is refused and not touched", async () => {
    const file = inFolder("history.sqlite");
    const history = await historyOf(file);
    const change = (sql: string) => {
      const database = openSqlite(file);
      database.exec(sql);
      database.close();
      return readFileSync(file);
    };
    for (const [sql, why] of [
      ["CREATE TABLE run (number INTEGER)", "holds something else"],
      ["PRAGMA application_id = 1933986900; PRAGMA user_version = 2", "was written by another release"],
    ] as const) {
      const before = change(sql);
      expect(() => history.check()).toThrow(why);
      expect(() => history.add(largeRun(1))).toThrow(why);
      expect(readFileSync(file)).toEqual(before);
    }
  });

  it("keeps no write-ahead log, which a folder of the network could not have", async () => {
    const history = await historyOf(inFolder("history.sqlite"));
    history.add(largeRun(1));
    const database = openSqlite(history.file);
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "delete" });
    database.close();
  });
});

it("a history that the file of the orgs names stays in its folder", () => {
  expect(historyWithin(folder, "kept/history.jsonl")).toBe(inFolder("kept/history.jsonl"));
  symlinkSync(tmpdir(), inFolder("away"));
  symlinkSync(inFolder("nowhere"), inFolder("dangling.jsonl"));
  symlinkSync("/etc/hosts", inFolder("hosts.jsonl"));
  for (const name of [
    "../x.jsonl",
    "/tmp/x.jsonl",
    "a/../../x.jsonl",
    "..",
    ".",
    "away/x.jsonl",
    "dangling.jsonl",
    "hosts.jsonl",
  ])
    expect(() => historyWithin(folder, name), name).toThrow("is not in the folder");
});
