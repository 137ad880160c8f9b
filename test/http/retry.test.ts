import { describe, expect, it } from "vitest";
import { isLoopback, originOf } from "../../src/http/address.ts";
import { newPatience, retryAfterMs, retryReads, TransientError, waitAskedMs } from "../../src/http/retry.ts";

const NOW = Date.parse("2026-11-25T10:00:00Z");

describe("Retry-After", () => {
  it.each([
    [undefined, null],
    ["", null],
    [" ", null],
    ["0", 0],
    ["7", 7_000],
    ["0.5", 500],
    ["-3", 0],
    ["Infinity", null],
    ["soon", null],
    ["Wed, 25 Nov 2026 10:00:09 GMT", 9_000],
    ["Wed, 25 Nov 2026 09:59:00 GMT", 0],
  ])("%j asks for %j ms", (header, milliseconds) => {
    expect(retryAfterMs(header, NOW)).toBe(milliseconds);
  });
});

describe("a read that fails in a way that may pass", () => {
  const cause = new Error("busy");
  /** Fails so often, then answers. */
  const failing = (times: number, retryAfter: number | null = null) => {
    const waits: number[] = [];
    let left = times;
    const read = async () => {
      if (left-- > 0) throw new TransientError(cause, retryAfter);
      return "answer";
    };
    const clock = { sleep: async (milliseconds: number) => waits.push(milliseconds), random: () => 1 };
    return { waits, result: retryReads(read, clock) };
  };

  it("is tried five times more, waiting twice as long each time; then its cause is thrown", async () => {
    const five = failing(5);
    expect(await five.result).toBe("answer");
    expect(five.waits).toEqual([250, 500, 1_000, 2_000, 4_000]);
    const six = failing(6);
    await expect(six.result).rejects.toBe(cause);
    expect(six.waits).toEqual([250, 500, 1_000, 2_000, 4_000]);
  });

  it("waits as long as the server asks, two minutes at most", async () => {
    const two = failing(1, 120_000);
    expect(await two.result).toBe("answer");
    expect(two.waits).toEqual([120_000]);
    const longer = failing(1, 120_001);
    await expect(longer.result).rejects.toMatchObject({
      code: "asked-to-wait",
      message: expect.stringMatching(/^busy.* 121 s/),
    });
    expect(longer.waits).toEqual([]);
  });

  it("of a run is not waited for without end: twenty minutes for all of its requests", async () => {
    const patience = newPatience();
    const said: string[] = [];
    const clock = { sleep: async () => undefined, random: () => 1, say: (line: string) => said.push(line) };
    const waiting = () => {
      let left = 1;
      return retryReads(
        async () => {
          if (left-- > 0) throw new TransientError(cause, 120_000);
          return "answer";
        },
        clock,
        patience,
      );
    };
    for (let request = 0; request < 10; request++) expect(await waiting()).toBe("answer");
    await expect(waiting()).rejects.toMatchObject({ code: "asked-to-wait" });
    expect(said).toEqual(["The server asks to wait 120 s before the next try."]);
  });

  it("of a run is not waited for without end where tries come to nothing by themselves either", async () => {
    const patience = newPatience();
    let tries = 0;
    const hanging = () =>
      retryReads(
        async () => {
          tries++;
          throw new TransientError(cause, null, null, 120_000);
        },
        { sleep: async () => undefined, random: () => 0 },
        patience,
      );
    for (let request = 0; request < 5; request++) await expect(hanging()).rejects.toBe(cause);
    expect(tries).toBe(6 + 5 + 1 + 1 + 1);
  });

  it("a date is held against the clock of who names it", () => {
    const date = "Sun, 06 Nov 1994 08:49:37 GMT";
    expect(waitAskedMs({ date, "retry-after": "Sun, 06 Nov 1994 08:50:07 GMT" })).toBe(30_000);
    expect(waitAskedMs({ "retry-after": date })).toBeNull(); // our own clock may be set
    expect(waitAskedMs({})).toBeNull();
  });

  it("is said where it takes a while, and not where it takes a moment", async () => {
    const said = async (retryAfter: number) => {
      const lines: string[] = [];
      let left = 1;
      const read = async () => {
        if (left-- > 0) throw new TransientError(cause, retryAfter);
      };
      await retryReads(read, {
        sleep: async () => undefined,
        random: () => 1,
        say: (line) => void lines.push(line),
      });
      return lines;
    };
    expect(await said(2_999)).toEqual([]);
    expect(await said(3_000)).toEqual(["The server asks to wait 3 s before the next try."]);
  });

  it("is not tried again where the fault is another", async () => {
    let calls = 0;
    const bug = new Error("a bug");
    const read = async () => {
      calls++;
      throw bug;
    };
    await expect(retryReads(read, { sleep: async () => {}, random: () => 0 })).rejects.toBe(bug);
    expect(calls).toBe(1);
  });
});

describe("the address of an org", () => {
  it("is an origin: nothing of a path, a query or a login stays", () => {
    expect(originOf("https://acme.my.salesforce.com/x?y#z", "X")).toBe("https://acme.my.salesforce.com");
  });

  it.each(["http://localhost:1", "http://127.0.0.1:1", "http://[::1]:1"])(
    "%s is this machine: http will do",
    (url) => {
      expect(originOf(url, "X")).toBe(url);
      expect(isLoopback(new URL(url).hostname)).toBe(true);
    },
  );

  it.each([
    ["acme", "address-not-a-url"],
    ["http://acme.my.salesforce.com", "address-not-https"],
    ["ftp://localhost", "address-not-a-url"],
    ["http://localhost.acme.example", "address-not-https"],
    ["https://acme.lightning.force.com", "address-of-user-interface"],
    ["https://acme.my.salesforce-setup.com", "address-of-user-interface"],
  ])("%s is refused: %s", (url, code) => {
    expect(() => originOf(url, "X")).toThrow(expect.objectContaining({ code }));
  });
});
