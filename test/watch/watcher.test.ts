import { readFileSync } from "node:fs";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SettingsError } from "../../src/errors.ts";
import { parsePolicy } from "../../src/policy/load.ts";
import { PolicyError } from "../../src/policy/problem.ts";
import type { Observer } from "../../src/run/observer.ts";
import { openObserver } from "../../src/run/open.ts";
import type { OrgReader } from "../../src/salesforce/reader.ts";
import { conditionKey } from "../../src/watch/condition.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import { forgetful } from "../../src/watch/forgetful.ts";
import type { Memory } from "../../src/watch/store.ts";
import { Watcher, type WatchOptions } from "../../src/watch/watcher.ts";

const FILE = "policy/dieppe-trading.yaml";
const DIEPPE = readFileSync(FILE, "utf8");
const BOBS = "0H4000000000003CAA";
const ADA = "ada.weber@dieppe.example";
const HOUR = 60 * 60 * 1000;
let org: LocalOrg;
let observer: Observer;
let connection: OrgReader;
let policy: string;
let now: number;
let told: WatchEvent[];
const lines: string[] = [];
const clock = { sleep: async () => undefined, random: () => 0.5 };

beforeEach(async () => {
  org = await startLocalOrg({ org: dieppeTrading() });
  const env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  observer = openObserver({ folder: process.cwd(), env, clock });
  connection = await observer.connect();
  policy = DIEPPE;
  now = Date.now();
  told = [];
  lines.length = 0;
});
afterEach(() => org.close());

/** What a store would keep, for as long as a test goes on. */
function remembering(): Memory {
  let keys: Set<string> | null = null;
  const base = forgetful();
  return {
    ...base,
    known: () => keys,
    keep: (news) => {
      base.keep(news);
      if (keys === null && !news.looked) return;
      keys = new Set([...(keys ?? []), ...news.begun].filter((key) => !news.ended.includes(key)));
    },
  };
}

function watcher(more: Partial<WatchOptions> = {}): Watcher {
  const { memory = remembering() } = more;
  return new Watcher({
    observer: () => Promise.resolve(observer),
    org: { id: connection.org.id, name: connection.org.name },
    memory,
    sinks: ["test"],
    onNews: () => {
      for (let next = memory.next("test"); next !== null; next = memory.next("test")) {
        told.push(next.event);
        memory.delivered(next.number);
      }
    },
    readPolicy: () => {
      const parsed = parsePolicy(policy, FILE);
      if ("problems" in parsed) throw new PolicyError(parsed.problems);
      return parsed.policy;
    },
    now: () => now,
    elapsed: () => now,
    fullEveryMs: 6 * HOUR,
    enforce: null,
    window: null,
    alertExisting: false,
    log: (line) => lines.push(line),
    ...more,
  });
}
const kinds = () => told.splice(0).map(({ kind, state }) => `${kind} ${state}`);
const authorize = (app: string, createdAt = Date.now()) =>
  org.store.addGrant({
    username: "amir.kowalski@dieppe.example",
    app,
    createdAt,
    lastUsedAt: null,
    useCount: 0,
  });

