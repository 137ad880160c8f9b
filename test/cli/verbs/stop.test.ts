import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { BOBS_TOOL, dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { sanctioned } from "../run.ts";

const REVOKE = ["revoke", "--app", BOBS_TOOL.name, "--reason", "Left (HR-81)", "--yes"];
let org: LocalOrg;
let folder: string;
let env: Record<string, string>;
let record: string;

beforeEach(async () => {
  org = await startLocalOrg({
    org: dieppeTrading(),
    faults: [{ kind: "latency", match: "/revoke", ms: 300 }],
  });
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-stop-"));
  record = path.join(folder, "audit.jsonl");
  env = {
    SF_ORG_INSTANCE_URL: org.url,
    SF_ACCESS_TOKEN: org.accessToken,
    SANCTIONED_AUDIT_FILE: record,
    SANCTIONED_REVOKE_CONCURRENCY: "1",
  };
});
afterEach(async () => {
  await org.close();
  rmSync(folder, { recursive: true });
});

const calls = () => org.requests.filter(({ path: at }) => at === "/services/oauth2/revoke").length;
const seen = async (count: number) => {
  while (calls() < count) await wait(10);
};
const lastLine = () => JSON.parse(readFileSync(record, "utf8").trimEnd().split("\n").at(-1)!);

it("a revocation by hand stops between two calls when it is asked to, says what was not tried, and the next goes on", async () => {
  const running = sanctioned(REVOKE, env);
  await seen(3);
  const asked = await sanctioned(["stop", "--record", record, "--reason", "Wrong app", "--wait"]);
  const done = calls();
  expect([asked.code, asked.stdout]).toEqual([
    0,
    expect.stringMatching(/^Asked to stop, by .*audit\.jsonl\.stop\..*\nNo run is under way any more\.\n$/),
  ]);
  expect(statSync(`${record}.stop`).mode & 0o777).toBe(0o600);
  const { code, stdout, stderr } = await running;
  expect([code, calls(), done < 12]).toEqual([1, done, true]);
  expect(stdout).toContain(`${done} revoked, ${12 - done} not tried.`);
  expect(stderr).toMatch(
    /It stopped before its end, since \S+@\S+ asked it to stop \(Wrong app\)\. .*\[revocation-stopped\]/,
  );
  expect(lastLine()).toMatchObject({
    event: "run-end",
    outcomes: { revoked: done, "not tried": 12 - done },
    stopped: expect.stringMatching(/asked it to stop \(Wrong app\)$/),
  });

  expect((await sanctioned(REVOKE, env)).code).toBe(0);
  expect(calls()).toBe(12);
});

it("Ctrl-C stops it likewise, with an end on record", async () => {
  const child = spawn(process.execPath, ["bin/sanctioned.js", ...REVOKE], {
    env: { ...env, PATH: process.env.PATH, HOME: folder },
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  await seen(3);
  child.kill("SIGINT");
  expect(await ended).toBe(1);
  const done = calls();
  expect(lastLine()).toMatchObject({
    event: "run-end",
    outcomes: { revoked: done, "not tried": 12 - done },
    stopped: "it was told to end (SIGINT)",
  });
});
