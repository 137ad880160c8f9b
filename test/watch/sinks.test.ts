import { createHmac } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import { command } from "../../src/watch/sinks/command.ts";
import { RefusedError } from "../../src/watch/sinks/sink.ts";
import { slack } from "../../src/watch/sinks/slack.ts";
import { stdout } from "../../src/watch/sinks/stdout.ts";
import { teams } from "../../src/watch/sinks/teams.ts";
import { webhook } from "../../src/watch/sinks/webhook.ts";

const NAME = "Evil <!channel> [x](https://evil.example) *b* `c`\u202e\n";
const EVENT: WatchEvent = {
  version: 1,
  id: "1",
  kind: "unlisted-app",
  state: "begun",
  at: "2026-11-23T12:00:00.000Z",
  org: { id: "00D000000000001EAA", name: "Dieppe & Co" },
  severity: "warning",
  text: `${NAME} holds grants`,
  app: { id: null, name: NAME },
  user: null,
  details: {},
};
const TEXT =
  "⚠️ Dieppe & Co: Evil <!channel> [x](https://evil.example) *b* `c`\\u{202e}\\u{a} holds grants [unlisted-app]";

let server: FastifyInstance;
let url: string;
const answers: { status: number; headers?: Record<string, string> }[] = [];
const got: { headers: Record<string, unknown>; body: string }[] = [];
const never = new AbortController().signal;

beforeEach(async () => {
  for (const list of [answers, got]) list.length = 0;
  server = Fastify();
  server.addContentTypeParser("application/json", { parseAs: "string" }, (_, body, done) => done(null, body));
  server.post("/hook", async ({ headers, body }, reply) => {
    got.push({ headers, body: String(body) });
    const { status, headers: given = {} } = answers.shift() ?? { status: 200 };
    return reply.code(status).headers(given).send("ok");
  });
  url = `${await server.listen({ host: "127.0.0.1", port: 0 })}/hook`;
});
afterEach(() => server.close());

it("the webhook is the event as JSON, signed with the time", async () => {
  const secret = "0123456789abcdef";
  const env = { SANCTIONED_WEBHOOK_URL: url, SANCTIONED_WEBHOOK_SECRET: secret };
  await webhook(env, () => Date.parse("2026-11-23T12:00:00Z")).send(EVENT, never);
  expect(JSON.parse(got[0]!.body)).toEqual(EVENT);
  const hex = createHmac("sha256", secret).update(`1795435200.${got[0]!.body}`).digest("hex");
  expect(got[0]!.headers["x-sanctioned-signature"]).toBe(`t=1795435200,v1=${hex}`);
});

it("Slack's message has no mark-up, mention or link", async () => {
  await slack({ SANCTIONED_SLACK_WEBHOOK: url }).send(EVENT, never);
  expect(JSON.parse(got[0]!.body)).toEqual({
    text: TEXT.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
    mrkdwn: false,
    blocks: [{ type: "section", text: { type: "plain_text", text: TEXT, emoji: false } }],
  });
});

it("Teams' message is an Adaptive Card whose text knows no Markdown", async () => {
  await teams({ SANCTIONED_TEAMS_WEBHOOK: url }).send(EVENT, never);
  const { type, attachments } = JSON.parse(got[0]!.body);
  expect([type, attachments[0].contentType]).toEqual(["message", "application/vnd.microsoft.card.adaptive"]);
  expect(attachments[0].content).toMatchObject({
    type: "AdaptiveCard",
    body: [{ type: "RichTextBlock", inlines: [{ type: "TextRun", text: TEXT }] }],
  });
});

it("standard output gets one line", async () => {
  let text = "";
  await stdout((more, taken) => {
    text += more;
    taken();
  }).send(EVENT, never);
  expect(text.split("\n")).toHaveLength(2);
  expect(JSON.parse(text)).toEqual(EVENT);
});

describe("a receiver in trouble", () => {
  const send = () => slack({ SANCTIONED_SLACK_WEBHOOK: url }).send(EVENT, never);

  it("says whether, and how late, it wants to be asked again", async () => {
    answers.push({ status: 500 }, { status: 429, headers: { "retry-after": "9" } });
    await expect(send()).rejects.toMatchObject({ name: "LaterError", waitMs: null });
    await expect(send()).rejects.toMatchObject({ name: "LaterError", waitMs: 9_000 });
  });

  it("that will never take it is not asked again; a redirect is not followed", async () => {
    answers.push({ status: 404 });
    await expect(send()).rejects.toThrow(RefusedError);
    answers.push({ status: 302, headers: { location: url } });
    await expect(send()).rejects.toThrow(RefusedError);
    expect(got).toHaveLength(2);
  });

  it("that is away is named by its host alone: the address is a secret", async () => {
    await server.close();
    const failed = await send().catch((error: Error) => error);
    expect((failed as Error).cause).toBeInstanceOf(UserError);
    expect((failed as Error).message).toMatch(
      /^127\.0\.0\.1:\d+ does not answer \(ECONNREFUSED\)\. Check the address and the network\.$/,
    );
  });
});