describe("round by round", () => {
  it("what is there at the first look is not told of, unless that is asked for", async () => {
    await watcher().round();
    expect(kinds()).toEqual([]);
    await watcher({ alertExisting: true }).round();
    expect(kinds()).toEqual(["unlisted-app begun"]);
  });

  it("what is new is told of once; what ended and begins again is told of again", async () => {
    const one = watcher();
    await one.round();
    authorize("Notetaker");
    await one.round();
    expect(told.map(({ app }) => app?.name)).toEqual(["Notetaker"]);
    expect(kinds()).toEqual(["unlisted-app begun"]);
    await one.round();
    expect(kinds()).toEqual([]);
    for (const { DeleteToken } of org.store.grants().filter(({ AppName }) => AppName === "Notetaker"))
      org.store.revoke(String(DeleteToken));
    now += 11 * 60 * 1000; // a look sees that some are gone, a listing which
    await one.round();
    authorize("Notetaker");
    await one.round();
    expect(kinds()).toEqual(["unlisted-app begun"]);
  });

  it("a clock that is set, back or forward, brings no listing and puts none off, and hides nobody who is deactivated", async () => {
    let elapsed = 0;
    const one = watcher({ elapsed: () => elapsed });
    await one.round();
    for (const jump of [48 * HOUR, -96 * HOUR]) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + jump });
      now += jump;
      const before = connection.calls;
      await one.round();
      expect(connection.calls - before).toBe(3);
      vi.useRealTimers(); // the clock is put right, the org's always was
      now -= jump;
      org.store.changeUser(jump > 0 ? ADA : "amir.kowalski@dieppe.example", { isActive: false });
      await one.round();
      expect(kinds()).toEqual(["user-deactivated begun"]);
    }
    elapsed = 6 * HOUR;
    const before = connection.calls;
    await one.round();
    expect(connection.calls - before).toBeGreaterThan(6);
  });

  it("an exemption that expired by a clock that was wrong has not expired when it is put right", async () => {
    policy = `${DIEPPE}exemptions:\n  - { app: Bob's Lead Scoring Tool, reason: Trial, owner: it@dieppe.example, expires: 2026-12-30 }\n`;
    const one = watcher({ elapsed: () => 0 });
    for (const at of ["2026-11-30T12:00:00Z", "2027-01-30T12:00:00Z", "2026-11-30T12:10:00Z"]) {
      now = Date.parse(at);
      await one.round();
    }
    // What it covered breaks the policy then: twelve grants of an app that is not listed, in one message.
    expect(kinds()).toEqual(["unlisted-app begun", "exemption-expired begun"]);
    now = Date.parse("2027-01-01T00:00:00Z");
    await one.round();
    expect(kinds()).toEqual(["unlisted-app begun", "exemption-expired begun"]);
  });

  it("a user of high privilege who authorizes an app that is new to them", async () => {
    policy = `${DIEPPE}highPrivilege: { profiles: [Sales User, Standard User, Support Agent, Marketing User, System Administrator], action: alert }\n`;
    const one = watcher();
    await one.round();
    expect(kinds()).toEqual([]);
    authorize("Slack", Date.now() - 1000);
    authorize("Notetaker");
    await one.round();
    expect(kinds()).toContain("high-privilege-grant begun");
  });

  it("looks cost three calls each, and the org is listed in full only now and then", async () => {
    const one = watcher();
    await one.round();
    const before = connection.calls;
    for (let i = 0; i < 5; i++) await one.round();
    expect(connection.calls - before).toBe(15);
    now += 6 * HOUR;
    await one.round();
    expect(connection.calls - before).toBeGreaterThan(21);
  });

  it("grants that are gone are followed by a listing, but not in each round", async () => {
    const one = watcher();
    await one.round();
    org.store.revoke(String(org.store.grants()[0]!.DeleteToken));
    const before = connection.calls;
    await one.round();
    expect(connection.calls - before).toBe(3);
    now += 10 * 60 * 1000;
    await one.round();
    expect(connection.calls - before).toBeGreaterThan(6);
  });

  it("an exemption that expires, when it does", async () => {
    now = Date.parse("2026-12-30T23:59:00Z");
    policy = `${DIEPPE}exemptions:\n  - { app: Bob's Lead Scoring Tool, reason: Trial, owner: it@dieppe.example, expires: 2026-12-30 }\n`;
    const one = watcher();
    await one.round();
    expect(kinds()).toEqual([]); // expiring already at the first look
    now += 2 * 60 * 1000;
    await one.round();
    expect(kinds()).toEqual(["unlisted-app begun", "exemption-expired begun"]);
  });
});

it("what an older release remembered of an app is not told of again, and who joins it later is", async () => {
  const memory = remembering();
  const one = watcher({ memory });
  await one.round();
  const known = [...memory.known()!];
  memory.keep({
    begun: [conditionKey("unlisted-app", "name:Bob's Lead Scoring Tool"), conditionKey("unlisted-app", BOBS)],
    ended: known,
    events: [],
    sinks: [],
    looked: true,
  });
  await one.round();
  expect(kinds()).toEqual([]);
  const newcomer = "ada.abbott@dieppe.example";
  org.store.addGrant({
    username: newcomer,
    app: "Bob's Lead Scoring Tool",
    createdAt: Date.now(),
    lastUsedAt: null,
    useCount: 0,
  });
  await one.round();
  expect(told.map(({ user }) => user?.username)).toEqual([newcomer]);
});

describe("when nobody can see", () => {
  it("an inconclusive list is told of at once, and when that is over; nothing is taken for ended meanwhile", async () => {
    const one = watcher({ alertExisting: true });
    await one.round();
    kinds();
    org.setFaults([{ kind: "status", status: 500, match: "OauthToken" }]);
    now += 6 * HOUR;
    const { isConclusive } = await one.round();
    expect([isConclusive, kinds()]).toEqual([false, ["inconclusive begun"]]);
    org.setFaults([]);
    await one.round();
    expect(kinds()).toEqual(["inconclusive ended"]);
  });

  it("a policy that is wrong is told of, until it is right again", async () => {
    const one = watcher();
    await one.round();
    policy = "version: 1\napps: [";
    await one.round();
    expect(told[0]?.text).toContain(FILE);
    expect(kinds()).toEqual(["policy-invalid begun"]);
    await one.round();
    policy = DIEPPE;
    await one.round();
    expect(kinds()).toEqual(["policy-invalid ended"]);
  });

  it("a setting that is not right is thrown, not taken for a blind round", async () => {
    const one = watcher({
      readPolicy: () => {
        throw new SettingsError({ code: "key-not-valid", text: "SANCTIONED_KEY is not valid.", remedy: "" });
      },
    });
    await expect(one.round()).rejects.toThrow(SettingsError);
    expect([kinds(), lines]).toEqual([[], []]);
  });

  it("an org that is away for a moment is not, for longer it is", async () => {
    const one = watcher();
    await one.round();
    await org.close();
    for (const expected of [[], [], ["inconclusive begun"], []]) {
      await one.round();
      expect(kinds()).toEqual(expected);
    }
    expect(lines).toHaveLength(4);
    org = await startLocalOrg({ org: dieppeTrading() });
  });
});

