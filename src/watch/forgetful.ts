import type { Memory, Undelivered } from "./store.ts";

/** A memory for one look, which keeps nothing: what cannot be delivered is for the next look to find again. */
export function forgetful(): Memory {
  const outbox = new Map<number, Undelivered & { readonly sink: string }>();
  return {
    known: () => new Set(),
    keep: ({ events, sinks }) => {
      for (const event of events)
        for (const sink of sinks) outbox.set(outbox.size + 1, { number: outbox.size + 1, event, sink });
    },
    undelivered: (sink) => [...outbox.values()].filter((one) => one.sink === sink),
    delivered: (number) => {
      outbox.delete(number);
    },
    refused: (number) => {
      outbox.delete(number);
    },
    close: async () => {},
  };
}
