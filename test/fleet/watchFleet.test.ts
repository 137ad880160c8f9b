import { readFileSync } from "node:fs";
import { ANN } from "salesforce-local-org/orgs";
import { expect, it, onTestFinished, vi } from "vitest";
import { FleetWatch, type WatchFleetOptions } from "../../src/fleet/watchFleet.ts";
import { openObserver, openRevoker } from "../../src/run/open.ts";
import type { WatchEvent } from "../../src/watch/event.ts";
import { openStore } from "../../src/watch/store.ts";
import { type FleetFolder, type FolderOrg, fleetFolder } from "./fleetFolder.ts";

const REPORT = "version: 1\nunlisted: report\nlimits: { percent: 100 }\napps: []\n";
const soon = { timeout: 10_000, interval: 20 };

/** A fleet that is watched until the test has finished, and what it told. */
async function watched(orgs: readonly FolderOrg[], more: Partial<WatchFleetOptions> = {}) {
  const made = await fleetFolder(orgs);
  const told: WatchEvent[] = [];
  const lines: string[] = [];
  const end = new AbortController();
  const read = async () => made.select().orgs;
  const fleet: FleetWatch = new FleetWatch(await read(), {
    readOrgs: read,
    surroundings: () => made.surroundings(),
    open: (surroundings) => ({ observer: openObserver(surroundings), revoking: null }),
    enforces: false,
    runbook: null,
    memoryOf: (id) => openStore(`${made.folder}/state/${id}.sqlite`, id, { waitMs: 0 }),
    sinks: ["test"],
    onNews: () => {
      for (let next = fleet.outbox.next("test"); next !== null; next = fleet.outbox.next("test")) {
        told.push(next.event);
        fleet.outbox.delivered(next.number);
      }
    },
    now: Date.now,
    log: (line) => lines.push(line),
    fullEveryMs: 3_600_000,
    window: null,
    alertExisting: false,
    intervalMs: 50,
    orgsAtOnce: 1,
    patienceMs: 50,
    lastLooksMs: 100,
    ...more,
  });
  const ended = fleet.watch(end.signal);
  const stop = async () => {
    end.abort();
    const isWhole = await ended;
    await fleet.close();
    return isWhole;
  };
  onTestFinished(async () => {
    if (!end.signal.aborted) await stop();
    await made.close();
  });
  return { made, told, lines, stop };
}

function looksAt(made: FleetFolder, name: string): number {
  return made.orgs.get(name)!.requests.filter(({ soql }) => soql?.includes("SystemModstamp >=")).length;
}

const kinds = (told: readonly WatchEvent[]) =>
  told.map(({ kind, state, org }) => `${org?.name ?? "fleet"} ${kind} ${state}`);

it("an org that hangs, one without a login and one that cannot be judged hold up nobody, and are told of by name", async () => {
  const { made, told, stop } = await watched([
    { name: "hangs", options: { faults: [{ kind: "latency", ms: 60_000 }] } },
    { name: "hangs-too", options: { faults: [{ kind: "latency", ms: 60_000 }] } },
    { name: "locked-out" },
    { name: "hidden", options: { faults: [{ kind: "status", match: "COUNT()", status: 400 }] } },
    { name: "works", policy: REPORT },
  ]);
  delete made.env.LOCKED_OUT_TOKEN;
  made.orgs.get("locked-out")!.setFaults([{ kind: "status", status: 401 }]);
  await vi.waitFor(() => expect(looksAt(made, "works")).toBeGreaterThan(2), soon);
  await vi.waitFor(
    () =>
      expect(new Set(kinds(told))).toEqual(
        new Set(["hidden inconclusive begun", "locked-out inconclusive begun"]),
      ),
    soon,
  );
  const seen = looksAt(made, "works");
  await vi.waitFor(() => expect(looksAt(made, "works")).toBeGreaterThan(seen + 2), soon);
  expect(await stop()).toBe(false); // what hangs is waited for no longer
});

