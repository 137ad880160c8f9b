import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WatchEvent } from "../../../src/watch/event.ts";

const BIN = path.resolve("bin/sanctioned.js");
const ADA = "ada.weber@dieppe.example";
const SECRET = "s3cret-of-the-webhook";
let org: LocalOrg;
let folder: string;
let hook: Server;
const hooked: string[] = [];

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-watch-cli-"));
  cpSync("policy", path.join(folder, "policy"), { recursive: true });
  hooked.length = 0;
  hook = createServer((request, response) => {
    request.on("data", (chunk: Buffer) => hooked.push(chunk.toString()));
    request.on("end", () => response.end("ok"));
  });
  await new Promise<void>((resolve) => hook.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  await org.close();
  hook.close();
  rmSync(folder, { recursive: true });
});

/** A `sanctioned watch` of its own process. */
const watch = (...args: string[]) => watchWith({}, ...args);

function watchWith(more: Record<string, string>, ...args: string[]) {
  const { port } = hook.address() as AddressInfo;
  const child = spawn(process.execPath, [BIN, "watch", ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: path.join(tmpdir(), "no-such-home"),
      SF_ORG_INSTANCE_URL: org.url,
      SF_ACCESS_TOKEN: org.accessToken,
      SANCTIONED_WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
      SANCTIONED_WEBHOOK_SECRET: SECRET,
      ...more,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const seen = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      seen[name] += text;
    });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    seen,
    ended,
    events: () =>
      seen.stdout
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as WatchEvent),
    kill: () => child.kill("SIGKILL"),
    stop: async () => {
      child.kill("SIGTERM");
      return await ended;
    },
  };
}
const looked = (count: number) => () =>
  expect(
    org.requests.filter(({ soql }) => soql?.includes("SystemModstamp >=")).length,
  ).toBeGreaterThanOrEqual(count);
const soon = { timeout: 20_000, interval: 100 };
const authorize = (app: string) =>
  org.store.addGrant({
    username: "amir.kowalski@dieppe.example",
    app,
    createdAt: Date.now(),
    lastUsedAt: null,
    useCount: 0,
  });

