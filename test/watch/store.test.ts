import { fork } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Delivery } from "../../src/watch/deliver.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import { RefusedError, type Sink } from "../../src/watch/sinks/sink.ts";
import { openStore } from "../../src/watch/store.ts";
import { someEvent } from "./someEvent.ts";

const ORG = "00D000000000001EAA";
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-watch-"));
  file = path.join(folder, "deep", "watch.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

const event = (id: string): WatchEvent => someEvent({ id, text: id });
const news = (events: WatchEvent[], sinks: string[], more = {}) => ({
  begun: [],
  ended: [],
  events,
  sinks,
  looked: true,
  ...more,
});

/** A sink that takes what `answers` says: null, or the error for that attempt. */
function sink(name: string, answers: (Error | null)[] = []): Sink & { readonly taken: string[] } {
  const taken: string[] = [];
  return {
    name,
    taken,
    send: async ({ id }) => {
      const error = answers.shift() ?? null;
      if (error !== null) throw error;
      taken.push(id);
    },
  };
}

describe("the memory of a watch", () => {
  it("knows nothing before the first look, then what holds", async () => {
    const store = await openStore(file, ORG);
    expect(store.known()).toBeNull();
    store.keep(news([], [], { begun: ["blind"], looked: false }));
    expect(store.known()).toBeNull();
    store.keep(news([], [], { begun: ["a", "b"] }));
    store.keep(news([], [], { begun: ["c"], ended: ["a", "blind"] }));
    await store.close();
    chmodSync(file, 0o664); // as an earlier release, or a copy, may have left it
    const again = await openStore(file, ORG);
    expect([...again.known()!].sort()).toEqual(["b", "c"]);
    await again.close();
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it("is one watch's at a time, and one org's", async () => {
    const store = await openStore(file, ORG);
    store.keep(news([], []));
    await expect(openStore(file, ORG, { waitMs: 0 })).rejects.toThrow(/^Another watch has .* open\. Stop it/);
    expect(statSync(file).mode & 0o077).toBe(0);
    const lines: string[] = [];
    const second = openStore(file, ORG, { say: (line) => lines.push(line) });
    await store.close();
    await (await second).close(); // the first was only late
    expect(lines).toEqual([`another watch has ${file} open; waiting up to 5 s for it to end`]);
    await expect(openStore(file, "00D000000000002EAA")).rejects.toThrow(
      "is of the org 00D000000000001EAA, and this is 00D000000000002EAA",
    );
    await (await openStore(file, ORG)).close();
  });

  it("a file that is something else is refused and left alone", async () => {
    const other = path.join(folder, "notes.txt");
    writeFileSync(
      other,
      "not a database, but somebody's notes; long enough to be read as a header of one".repeat(20),
    );
    await expect(openStore(other, ORG)).rejects.toThrow(/is not the state of a watch\. Remove it/);
    expect(statSync(other).size).toBeGreaterThan(100);
  });
});

describe("delivery", () => {
  it("what a sink will never take is set aside, and does not hold up what follows", async () => {
    const store = await openStore(file, ORG);
    const slack = sink("slack", [new RefusedError("hooks.example answered 404")]);
    store.keep(news([event("1"), event("2")], ["slack"]));
    expect(await new Delivery(store, [slack], { warn: () => undefined }).end(1_000)).toBe(false);
    expect(slack.taken).toEqual(["2"]);
    expect(await new Delivery(store, [slack], { warn: () => undefined }).end(1_000)).toBe(true);
    await store.close();
  });

  it("what was set aside has another try with each start, as the receiver may be another by then", async () => {
    const before = await openStore(file, ORG);
    before.keep(news([event("1"), event("2")], ["slack"]));
    const gone = sink("slack", [new RefusedError("hooks.example answered 404"), new RefusedError("")]);
    expect(await new Delivery(before, [gone], { warn: () => undefined }).end(1_000)).toBe(false);
    expect([gone.taken, before.waiting("slack")]).toEqual([[], 0]);
    await before.close();
    const after = await openStore(file, ORG);
    const back = sink("slack");
    expect(await new Delivery(after, [back], { warn: () => undefined }).end(1_000)).toBe(true);
    expect(back.taken).toEqual(["1", "2"]);
    await after.close();
  });

  it("survives a kill between firing and delivery: exactly what was not delivered is delivered then, without waiting for a lock", async () => {
    const child = fork(path.join(import.meta.dirname, "killed.ts"), [file], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    await new Promise((resolve) => child.once("message", resolve)); // one of three is delivered
    await expect(openStore(file, ORG, { waitMs: 0 })).rejects.toThrow(/^Another watch has .* open\. /);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    const store = await openStore(file, ORG, { waitMs: 0 });
    const slack = sink("slack");
    expect(await new Delivery(store, [slack], { warn: () => undefined }).end(1_000)).toBe(true);
    expect(slack.taken).toEqual(["2", "3"]);
    expect([...store.known()!].sort()).toEqual(["a", "b", "c"]);
    await store.close();
  });
});