it("the orgs and their policies are read anew: one joins, one ends, and what is broken is said and leaves all as it was", async () => {
  const { made, told, lines } = await watched([
    { name: "one", policy: REPORT },
    { name: "two", policy: REPORT },
  ]);
  const file = readFileSync(`${made.folder}/orgs.yaml`, "utf8");
  const [head, one, two] = file.split(/^(?= {2}- name)/m);
  await vi.waitFor(() => expect(looksAt(made, "two")).toBeGreaterThan(0), soon);

  made.write("policy/one.yaml", "version: 1\nunlisted: repor\napps: []\n");
  await vi.waitFor(() => expect(kinds(told)).toEqual(["one policy-invalid begun"]), soon);
  const during = looksAt(made, "two");
  await vi.waitFor(() => expect(looksAt(made, "two")).toBeGreaterThan(during), soon);
  made.write("policy/one.yaml", REPORT);
  await vi.waitFor(() => expect(kinds(told)).toContain("one policy-invalid ended"), soon);

  made.write("orgs.yaml", "version: 1\norgs: [");
  await vi.waitFor(() => expect(kinds(told)).toContain("fleet policy-invalid begun"), soon);
  expect(lines.at(-1)).toContain("the orgs of before are watched");
  const broken = looksAt(made, "one");
  await vi.waitFor(() => expect(looksAt(made, "one")).toBeGreaterThan(broken), soon);

  made.write("orgs.yaml", `${head}${one}`);
  await vi.waitFor(() => expect(lines).toContain("two: is watched no longer"), soon);
  await vi.waitFor(() => expect(kinds(told)).toContain("fleet policy-invalid ended"), soon);
  const gone = looksAt(made, "two");
  const goesOn = looksAt(made, "one");
  await vi.waitFor(() => expect(looksAt(made, "one")).toBeGreaterThan(goesOn + 2), soon);
  expect(looksAt(made, "two")).toBeLessThanOrEqual(gone + 1);

  made.write("orgs.yaml", `${head}${one}${two}`);
  await vi.waitFor(() => expect(looksAt(made, "two")).toBeGreaterThan(gone + 1), soon);
  expect(kinds(told)).toHaveLength(4);
  const second = openStore(`${made.folder}/state/fleet.sqlite`, "fleet", { waitMs: 0 });
  await expect(second).rejects.toThrow("Another watch has");
});

it("leavers lose their grants in each org alone, on a record of its own, and what is told names the org", async () => {
  const { made, told, stop } = await watched(
    [
      { name: "left", policy: REPORT },
      { name: "stays", policy: REPORT },
    ],
    {
      enforces: true,
      open: (surroundings) => {
        const revoker = openRevoker(surroundings);
        return {
          observer: revoker,
          revoking: {
            revoke: async (evaluation, plan) => {
              const { outcomes } = await revoker.revoke(plan, evaluation, { purpose: "leavers" });
              return { revoked: outcomes.length, settled: [], open: [] };
            },
            heedStop: (id) => revoker.heedStop(id),
            refuse: (policy) => revoker.refuseUnsigned(policy, "leavers", null),
            stop: (reason) => revoker.stop.ask(reason),
          },
        };
      },
    },
  );
  await vi.waitFor(() => expect(looksAt(made, "left")).toBeGreaterThan(0), soon);
  const { store } = made.orgs.get("left")!;
  const before = made.orgs.get("stays")!.store.grants().length;
  store.changeUser(ANN, { isActive: false });
  await vi.waitFor(() => expect(kinds(told)).toContain("left leavers-revoked begun"), soon);
  expect(store.grants().some((row) => store.username(row) === ANN)).toBe(false);
  expect(made.orgs.get("stays")!.store.grants()).toHaveLength(before);
  expect(await stop()).toBe(true);
  const record = readFileSync(`${made.folder}/.sanctioned/audit-${made.ids.get("left")}.jsonl`, "utf8");
  expect(record).toContain('"status":"revoked"');
  expect(kinds(told).every((line) => line.startsWith("left "))).toBe(true);
});
