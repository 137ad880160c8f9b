import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Delivery } from "../../src/watch/deliver.ts";
import { watchErrors } from "../../src/watch/errors.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import { forgetful } from "../../src/watch/forgetful.ts";
import { LaterError, type Sink } from "../../src/watch/sinks/sink.ts";

const HOUR = 60 * 60_000;
const memory = forgetful();
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => vi.useRealTimers());

const event = (id: string) => ({ id }) as WatchEvent;
const keep = (id: string, ...sinks: string[]) =>
  memory.keep({ begun: [], ended: [], events: [event(id)], sinks, looked: true });
const delivering = (...sinks: Sink[]) =>
  new Delivery(memory, sinks, { warn: (line) => lines.push(line), random: () => 1 });

/** A sink that takes what `answers` says: null, or the error for that try. */
function sink(name: string, answers: (Error | null)[] = []) {
  const taken: string[] = [];
  const tries: number[] = [];
  const send = async ({ id }: WatchEvent) => {
    tries.push(performance.now());
    const error = answers.shift() ?? null;
    if (error !== null) throw error;
    taken.push(id);
  };
  return { name, taken, tries, send };
}
const down = () => watchErrors["receiver-not-reachable"]({ host: "hooks.example", fault: "ECONNREFUSED" });
const busy = (waitMs: number) =>
  new LaterError(watchErrors["receiver-failed"]({ host: "hooks.example", status: 429 }), waitMs);
const soon = () => vi.advanceTimersByTimeAsync(0);

it("a sink that is down gets everything later, in order; the others are not held up", async () => {
  const [slack, webhook] = [sink("slack", [down(), down(), null, down()]), sink("webhook")];
  const delivery = delivering(slack, webhook);
  for (const id of ["1", "2", "3"]) {
    keep(id, "slack", "webhook");
    delivery.wake();
    await soon();
  }
  expect([slack.taken, webhook.taken]).toEqual([[], ["1", "2", "3"]]);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(slack.taken).toEqual(["1", "2", "3"]);
  expect(lines[0]).toBe(
    "slack: hooks.example does not answer (ECONNREFUSED). Check the address and the network. 1 to deliver; they are kept for the next time",
  );
  expect(await delivery.end(0)).toBe(true);
});

it("a sink that asks to wait is asked again then, one that asks for days within the hour, and one that asks for no time at all not at once", async () => {
  const slack = sink("slack", [busy(100_000), busy(48 * HOUR), busy(0), busy(0)]);
  const begun = performance.now();
  keep("1", "slack");
  const delivery = delivering(slack);
  await vi.advanceTimersByTimeAsync(2 * HOUR);
  expect(slack.tries.map((at) => at - begun)).toEqual([
    0,
    100_000,
    100_000 + HOUR,
    104_000 + HOUR,
    112_000 + HOUR,
  ]);
  expect(lines).toHaveLength(3); // of a sink that stays away a line now and then
  await delivery.end(0);
});

it("at the end each sink is tried once more, whatever it asked for, and what it does not take is kept", async () => {
  const [slack, hangs] = [
    sink("slack", [busy(HOUR), busy(HOUR)]),
    { name: "hangs", send: () => new Promise<void>(() => undefined) },
  ];
  keep("1", "slack", "hangs");
  const delivery = delivering(slack, hangs);
  await soon();
  const ended = delivery.end(5_000);
  await vi.advanceTimersByTimeAsync(4_999);
  expect([slack.tries.length, lines.length]).toEqual([2, 2]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await ended).toBe(false);
  expect([memory.waiting("slack"), memory.waiting("hangs")]).toEqual([1, 1]);
  const [again, other] = [sink("slack"), sink("hangs")];
  expect(await delivering(again, other).end(5_000)).toBe(true);
  expect([again.taken, other.taken]).toEqual([["1"], ["1"]]);
});

it("what is no fault of a sink ends the watch", async () => {
  keep("1", "slack");
  const delivery = delivering(sink("slack", [new TypeError("a bug")]));
  await soon();
  expect(() => delivery.wake()).toThrow("a bug");
  await expect(delivery.end(0)).rejects.toThrow("a bug");
});
