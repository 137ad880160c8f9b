import { appendFileSync, cpSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { processesOf, tellsProcesses } from "../../scripts/chaos/processes.ts";
import { readRecord } from "../../src/cli/recordFile.ts";
import { fleetFolder } from "../fleet/fleetFolder.ts";
import { PulumiProject } from "./pulumiRun.ts";

const MARK = "SANCTIONED_TEST_OF_FLEET_UP";
/** Holds each call for so long that something can be done to the update meanwhile. */
const SLOW = [{ kind: "latency", match: "/services/oauth2/revoke", ms: 700 }] as const;
const REFUSED = [{ kind: "status", match: "/services/oauth2/revoke", status: 500 }] as const;

it.runIf(tellsProcesses)(
  "sanctioned fleet up updates wave by wave: what fails, is killed or is told to end begins nothing else, and the same command goes on from there",
  async () => {
    const fleet = await fleetFolder(
      [
        { name: "canary", entry: ["stack: canary", "wave: 0"], options: { faults: REFUSED } },
        { name: "one", entry: ["stack: one"] },
        { name: "two", entry: ["stack: two"] },
        { name: "late", entry: ["stack: late", "wave: 2"] },
      ],
      ["limits: { percent: 100 }", "history: history.jsonl"],
    );
    onTestFinished(() => fleet.close());
    const mark = `${process.pid} ${performance.now()}`;
    // The environment's own login is another org's: no update may take it.
    const project = await PulumiProject.create({
      ...fleet.env,
      SF_ACCESS_TOKEN: "00Dnobody!token",
      SF_ORG_INSTANCE_URL: "http://127.0.0.1:9",
      SANCTIONED_REVOKE_CONCURRENCY: "1",
      [MARK]: mark,
    });
    onTestFinished(async () => {
      for (const { pid } of processesOf(MARK, mark)) process.kill(pid, "SIGKILL");
      await project.remove();
    });
    for (const part of ["orgs.yaml", "policy"])
      cpSync(path.join(fleet.folder, part), path.join(project.folder, part), { recursive: true });
    const names = [...fleet.orgs.keys()];
    await Promise.all(
      names.map(async (name) => {
        expect((await project.run("stack", "init", name, "--no-select")).code).toBe(0);
        const config = path.join(project.folder, `Pulumi.${name}.yaml`);
        appendFileSync(config, `config:\n  sanctioned:policy: policy/${name}.yaml\n`);
      }),
    );
    const held = () => names.map((name) => fleet.orgs.get(name)!.store.grants().length);
    const calls = (name: string) =>
      fleet.orgs.get(name)!.requests.filter(({ path: at }) => at === "/services/oauth2/revoke").length;

    /** Begins an update, and waits until the slow org is called that often. */
    const begunUntil = async (expected: number, ...only: string[]) => {
      const update = project.startCli("fleet", "up", "--plans", "plans", "--yes", ...only);
      while (calls("one") < expected) await wait(20);
      return update;
    };
    const verifyRecords = (of: readonly string[]) => {
      for (const name of of) {
        const file = path.join(project.folder, `.sanctioned/audit-${fleet.ids.get(name)}.jsonl`);
        expect(existsSync(file)).toBe(true);
        expect(readRecord(file, {}).verification).toMatchObject({
          problems: [],
          unanswered: 0,
          unfinished: 0,
        });
      }
    };

    const failed = await project.cli("fleet", "up", "--out", "plans", "--yes");
    expect(failed.output).toMatch(/canary: FAILED, 0 revoked of 4 planned.*\n/);
    expect(failed.output).toContain("one: not begun: canary failed\ntwo: not begun: canary failed\n");
    expect([failed.code, calls("one"), calls("two"), held()]).toEqual([1, 0, 0, [4, 4, 4, 4]]);

    const early = await project.cli(
      "fleet",
      "up",
      "--plans",
      "plans",
      "--wave",
      "2",
      "--only",
      "late",
      "--yes",
    );
    expect(early.output).toContain("canary (wave 0), one (wave 1), two (wave 1)");
    expect([early.code, calls("late")]).toEqual([1, 0]);

    fleet.orgs.get("canary")!.setFaults([]);
    fleet.orgs.get("one")!.setFaults(SLOW);
    const withKill = await begunUntil(1);
    const { url } = fleet.orgs.get("one")!;
    const engine = processesOf("SF_ORG_INSTANCE_URL", url).find(({ role }) => role === "engine")!;
    process.kill(engine.pid, "SIGKILL");
    const killed = await withKill.ended;
    expect(killed.output).toContain("canary: 4 revoked of 4 planned\n");
    expect(killed.output).toContain("two: 4 revoked of 4 planned\n");
    expect(killed.output).toContain("late: not begun: one failed\n");
    expect(killed.output).toMatch(
      /one: FAILED, 1 revoked of 4 planned, 3 not tried: .*SIGKILL.*`npx pulumi cancel --stack one`, then the same command/,
    );
    expect([killed.code, held()]).toEqual([1, [0, 3, 0, 4]]);
    verifyRecords(["canary", "one", "two"]);

    const locked = await project.cli(
      "fleet",
      "up",
      "--plans",
      "plans",
      "--wave",
      "1",
      "--yes",
      "--only",
      "one",
    );
    expect(locked.output).toMatch(/one: FAILED.*currently locked.*`npx pulumi cancel --stack one`/);
    expect([locked.code, held()]).toEqual([1, [0, 3, 0, 4]]);
    expect((await project.run("cancel", "--stack", "one", "--yes")).code).toBe(0);

    const toBeEnded = await begunUntil(2, "--only", "one", "late");
    process.kill(toBeEnded.pid, "SIGTERM");
    const ended = await toBeEnded.ended;
    expect(ended.output).toMatch(
      /one: FAILED, 1 revoked of 4 planned, 2 not tried: It was told to end: .*told to stop.*The same command again.*`npx pulumi cancel --stack one`/,
    );
    expect(ended.output).toContain("late: not begun: it was told to end (SIGTERM)\n");
    expect([ended.code, held()]).toEqual([1, [0, 2, 0, 4]]);
    await expect.poll(() => processesOf(MARK, mark)).toEqual([]);

    fleet.orgs.get("one")!.setFaults([]);
    const done = await project.cli("fleet", "up", "--plans", "plans", "--yes");
    expect(done.output).toContain("one: 2 revoked of 4 planned\n");
    expect(done.output).toContain("late: 4 revoked of 4 planned\n");
    expect([done.code, held()]).toEqual([0, [0, 0, 0, 0]]);
    verifyRecords(names);
    // What each of the runs revoked, the failed, killed and ended ones too, is in the history once.
    const kept = readFileSync(path.join(project.folder, "history.jsonl"), "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const runs = kept.map((line) => JSON.parse(line) as { verb: string; orgs: { revoked: number | null }[] });
    expect(runs.map(({ verb }) => verb)).toEqual(Array(5).fill("up"));
    expect(runs.flatMap(({ orgs }) => orgs).reduce((sum, { revoked }) => sum + (revoked ?? 0), 0)).toBe(16);
    // Whoever goes on here by hand has the stack that was selected.
    expect((await project.run("stack", "ls", "--json")).output).toMatch(
      /"name": "simulator",\s+"current": true/,
    );
    expect((await project.cli("fleet", "up", "--out", "again", "--yes")).output).toContain(
      "Nothing is to be revoked in any org.",
    );
  },
);
