import { afterEach, expect, it } from "vitest";
import type { AuditEvent } from "../../src/audit/line.ts";
import { UserError } from "../../src/errors.ts";
import { orgOf } from "./orgs.ts";
import { type Stage, stage, statuses } from "./stage.ts";

let on: Stage;
afterEach(() => on.close());

const FULL = "The audit record cannot be written (ENOSPC).";
const full = () => new UserError({ code: "record-full", text: FULL, remedy: "" });
/** A record that cannot take one line of a kind, once. */
function failingOnce(event: AuditEvent["event"], error: Error) {
  let failed = false;
  return {
    append: async (line: AuditEvent) => {
      if (line.event !== event || failed) return;
      failed = true;
      throw error;
    },
  };
}

it("an answer that cannot be put on record stops the run, and what was called is known", async () => {
  on = await stage(orgOf(20));
  const outcomes = await on.run(on.revocations, {
    concurrency: 1,
    audit: failingOnce("answered", full()),
  });
  const called = on.posts().length;
  // The call whose answer it was, and one that may have been under way.
  expect([1, 2]).toContain(called);
  expect(statuses(outcomes)).toEqual({ revoked: called, "not tried": 20 - called });
  expect(outcomes.at(-1)?.reason).toBe(FULL);
});

it("an announcement that cannot be put on record stops the run before that call", async () => {
  on = await stage(orgOf(20));
  const outcomes = await on.run(on.revocations, {
    concurrency: 1,
    audit: failingOnce("revoking", full()),
  });
  expect(on.posts()).toEqual([]);
  expect(statuses(outcomes)).toEqual({ "not tried": 20 });
  expect(outcomes.at(-1)?.reason).toBe(FULL);
});

it("outcomes that cannot be put on record are known all the same", async () => {
  on = await stage(orgOf(2));
  const audit = failingOnce("outcome", full());
  expect(statuses(await on.run(on.revocations, { audit }))).toEqual({ revoked: 2 });
});

it.each(["revoking", "answered", "outcome"] as const)(
  "a fault of our own while %s is put on record ends the run, and no promise is left to itself",
  async (event) => {
    on = await stage(orgOf(20));
    const audit = failingOnce(event, new Error("a bug"));
    await expect(on.run(on.revocations, { concurrency: 1, audit })).rejects.toThrow("a bug");
    if (event !== "outcome") expect(on.posts().length).toBeLessThan(4);
  },
);

it("the run waits for the answers of its calls to be on record before it says what came of them", async () => {
  on = await stage(orgOf(5));
  const lines: string[] = [];
  await on.run(on.revocations, {
    audit: {
      append: async ({ event }) => {
        if (event === "answered") await new Promise((resolve) => setTimeout(resolve, 30));
        lines.push(event);
      },
    },
  });
  expect(lines.slice(-10)).toEqual([...Array(5).fill("answered"), ...Array(5).fill("outcome")]);
});

it("a fault of our own while the end of a session is put on record ends the run too", async () => {
  on = await stage(orgOf(1));
  const [{ user, app }] = on.revocations as [(typeof on.revocations)[0]];
  on.org.store.addSession({ username: user.username, app: app.name, createdAt: 0 });
  let answers = 0;
  const append = async ({ event }: AuditEvent) => {
    if (event === "answered" && ++answers === 2) throw new Error("a bug");
  };
  await expect(on.run(on.revocations, { sessions: "end", audit: { append } })).rejects.toThrow("a bug");
  expect(on.org.store.sessions()).toEqual([]);
});
