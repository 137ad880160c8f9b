import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { postForm, textOf } from "../../src/http/request.ts";

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
  expect(await postForm(url, form, 1_000)).toEqual({ status: 400, retryAfter: "7", body: "error=no" });
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