describe("sanctioned watch", () => {
  it.each([[["--enforce", "leavers"]], [[]]])(
    "with a setting of its runs that is not right says so at once, before it looks: %j",
    async (args) => {
      const { seen, ended } = watchWith({ SANCTIONED_REVOKES_PER_SECOND: "abc" }, ...args);
      expect(await ended).toBe(1);
      expect(seen.stderr).toContain("revokesPerSecond");
      expect(org.requests).toEqual([]);
      expect(existsSync(path.join(folder, ".sanctioned"))).toBe(false);
    },
  );

  it("tells of a new app, and with --enforce leavers takes the tokens of who is deactivated; a restart repeats nothing", async () => {
    const one = watch("--interval", "1s", "--enforce", "leavers", "--to", "stdout", "webhook");
    await eventually(looked(1));
    authorize("Shiny AI Notetaker");
    org.store.changeUser(ADA, { isActive: false });
    await eventually(() =>
      expect(
        one
          .events()
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual(["leavers-revoked", "unlisted-app"]),
    );
    expect(org.store.grants().some((row) => org.store.username(row) === ADA)).toBe(false);
    expect(org.store.grants()).toHaveLength(447); // two of hers are gone, one is new; Bob's eleven others stay
    expect(await one.stop()).toBe(0);
    expect(hooked.map((body) => JSON.parse(body).id).sort()).toEqual(
      one
        .events()
        .map(({ id }) => id)
        .sort(),
    );
    const record = readFileSync(path.join(folder, ".sanctioned/audit-00D000000001942EAA.jsonl"), "utf8");
    expect(record).toContain('"reason":"watch --enforce leavers"');
    expect(record.match(/"status":"revoked"/g)).toHaveLength(2);

    const again = watch("--interval", "1s");
    await eventually(looked(6));
    expect(await again.stop()).toBe(0);
    expect(again.events()).toEqual([]);
    for (const { stdout, stderr } of [one.seen, again.seen])
      for (const secret of [SECRET, org.accessToken, "/hook"]) expect(stdout + stderr).not.toContain(secret);
  });

  it("looks each minute, and twice as often where it takes tokens, so that a minute is enough", async () => {
    for (const [args, seconds] of [
      [[], 60],
      [["--enforce", "leavers"], 30],
    ] as const) {
      const one = watch(...args);
      await eventually(() => expect(one.seen.stderr).toContain(`watching; a look every ${seconds} s\n`));
      expect(await one.stop()).toBe(0);
    }
  });

  it("sinks that hang, or ask to wait for an hour, change nothing for leavers; killed, it goes on at once and delivers then", async () => {
    hook.removeAllListeners("request").on("request", () => undefined);
    let asked = 0;
    const busy = createServer((request, response) => {
      asked++;
      request.resume().on("end", () => response.writeHead(429, { "retry-after": "3600" }).end());
    });
    await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
    const { port } = busy.address() as AddressInfo;
    const slack = { SANCTIONED_SLACK_WEBHOOK: `http://127.0.0.1:${port}/` };
    const args = ["--interval", "1s", "--enforce", "leavers", "--to", "webhook", "slack"];
    const one = watchWith(slack, ...args);
    for (const username of [ADA, "amir.kowalski@dieppe.example"]) {
      await eventually(looked(1));
      org.store.changeUser(username, { isActive: false });
      await eventually(() =>
        expect(org.store.grants().some((row) => org.store.username(row) === username)).toBe(false),
      );
      // It says so once all is verified, and keeps the event with the same breath.
      await eventually(() => expect(one.seen.stderr).toContain(` of ${username} revoked`));
    }
    expect(asked).toBe(1);
    one.kill();
    await one.ended;
    busy.closeAllConnections();
    busy.close();
    hook.removeAllListeners("request").on("request", (request, response) => {
      request.on("data", (chunk: Buffer) => hooked.push(chunk.toString())).on("end", () => response.end());
    });
    const again = watchWith(slack, ...args);
    await eventually(() =>
      expect(hooked.map((body) => JSON.parse(body).kind)).toEqual(["leavers-revoked", "leavers-revoked"]),
    );
    expect(again.seen.stderr).not.toContain("another watch");
    expect(await again.stop()).toBe(0);
    expect(again.seen.stderr).toMatch(
      /slack: .*ECONNREFUSED.* 2 to deliver; they are kept for the next time/,
    );
  });

  it("without --enforce it writes nothing to the org", async () => {
    const one = watch("--interval", "1s");
    await eventually(looked(1));
    org.store.changeUser(ADA, { isActive: false });
    await eventually(() => expect(one.events().map(({ kind }) => kind)).toEqual(["user-deactivated"]));
    await one.stop();
    expect(org.writes).toEqual([]);
    expect(one.events()[0]?.text).toBe(
      `${ADA} (user not active) holds 2 grants of Bob's Lead Scoring Tool, Outlook Plugin`,
    );
  });

  it("a second one is told that the first is there", async () => {
    const one = watch("--interval", "1s");
    await eventually(looked(1));
    const second = watch("--interval", "1s");
    expect(await second.ended).toBe(1);
    expect(second.seen.stderr).toMatch(
      /another watch has \.sanctioned\/watch-00D000000001942EAA\.sqlite open; waiting up to 5 s for it to end\nAnother watch has /,
    );
    await one.stop();
  });

  it("--once looks once and keeps nothing", async () => {
    authorize("Shiny AI Notetaker");
    const one = watch("--once", "--within", "1h", "--detailed-exitcode");
    expect([await one.ended, one.events().map(({ kind }) => kind)]).toEqual([2, ["unlisted-app"]]);
    expect(() => readFileSync(path.join(folder, ".sanctioned"))).toThrow("ENOENT");
    org.setFaults([{ kind: "status", status: 403, errorCode: "INSUFFICIENT_ACCESS", match: "OauthToken" }]);
    const blind = watch("--once");
    expect([await blind.ended, blind.events().map(({ kind }) => kind)]).toEqual([4, ["inconclusive"]]);
  });

  it.each<[mistake: string, args: string[], message: RegExp]>([
    [
      "a command without its program",
      ["--to", "command"],
      /^The sink command has no program\. Name it with --command\. \[command-not-named\]\n$/,
    ],
    ["a sink without its address", ["--to", "slack"], /^SANCTIONED_SLACK_WEBHOOK is not set\. /],
    ["a duration that is none", ["--interval", "5"], /Write a duration as 30s, 15m, 6h or 2d\./],
    ["a policy that is not there", ["--policy", "none.yaml"], /none\.yaml/],
  ])("%s is one clear error", async (_, args, message) => {
    const one = watch(...args);
    expect(await one.ended).toBe(1);
    expect(one.seen.stderr).toMatch(message);
    const lines = one.seen.stderr.trim().split("\n");
    expect(lines.filter((line) => !line.startsWith("The policy has 1 problem. "))).toHaveLength(1);
  });
});

async function eventually(check: () => void): Promise<void> {
  await expect
    .poll(() => {
      try {
        check();
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    }, soon)
    .toBe("");
}