describe("a single look that remembers nothing", () => {
  it("tells of what began within its window", async () => {
    authorize("Notetaker", Date.now() - 20 * 60 * 1000);
    const within = (minutes: number) => watcher({ memory: forgetful(), window: now - minutes * 60 * 1000 });
    expect(await within(30).round()).toEqual({ fired: 1, isConclusive: true, fault: null });
    expect(await within(10).round()).toEqual({ fired: 0, isConclusive: true, fault: null });
  });
});

describe("leavers", () => {
  it("are handed over from a list that is proven, once, and nothing else is", async () => {
    const planned: string[][] = [];
    const one = watcher({
      enforce: async ({ inventory }, plan) => {
        expect(inventory.proof.read).toBe(org.store.grants().length);
        planned.push(plan.revocations.map(({ user, app }) => `${user.username} ${app.name}`));
        for (const { DeleteToken } of org.store.grants().filter((row) => org.store.username(row) === ADA))
          org.store.revoke(String(DeleteToken));
        return {
          revoked: 2,
          settled: plan.revocations.flatMap(({ grants }) => grants),
          open: [],
        };
      },
    });
    await one.round();
    expect(planned).toEqual([]);
    org.store.changeUser(ADA, { isActive: false });
    await one.round();
    expect(planned).toEqual([[`${ADA} Bob's Lead Scoring Tool`, `${ADA} Outlook Plugin`]]);
    expect(told.map(({ text }) => text)).toEqual([
      `2 of 2 grants of ${ADA} revoked (Bob's Lead Scoring Tool, Outlook Plugin)`,
    ]);
    expect(kinds()).toEqual(["leavers-revoked begun"]);
    await one.round();
    expect([planned.length, kinds()]).toEqual([1, []]);
  });

  it("that a limit keeps are told of once, and left alone", async () => {
    policy = `${DIEPPE}limits: { revocations: 1 }\n`;
    const one = watcher({ enforce: async () => expect.fail("a limit refuses it") });
    await one.round();
    org.store.changeUser(ADA, { isActive: false });
    await one.round();
    expect(kinds().sort()).toEqual(["leavers-refused begun", "user-deactivated begun"]);
    const before = connection.calls;
    await one.round();
    expect(kinds()).toEqual([]);
    expect(connection.calls - before).toBe(3); // the org is not listed in full as long as nothing changes
    policy = DIEPPE;
    await expect(one.round()).rejects.toThrow("a limit refuses it");
  });

  it("that cannot be revoked are tried again at once, then later and later, and others who leave at once", async () => {
    const tried: number[] = [];
    const begun = now;
    const one = watcher({
      enforce: async (_, plan) => {
        tried.push(Math.round((now - begun) / 60_000));
        return { revoked: 0, settled: [], open: plan.revocations.map(({ userLabel }) => userLabel) };
      },
    });
    await one.round();
    org.store.changeUser(ADA, { isActive: false });
    for (let minute = 1; minute <= 20; minute++) {
      now = begun + minute * 60_000;
      if (minute === 14) org.store.changeUser("amir.kowalski@dieppe.example", { isActive: false });
      await one.round();
    }
    expect(tried).toEqual([1, 2, 3, 5, 9, 14, 15, 16, 18]);
  });

  it("are told once, and left alone, where the watch was asked to stop revoking", async () => {
    const one = watcher({
      enforce: async () => expect.fail("a watch that was stopped revokes nobody"),
      halted: () => "ops@host asked it to stop",
    });
    await one.round();
    org.store.changeUser(ADA, { isActive: false });
    await one.round();
    expect(kinds().sort()).toEqual(["leavers-refused begun", "user-deactivated begun"]);
    await one.round();
    expect(kinds()).toEqual([]);
  });

  it("are left alone where the list is not proven complete", async () => {
    const one = watcher({ enforce: async () => expect.fail("an inconclusive list revokes nobody") });
    await one.round();
    org.store.changeUser(ADA, { isActive: false });
    org.setFaults([{ kind: "status", status: 503, match: "ORDER BY CreatedDate ASC" }]);
    await one.round();
    expect(kinds()).toEqual(["inconclusive begun"]);
  });
});
