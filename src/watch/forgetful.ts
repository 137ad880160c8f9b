import type { Memory, Undelivered } from "./store.ts";

/** A memory for one look, which keeps nothing: what cannot be delivered is for the next look to find again. */
export function forgetful(): Memory {
  let last = 0;
  const outbox = new Map<number, Undelivered & { readonly sink: string }>();
  return {
    known: () => new Set(),
    keep: ({ events, sinks }) => {
      for (const event of events)
        for (const sink of sinks) {
          last++;
          outbox.set(last, { number: last, event, sink });
        }
    },
    next: (sink) => outbox.values().find((one) => one.sink === sink) ?? null,
    waiting: (sink) =>
      outbox
        .values()
        .filter((one) => one.sink === sink)
        .toArray().length,
    delivered: (number) => {
      outbox.delete(number);
    },
    refused: (number) => {
      outbox.delete(number);
    },
    close: async () => {},
  };
}
