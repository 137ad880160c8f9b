import { createHmac } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Server as NetServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../src/errors.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import { command } from "../../src/watch/sinks/command.ts";
import { email, mailOf } from "../../src/watch/sinks/email.ts";
import { RefusedError } from "../../src/watch/sinks/sink.ts";
import { slack, slackMessage } from "../../src/watch/sinks/slack.ts";
import { stdout } from "../../src/watch/sinks/stdout.ts";
import { teams, teamsMessage } from "../../src/watch/sinks/teams.ts";
import { webhook } from "../../src/watch/sinks/webhook.ts";
import { someEvent } from "./someEvent.ts";

const NAME = "Evil <!channel> [x](https://evil.example) *b* `c`\u202e\n";
const EVENT = someEvent({
  org: { id: "00D000000000001EAA", name: "Dieppe & Co" },
  text: `${NAME} holds grants`,
  app: { id: null, name: NAME },
  user: { id: "005000000000001AAA", username: "ann@dieppe.example" },
  grantedAt: "2026-11-23T11:58:30.000Z",
  may: ["acts as ann@dieppe.example (profile Sales User)"],
  owner: "it@dieppe.example",
  next: [
    "npx sanctioned explain --user ann@dieppe.example",
    "npx sanctioned revoke --user ann@dieppe.example",
  ],
  runbook: "docs/incidents.md#an-alert-about-a-grant",
  links: [
    {
      label: "The apps in use in Setup",
      url: "https://dieppe.my.salesforce.com/lightning/setup/ConnectedAppsUsage/home",
    },
  ],
});
const CRITICAL: WatchEvent = {
  ...EVENT,
  kind: "high-privilege-grant",
  severity: "critical",
  runbook: "https://wiki.example/sf#high-privilege-grant",
};
const OVER = someEvent({
  kind: "inconclusive",
  state: "ended",
  severity: "note",
  text: "the org can be judged again",
});
const LONG: WatchEvent = {
  ...EVENT,
  text: "\u{1f600}".repeat(9_000),
  may: ["x".repeat(9_000)],
  next: ["y".repeat(9_000)],
};
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

it.each([
  ["critical", CRITICAL],
  ["warning", EVENT],
  ["over", OVER],
] as const)("Slack and Teams have a layout of their own, and mail its text: %s", async (name, event) => {
  const pretty = (message: object) => `${JSON.stringify(message, null, 2)}\n`;
  await slack({ SANCTIONED_SLACK_WEBHOOK: url }).send(event, never);
  await teams({ SANCTIONED_TEAMS_WEBHOOK: url }).send(event, never);
  const [toSlack, toTeams] = got.map(({ body }) => JSON.parse(body));
  await expect(pretty(toSlack)).toMatchFileSnapshot(`golden/slack-${name}.golden.json`);
  await expect(pretty(toTeams)).toMatchFileSnapshot(`golden/teams-${name}.golden.json`);
  const { subject, text } = mailOf(event);
  await expect(`Subject: ${subject}\n\n${text}`).toMatchFileSnapshot(`golden/mail-${name}.golden.txt`);
});

