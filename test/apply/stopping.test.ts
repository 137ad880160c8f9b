import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { apply } from "../../src/apply/apply.ts";
import { REAL_CLOCK } from "../../src/http/retry.ts";
import { Stop } from "../../src/stop.ts";
import { orgOf } from "./orgs.ts";
import { type Stage, stage, statuses } from "./stage.ts";

let on: Stage;
afterEach(async () => {
  vi.restoreAllMocks();
  await on.close();
});

const isRevoke = (request: string) => request.includes("/services/oauth2/revoke");
const posts = () => on.posts().length;
/** Hands each request to the org, and what is no HTTP to who asked. */
const garble = async ({ port }: { readonly port: number }) => {
  const server = createServer((socket) => {
    const onward = connect(port, "127.0.0.1", () => socket.pipe(onward));
    onward.once("data", () => socket.end("NONSENSE <html>\r\n\r\n")).on("error", () => socket.destroy());
    socket.on("error", () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, close: () => new Promise((resolve) => server.close(resolve)) };
};
/** A run that is asked to stop with its nth call. */
const stoppedAt = async (n: number, settleMs?: number) => {
  const stop = new Stop();
  on.alter((request) => {
    if (isRevoke(request) && posts() === n) stop.ask("somebody asked", settleMs);
    return null;
  });
  return { stop, applied: await on.apply(on.revocations, { stop, concurrency: 2, clock: REAL_CLOCK }) };
};

describe("whatever a call throws is no answer, and never the end of the run", () => {
  it("an answer that is no HTTP, though it was done", async () => {
    on = await stage(orgOf(4));
    const garbled = await garble(on.org);
    try {
      const org = { ...on.connection.org, instanceUrl: garbled.url };
      const { outcomes } = await apply({ ...on.connection, org }, on.revocations, {
        ...{ apps: on.inventory.apps, onProgress: () => {}, perSecond: 10_000 },
        audit: { append: async (event) => void on.events.push(event) },
      });
      expect(statuses(outcomes)).toEqual({ revoked: 4 });
      for (const { reason } of outcomes)
        expect(reason).toBe("no answer to the revoke call (HTTPParserError)");
      expect(on.events.filter(({ event }) => event === "answered")).toHaveLength(4);
    } finally {
      await garbled.close();
    }
  });
});

describe("what the run itself revoked counts as revoked, whatever the org answered", () => {
  it.each([500, 502, 403, 302])("HTTP %i, though it was done", async (status) => {
    on = await stage(orgOf(2));
    on.alter((request) => (isRevoke(request) && posts() === 1 ? { status } : null));
    const outcomes = await on.run();
    expect(outcomes[0]).toMatchObject({
      status: "revoked",
      reason: `the revoke endpoint answered HTTP ${status}`,
    });
  });

  it("HTTP 503, though it was done: the next attempt finds no such token", async () => {
    on = await stage(orgOf(2));
    on.alter((request) => (isRevoke(request) && posts() === 1 ? { status: 503 } : null));
    expect((await on.run())[0]).toMatchObject({
      status: "revoked",
      reason: "the revoke endpoint answered HTTP 503",
    });
    expect(on.posts()).toEqual([200, 400, 200]);
  });

  it("also where the run was stopped before the next attempt", async () => {
    on = await stage(orgOf(2));
    const stop = new Stop();
    on.alter((request) => (isRevoke(request) ? { status: 503 } : null));
    const audit = {
      append: async (line: (typeof on.events)[0]) => {
        if (line.event === "revoking" && line.call === 2) stop.ask("somebody asked");
      },
    };
    const { outcomes } = await on.apply(on.revocations, { stop, audit });
    expect(on.posts()).toEqual([200]);
    expect(outcomes.map(({ status, reason }) => [status, reason])).toEqual([
      ["revoked", "the revoke endpoint answered HTTP 503"],
      ["not tried", "somebody asked"],
    ]);
  });

  it("but a token that was not there from the first call on is already gone", async () => {
    on = await stage(orgOf(2));
    on.answerInstead((request) => {
      if (!isRevoke(request) || posts() > 0) return null;
      for (const { DeleteToken } of on.org.store.grants()) on.org.store.revoke(String(DeleteToken));
      return null;
    });
    expect(statuses(await on.run())).toEqual({ "already gone": 2 });
  });
});

describe("a run that is asked to stop", () => {
  it("stops between two calls: what was done is known, what was not tried says why", async () => {
    on = await stage(orgOf(30));
    const { applied } = await stoppedAt(5);
    const called = posts();
    expect([5, 6]).toContain(called);
    expect(statuses(applied.outcomes)).toEqual({ revoked: called, "not tried": 30 - called });
    expect(applied.outcomes.at(-1)?.reason).toBe("somebody asked");
    expect(applied.stopped).toBe("somebody asked");
    expect(applied.sessions.problems).toEqual(["live sessions were not listed, since somebody asked"]);
  });

  it("before its first call makes none", async () => {
    on = await stage(orgOf(2));
    const stop = new Stop();
    stop.ask("somebody asked");
    expect(statuses(await on.run(on.revocations, { stop }))).toEqual({ "not tried": 2 });
    expect(posts()).toBe(0);
  });

  it("while it waits as the org asked does not wait on", async () => {
    on = await stage(orgOf(3));
    on.org.setFaults([{ kind: "status", match: "/revoke", status: 429, retryAfterSeconds: 60 }]);
    const begun = performance.now();
    const { applied } = await stoppedAt(1);
    expect(statuses(applied.outcomes)).toEqual({ failed: 1, "not tried": 2 });
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it("does not wait for a call that has no answer: it is on record as that", async () => {
    on = await stage(orgOf(3));
    on.org.setFaults([{ kind: "latency", match: "/revoke", ms: 20_000 }]);
    const stop = new Stop();
    on.answerInstead((request) => {
      if (isRevoke(request)) stop.ask("somebody asked", 1_000);
      return null;
    });
    const begun = performance.now();
    const { outcomes } = await on.apply(on.revocations, { stop });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(on.events.filter(({ event }) => event === "answered")).toMatchObject([{ answer: "no-answer" }]);
    expect(outcomes[0]?.reason).toBe("no answer to the call by the time the run had to end");
    expect(statuses(outcomes)).toEqual({ failed: 1, "not tried": 2 });
  });

  it("does not wait for an org that does not answer: what could not be read is unknown", async () => {
    on = await stage(orgOf(3));
    const stop = new Stop();
    let calls = 0;
    on.alter((request) => {
      if (!isRevoke(request) || ++calls > 1) return null;
      on.org.setFaults([{ kind: "latency", match: "FROM OauthToken", ms: 20_000 }]);
      stop.ask("somebody asked", 300);
      return null;
    });
    const begun = performance.now();
    const { outcomes } = await on.apply(on.revocations, { stop });
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(outcomes[0]).toMatchObject({
      status: "unknown",
      reason: "the org could not be read again: the run had to end before it answered",
    });
    expect(statuses(outcomes)).toEqual({ unknown: 1, "not tried": 2 });
  });
});

it("a run that is asked to stop while it ends sessions ends no more of them", async () => {
  on = await stage(orgOf(3));
  for (const { user, app } of on.revocations)
    on.org.store.addSession({ username: user.username, app: app.name, createdAt: 0 });
  const stop = new Stop();
  on.alter((request) => {
    if (request.startsWith("DELETE") && request.includes("/AuthSession/")) stop.ask("somebody asked");
    return null;
  });
  const { outcomes, sessions } = await on.apply(on.revocations, { stop, sessions: "end" });
  expect(statuses(outcomes)).toEqual({ revoked: 3 });
  expect(sessions).toMatchObject({
    ...{ found: 3, ended: 1 },
    problems: ["some were not ended, since somebody asked"],
  });
  expect(on.org.store.sessions()).toHaveLength(2);
});

it("a fault of our own ends the run once what is known of its calls is on record", async () => {
  on = await stage(orgOf(8));
  const audit = {
    append: async (line: (typeof on.events)[0]) => {
      if (line.event === "revoking" && line.call === 4) throw new Error("a bug");
      on.events.push(line);
    },
  };
  await expect(on.apply(on.revocations, { audit, concurrency: 1 })).rejects.toThrow("a bug");
  expect(on.events.flatMap((line) => (line.event === "outcome" ? [line.status] : []))).toEqual([
    ...Array(3).fill("revoked"),
    ...Array(5).fill("not tried"),
  ]);
});

it("a clock that is set back makes nobody wait", async () => {
  on = await stage(orgOf(6));
  const now = Date.now();
  vi.spyOn(Date, "now").mockImplementation(() => now - posts() * 3_600_000);
  const begun = performance.now();
  expect(statuses(await on.run(on.revocations, { perSecond: 4 }))).toEqual({ revoked: 6 });
  expect(performance.now() - begun).toBeLessThan(10_000);
});
