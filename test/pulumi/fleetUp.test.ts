import { appendFileSync, cpSync, existsSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readRecord } from "../../src/cli/recordFile.ts";
import { fleetFolder } from "../fleet/fleetFolder.ts";
import { PulumiProject } from "./pulumiRun.ts";

const REFUSED = [{ kind: "status", match: "/services/oauth2/revoke", status: 500 }] as const;

it("sanctioned fleet up updates wave by wave: where the canary fails nothing else is begun, and once it is well all is done", async () => {
  const fleet = await fleetFolder(
    [
      { name: "canary", entry: ["stack: canary", "wave: 0"], options: { faults: REFUSED } },
      { name: "one", entry: ["stack: one"] },
      { name: "two", entry: ["stack: two"] },
    ],
    ["limits: { percent: 100 }"],
  );
  onTestFinished(() => fleet.close());
  // The environment's own login is another org's: no update may take it.
  const project = await PulumiProject.create({
    ...fleet.env,
    SF_ACCESS_TOKEN: "00Dnobody!token",
    SF_ORG_INSTANCE_URL: "http://127.0.0.1:9",
  });
  onTestFinished(() => project.remove());
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

  const failed = await project.cli("fleet", "up", "--out", "plans", "--yes");
  expect(failed.output).toMatch(/canary: FAILED, 0 revoked of 4 planned.*\n/);
  expect(failed.output).toContain("one: not begun: canary failed\ntwo: not begun: canary failed\n");
  expect([failed.code, calls("one"), calls("two"), held()]).toEqual([1, 0, 0, [4, 4, 4]]);

  fleet.orgs.get("canary")!.setFaults([]);
  const done = await project.cli("fleet", "up", "--plans", "plans", "--yes");
  expect(done.output).toContain("canary: 4 revoked of 4 planned\n");
  expect(done.output).toContain("one: 4 revoked of 4 planned\n");
  expect([done.code, held()]).toEqual([0, [0, 0, 0]]);
  for (const name of names) {
    const file = path.join(project.folder, `.sanctioned/audit-${fleet.ids.get(name)}.jsonl`);
    expect(existsSync(file)).toBe(true);
    expect(readRecord(file, {}).verification.problems).toEqual([]);
  }
  // Whoever goes on here by hand has the stack that was selected.
  expect((await project.run("stack", "ls", "--json")).output).toMatch(
    /"name": "simulator",\s+"current": true/,
  );
  expect((await project.cli("fleet", "up", "--out", "again", "--yes")).output).toContain(
    "Nothing is to be revoked in any org.",
  );
});
