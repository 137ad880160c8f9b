import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditLine } from "../../src/audit/line.ts";
import { verifyRecord } from "../../src/audit/verifyRecord.ts";
import { digestOf } from "../../src/plan/digest.ts";
import { revocationMap } from "../../src/plan/plan.ts";
import { revokeOnRecord } from "../../src/run/revokeOnRecord.ts";
import { Stop } from "../../src/stop.ts";
import { orgOf } from "../apply/orgs.ts";
import { type Stage, stage } from "../apply/stage.ts";

let on: Stage;
let folder: string;
let auditFile: string;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-run-"));
  auditFile = path.join(folder, "deep", "audit.jsonl");
  on = await stage(orgOf(3));
});
afterEach(async () => {
  await on.close();
  rmSync(folder, { recursive: true });
});

const text = () => readFileSync(auditFile, "utf8");
const lines = () =>
  text()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as AuditLine);
const run = (more: Partial<Parameters<typeof revokeOnRecord>[2]> = {}) =>
  revokeOnRecord(on.connection, on.revocations, {
    apps: on.inventory.apps,
    policy: { file: "p.yaml", digest: "d" },
    reason: "SEC-7",
    raisedLimits: { revocations: 9 },
    approval: { kind: "preview", at: "2026-11-26T08:00:00.000Z", digest: "e" },
    auditFile,
    concurrency: 2,
    perSecond: 100,
    sessions: "report",
    env: { GITHUB_RUN_ID: "7", SF_ACCESS_TOKEN: "secret" },
    stop: new Stop(),
    onProgress: () => {},
    ...more,
  });

describe("the record of a run", () => {
  it("begins with who, why, in which CI run, by which policy and limits, and for how many grants", async () => {
    await run();
    const { org, caller } = on.connection;
    expect(lines()[0]).toMatchObject({
      event: "run-start",
      seq: 1,
      org: { id: org.id, name: org.name },
      actor: { userId: caller.userId, username: caller.username, ci: { GITHUB_RUN_ID: "7" } },
      policy: { file: "p.yaml", digest: "d" },
      plan: digestOf(revocationMap({ revocations: on.revocations })),
      revocations: 3,
      reason: "SEC-7",
      raisedLimits: { revocations: 9 },
      approval: { kind: "preview", at: "2026-11-26T08:00:00.000Z", digest: "e" },
    });
    expect(text()).not.toContain("secret");
  });

  it("says so where there was no reason, no raised limit, no approval and no CI run", async () => {
    await run({ reason: null, raisedLimits: null, approval: null, env: {} });
    expect(lines()[0]).toMatchObject({
      reason: null,
      raisedLimits: null,
      approval: null,
      actor: { ci: null },
    });
  });

  it("ends with the outcomes, and the run names its file and its last hash", async () => {
    const { outcomes, audit } = await run();
    expect(outcomes.map(({ status }) => status)).toEqual(["revoked", "revoked", "revoked"]);
    expect(lines().at(-1)).toMatchObject({ event: "run-end", outcomes: { revoked: 3 } });
    expect(audit.file).toBe(auditFile);
    expect(verifyRecord(text(), [audit.head])).toMatchObject({
      runs: 1,
      unfinished: 0,
      unanswered: 0,
      problems: [],
      head: audit.head,
    });
  });

  it("has an end too where the tokens could not be read, and lets the next run write", async () => {
    on.org.setFaults([{ kind: "redirect", match: "DeleteToken" }]);
    await expect(run()).rejects.toThrow("redirect");
    expect(lines().map(({ event }) => event)).toEqual(["run-start", "run-end"]);
    expect(lines().at(-1)).toMatchObject({ outcomes: {}, stopped: expect.stringContaining("redirect") });
    on.org.setFaults([]);
    expect((await run()).outcomes).toHaveLength(3);
    expect(verifyRecord(text(), []).problems).toEqual([]);
  });

  it("is opened before anything is revoked: where it cannot be, nothing is", async () => {
    await expect(run({ auditFile: path.join("/dev/null", "x.jsonl") })).rejects.toThrow("cannot be written");
    expect(on.posts()).toEqual([]);
    expect(existsSync(auditFile)).toBe(false);
  });

  it("says where it found the hash that the run before is known to have ended with", async () => {
    const known = "f".repeat(64);
    const first = await run({ previousHead: known });
    const again = await run({ previousHead: first.audit.head });
    const later = await run({ previousHead: first.audit.head });
    const told = [first, again, later].map(({ audit }) => audit.before);
    expect(told.map((before) => before?.found)).toEqual(["not there", "last", "earlier"]);
    expect(lines().flatMap((line) => (line.event === "run-start" ? [line.before] : []))).toEqual(told);
    expect((await run()).audit.before).toBeNull();
  });

  it("that was removed in mid-run stops it before the next call, and the outcomes are told without it", async () => {
    const { outcomes, stopped, audit } = await run({
      onProgress: ({ done }) => {
        if (done === 1) rmSync(auditFile);
      },
    });
    expect(on.posts()).toHaveLength(1);
    const why = expect.stringContaining("was removed or moved while the run was under way");
    expect(outcomes.map(({ status }) => status)).toEqual(["revoked", "not tried", "not tried"]);
    expect([stopped, audit.missing, outcomes[1]!.reason]).toEqual([why, why, why]);
    expect(existsSync(auditFile)).toBe(false);
  });

  it("that was removed when calls were announced already stops those, too", async () => {
    const announced = () => (existsSync(auditFile) ? text().match(/"event":"revoking"/g) : null)?.length ?? 0;
    const ended = run({ concurrency: 3, perSecond: 1 });
    while (announced() < 3) await wait(5);
    rmSync(auditFile);
    const posts = on.posts().length;
    expect((await ended).outcomes.filter(({ status }) => status === "not tried").length).toBeGreaterThan(0);
    expect(on.posts()).toHaveLength(posts);
  });
});