/** Every object in a message. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)];
}

it("no text of an event stands where Slack or Teams obey mark-up, mentions or links", () => {
  const isOurs = (text: unknown) => /^(The user|The apps|The runbook)/.test(String(text));
  for (const event of [EVENT, CRITICAL, LONG]) {
    const { text, blocks } = slackMessage(event) as { text: string; blocks: unknown };
    expect(text.replace(/&(amp|lt|gt);/g, "")).not.toMatch(/[&<>]/);
    for (const { type, text, url: address } of objectsIn(blocks)) {
      expect(type).not.toBe("mrkdwn");
      if (type === "link")
        expect([isOurs(text), String(address)]).toEqual([
          true,
          expect.stringMatching(/^https:\/\/(dieppe\.my\.salesforce\.com|wiki\.example)\//),
        ]);
    }
    for (const { type, url: address } of objectsIn(teamsMessage(event))) {
      expect(["TextBlock", "FactSet"]).not.toContain(type);
      if (type === "Action.OpenUrl")
        expect(address).toMatch(/^https:\/\/(dieppe\.my\.salesforce\.com|wiki\.example)\//);
    }
  }
});

it("a message is short enough for each, and no character is cut in two", () => {
  const { text, blocks } = slackMessage(LONG) as { text: string; blocks: unknown };
  const texts = objectsIn(blocks).flatMap(({ text }) => (typeof text === "string" ? text : []));
  for (const one of [text, ...texts]) expect([one.length <= 3_000, one.isWellFormed()]).toEqual([true, true]);
  expect(JSON.stringify(teamsMessage(LONG)).length).toBeLessThan(28_000);
});

describe("mail", () => {
  let mailServer: NetServer;
  let said: string[];
  let refusing: RegExp | null;
  let env: NodeJS.ProcessEnv;
  beforeEach(async () => {
    said = [];
    refusing = null;
    mailServer = createNetServer((socket) => {
      let isData = false;
      const say = (line: string) => socket.write(`${line}\r\n`);
      say("220 localhost");
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        for (const line of chunk.split("\r\n").slice(0, -1)) {
          said.push(line);
          if (isData && line !== ".") continue;
          if (refusing?.test(line)) say("550 no such mailbox hunter2");
          else if (line === "DATA") say("354 go on");
          else say("250 ok");
          isData = line === "DATA";
          if (line === "QUIT") socket.end();
        }
      });
      socket.on("error", () => undefined);
    }).listen(0, "127.0.0.1");
    await once(mailServer, "listening");
    const { port } = mailServer.address() as AddressInfo;
    env = {
      SANCTIONED_SMTP_URL: `smtp://127.0.0.1:${port}`,
      SANCTIONED_EMAIL_FROM: "sanctioned@dieppe.example",
      SANCTIONED_EMAIL_TO: "security@dieppe.example",
    };
  });
  afterEach(() => void mailServer.close());
  const recipients = () => said.flatMap((line) => /^RCPT TO:<(.*)>/.exec(line)?.[1] ?? []);

  it("goes to fixed addresses, as plain text with one subject whatever the names are", async () => {
    await email(env).send(EVENT, never);
    expect(recipients()).toEqual(["security@dieppe.example"]);
    const head = said.slice(said.indexOf("DATA") + 1, said.indexOf("", said.indexOf("DATA")));
    expect(head.filter((line) => /^(Bcc|To|Cc):/i.test(line))).toEqual(["To: security@dieppe.example"]);
    expect(said.join("\n")).toContain("Content-Type: text/plain");
    expect(head).toContain(`Message-ID: <${EVENT.id}@sanctioned.invalid>`);
  });

  it.each<[rule: string, owner: string | null, told: string[]]>([
    [
      "an owner of a domain that is named is told",
      "crm@dieppe.example",
      ["security@dieppe.example", "crm@dieppe.example"],
    ],
    ["one of another domain is not", "crm@evil.example", ["security@dieppe.example"]],
    ["nor of one that ends likewise", "crm@notdieppe.example", ["security@dieppe.example"]],
    ["nor what is no address", "CRM team <crm@dieppe.example>", ["security@dieppe.example"]],
    ["nor two in one", "a@evil.example,b@dieppe.example", ["security@dieppe.example"]],
    [
      "nor one that a server may pass on elsewhere",
      "crm%evil.example@dieppe.example",
      ["security@dieppe.example"],
    ],
    ["nor by its older form", "evil.example!crm@dieppe.example", ["security@dieppe.example"]],
    ["nor of a domain below another", "crm@dieppe.example.evil.example", ["security@dieppe.example"]],
    ["nor of one whose letters only look so", "crm@diepp\u0435.example", ["security@dieppe.example"]],
    ["nobody twice", "Security@dieppe.example", ["security@dieppe.example"]],
  ])("%s", async (_, owner, told) => {
    await email({ ...env, SANCTIONED_EMAIL_OWNERS: "dieppe.example" }).send({ ...EVENT, owner }, never);
    expect(recipients()).toEqual(told);
  });

  it("for owners alone is sent where there is one, and else settled without", async () => {
    const { SANCTIONED_EMAIL_TO: _, ...rest } = env;
    const owners = email({ ...rest, SANCTIONED_EMAIL_OWNERS: "dieppe.example" });
    await owners.send({ ...EVENT, owner: null }, never);
    expect(said).toEqual([]);
    await owners.send(EVENT, never);
    expect(recipients()).toEqual(["it@dieppe.example"]);
  });

  it("a mailbox that is not there is not tried again, a server that is away is; nothing that it said is repeated", async () => {
    refusing = /^RCPT/;
    const refused = await email(env)
      .send(EVENT, never)
      .catch((error: Error) => error);
    expect(refused).toBeInstanceOf(RefusedError);
    expect(String((refused as Error).stack)).not.toContain("hunter2");
    mailServer.close();
    await once(mailServer, "close");
    await expect(email(env).send(EVENT, never)).rejects.toMatchObject({
      name: "LaterError",
      message: expect.stringMatching(/^127\.0\.0\.1 does not take the mail \(E[A-Z]+\)\./),
    });
  });

  it("is never sent in the clear to another machine: without STARTTLS it is not sent", async () => {
    const { port } = mailServer.address() as AddressInfo;
    await expect(
      email({ ...env, SANCTIONED_SMTP_URL: `smtp://user:hunter2@localhost.localdomain:${port}` }).send(
        EVENT,
        AbortSignal.timeout(5_000),
      ),
    ).rejects.toMatchObject({ name: "LaterError" });
    expect(said.join("\n")).not.toMatch(/^(AUTH|MAIL|RCPT)/m);
  });

  it.each<[mistake: string, changed: NodeJS.ProcessEnv, message: RegExp]>([
    ["no server", { SANCTIONED_SMTP_URL: "" }, /^SANCTIONED_SMTP_URL is not set/],
    [
      "a server of another kind",
      { SANCTIONED_SMTP_URL: "https://u:hunter2@smtp.example" },
      /^SANCTIONED_SMTP_URL is not the address/,
    ],
    [
      "more than a server",
      { SANCTIONED_SMTP_URL: "smtp://u:hunter2@smtp.example/x?y" },
      /^SANCTIONED_SMTP_URL is not the address/,
    ],
    [
      "a password that is not encoded",
      { SANCTIONED_SMTP_URL: "smtp://u:hunter2%zz@smtp.example" },
      /^SANCTIONED_SMTP_URL is not the address/,
    ],
    ["nobody who writes", { SANCTIONED_EMAIL_FROM: "" }, /^SANCTIONED_EMAIL_FROM is not set/],
    [
      "a name beside an address",
      { SANCTIONED_EMAIL_TO: "A <a@b.example>" },
      /^SANCTIONED_EMAIL_TO is not a list/,
    ],
    [
      "a domain that is an address",
      { SANCTIONED_EMAIL_OWNERS: "a@b.example" },
      /^SANCTIONED_EMAIL_OWNERS is not a list/,
    ],
    ["nobody to write to", { SANCTIONED_EMAIL_TO: "" }, /^The sink email has nobody/],
  ])("%s is one clear error that quotes nothing", (_, changed, message) => {
    const make = () => email({ ...env, ...changed });
    expect(make).toThrow(message);
    expect(make).not.toThrow("hunter2");
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
    const secrets = ["SF_ACCESS_TOKEN", "SANCTIONED_WEBHOOK_SECRET", "PULUMI_ACCESS_TOKEN", "GITHUB_TOKEN"];
    const env = Object.fromEntries([...secrets, "ACME_KEY"].map((name) => [name, "s3cret"]));
    const credentials = new Set<string>();
    const sink = command(
      script("cat > got; echo $# > arguments; env > env"),
      { ...env, PATH: process.env.PATH, PAGER_KEY: "its own" },
      credentials,
    );
    // What orgs.yaml names is read later, and can change.
    credentials.add("ACME_KEY");
    await sink.send(EVENT, never);
    const read = (name: string) => readFileSync(path.join(folder, name), "utf8");
    expect(JSON.parse(read("got"))).toEqual(EVENT);
    expect([read("arguments"), read("env").includes("s3cret")]).toEqual(["0\n", false]);
    expect(read("env")).toContain("PAGER_KEY=its own");
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
