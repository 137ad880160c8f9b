import { Delivery } from "../../src/watch/deliver.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import { openStore } from "../../src/watch/store.ts";
import { someEvent } from "./someEvent.ts";

/** A watch that is killed while it delivers the second of three events. */
const event = (id: string): WatchEvent => someEvent({ id, text: id });
const store = await openStore(process.argv[2]!, "00D000000000001EAA");
const events = [event("1"), event("2"), event("3")];
store.keep({ begun: ["a", "b", "c"], ended: [], events, sinks: ["slack"], looked: true });
let sent = 0;
new Delivery(
  store,
  [
    {
      name: "slack",
      send: async () => {
        if (++sent === 1) return;
        process.send!("delivering");
        await new Promise(() => setInterval(() => undefined, 1_000));
      },
    },
  ],
  { warn: () => undefined },
);