describe("a receiver that never ends", () => {
  let hostile: Server;
  let sent = 0;
  const answering = async (answer: (response: ServerResponse) => void) => {
    hostile = createServer((_request, response) => answer(response)).listen(0, "127.0.0.1");
    await once(hostile, "listening");
    return { SANCTIONED_SLACK_WEBHOOK: `http://127.0.0.1:${(hostile.address() as AddressInfo).port}/` };
  };
  afterEach(() => {
    hostile.closeAllConnections();
    hostile.close();
  });

  it.each<[string, object, (response: ServerResponse) => void]>([
    [
      "an endless body",
      {},
      (response) => {
        const more = () => {
          while (!response.destroyed && response.write("x".repeat(65_536))) sent++;
        };
        response.on("drain", more);
        more();
      },
    ],
    ["a body that never comes", {}, (response) => response.flushHeaders()],
    ["a body that cannot be unpacked", { "content-encoding": "gzip" }, (response) => response.end("no gzip")],
  ])("%s is not read: the status says all", async (_, headers, body) => {
    const env = await answering((response) => body(response.writeHead(200, { ...headers })));
    await slack(env).send(EVENT, never);
    expect(sent).toBeLessThan(500);
  });

  it("headers without an end are a receiver that does not answer", async () => {
    const env = await answering((response) => response.writeHead(200, { x: "x".repeat(1_000_000) }).end());
    await expect(slack(env).send(EVENT, never)).rejects.toThrow(/does not answer/);
  });

  it("one that hangs is given up when the watch ends", async () => {
    const env = await answering(() => undefined);
    await expect(slack(env).send(EVENT, AbortSignal.timeout(50))).rejects.toThrow(/does not answer/);
  });
});

describe("a command", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sanctioned-sink-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const script = (text: string) => {
    const file = path.join(folder, "sink.sh");
    writeFileSync(file, `#!/bin/sh\ncd "${folder}"\n${text}\n`);
    chmodSync(file, 0o755);
    return file;
  };

  it("gets the event on its input, nothing as an argument, and none of our secrets", async () => {
    const env = { PATH: process.env.PATH, SF_ACCESS_TOKEN: "s3cret", SANCTIONED_WEBHOOK_SECRET: "s3cret" };
    await command(script("cat > got; echo $# > arguments; env > env"), env).send(EVENT, never);
    const read = (name: string) => readFileSync(path.join(folder, name), "utf8");
    expect(JSON.parse(read("got"))).toEqual(EVENT);
    expect([read("arguments"), read("env").includes("s3cret")]).toEqual(["0\n", false]);
  });

  it("that fails, or is not there, is tried again later", async () => {
    await expect(command(script("exit 3"), process.env).send(EVENT, never)).rejects.toThrow(
      /ended with 3\. /,
    );
    await expect(
      command(script("trap '' TERM; exec sleep 60"), process.env).send(EVENT, AbortSignal.timeout(200)),
    ).rejects.toThrow(/no exit code in time/);
    await expect(command(path.join(folder, "none"), process.env).send(EVENT, never)).rejects.toThrow(
      /cannot be run \(ENOENT\)\. /,
    );
  });
});

describe("what is wrong in the environment is named, never its value", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["no address", () => slack({}), /^SANCTIONED_SLACK_WEBHOOK is not set\. /],
    [
      "one that is none",
      () => teams({ SANCTIONED_TEAMS_WEBHOOK: "s3cret" }),
      /^SANCTIONED_TEAMS_WEBHOOK is not a URL, or has a user or a password in it\. /,
    ],
    [
      "one in the clear",
      () => slack({ SANCTIONED_SLACK_WEBHOOK: "http://hooks.example/s3cret" }),
      /^SANCTIONED_SLACK_WEBHOOK must begin with https:\/\//,
    ],
    [
      "a short secret",
      () =>
        webhook(
          { SANCTIONED_WEBHOOK_URL: "https://hooks.example", SANCTIONED_WEBHOOK_SECRET: "s3cret" },
          Date.now,
        ),
      /^SANCTIONED_WEBHOOK_SECRET signs what is sent/,
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
    expect(make).toThrow(UserError);
    expect(make).not.toThrow(/s3cret/);
  });
});
