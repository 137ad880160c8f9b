import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, it } from "vitest";
import { ask, postForm, textOf } from "../../src/http/request.ts";

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answering(answer: (response: ServerResponse) => void): Promise<string> {
  server = createServer((_request, response) => answer(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
const form = new URLSearchParams({ token: "t" });

it("a form's answer is read as it is", async () => {
  const url = await answering((response) => response.writeHead(400, { "retry-after": "7" }).end("error=no"));
  expect(await postForm(url, form, 1_000)).toEqual({ status: 400, waitMs: 7_000, body: "error=no" });
});

it("a form's answer that drips without an end ends", async () => {
  let drip: NodeJS.Timeout | undefined;
  const url = await answering((response) => {
    response.writeHead(200);
    drip = setInterval(() => response.write("x"), 20);
  });
  await expect(postForm(url, form, 100)).rejects.toMatchObject({ name: "TimeoutError" });
  clearInterval(drip);
});

it("a form's answer that is more than a few words is not read to its end", async () => {
  let sent = 0;
  const url = await answering((response) => {
    const more = () => {
      while (!response.destroyed && response.write("x".repeat(65_536))) sent++;
    };
    response.writeHead(200).on("drain", more);
    more();
  });
  expect(await postForm(url, form, 5_000)).toMatchObject({ status: 200, body: "" });
  expect(sent).toBeLessThan(500);
});

it("a body has as many bytes as it may, and no more", async () => {
  const body = () => new Blob(["abc", "é"]).stream() as AsyncIterable<Uint8Array>;
  expect(await textOf(body(), 5)).toBe("abcé");
  expect(await textOf(body(), 4)).toBeNull();
  expect(await textOf(null, 0)).toBe("");
});

const bounds = { timeoutMs: 10_000, most: 100_000 };

it("an answer is its status, its headers and its body", async () => {
  const url = await answering((response) => response.writeHead(503, { "X-One": "1" }).end("é"));
  const { status, headers, text } = await ask(url, {}, bounds);
  expect([status, headers["x-one"], text]).toEqual([503, "1", "é"]);
});

it("a body that is packed a thousandfold is as large as it is unpacked, and is not unpacked to its end", async () => {
  const bomb = gzipSync(Buffer.alloc(200_000_000), { level: 1 });
  const url = await answering((response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
  );
  const before = process.memoryUsage().rss;
  expect((await ask(url, {}, bounds)).text).toBeNull();
  expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
});

it("a body that trickles is given up long before its time, one that comes slowly is read", async () => {
  let drip: NodeJS.Timeout | undefined;
  const dripping = (bytes: number) =>
    answering((response) => {
      let left = 20;
      drip = setInterval(() => {
        response.write("x".repeat(bytes));
        if (--left === 0) response.end();
      }, 20);
    });
  const begun = performance.now();
  await expect(ask(await dripping(1), {}, { ...bounds, stallMs: 100 })).rejects.toMatchObject({
    name: "TimeoutError",
  });
  expect(performance.now() - begun).toBeLessThan(5_000);
  clearInterval(drip);
  server?.closeAllConnections();
  expect((await ask(await dripping(1_000), {}, { ...bounds, stallMs: 100 })).text).toHaveLength(20_000);
  clearInterval(drip);
});

it("headers without an end are a fault, and so is a redirect without one an answer and no way", async () => {
  const url = await answering((response) => response.writeHead(200, { x: "x".repeat(1_000_000) }).end());
  await expect(ask(url, {}, bounds)).rejects.toThrow("fetch failed");
  server?.close();
  const circle = await answering((response) => response.writeHead(302, { location: "/" }).end());
  expect((await ask(circle, {}, bounds)).status).toBe(302);
});
