import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { historyOf } from "../../../src/fleet/history/history.ts";
import { type FleetFolder, fleetFolder } from "../../fleet/fleetFolder.ts";
import { sanctioned } from "../run.ts";

let fleet: FleetFolder;
beforeAll(async () => {
  fleet = await fleetFolder([{ name: "one" }, { name: "gone", options: null }], ["history: kept/runs.jsonl"]);
});
afterAll(() => fleet.close());

const inFolder = (name: string) => path.join(fleet.folder, name);
const plan = (...more: string[]) =>
  sanctioned(["fleet", "plan", "--orgs", inFolder("orgs.yaml"), "--only", "one", ...more], fleet.env);

it("a run that judges is kept where the file of the orgs says, in counts that name nobody", async () => {
  const { code } = await sanctioned(["fleet", "plan", "--orgs", inFolder("orgs.yaml")], fleet.env);
  expect(code).toBe(1);
  const { runs } = (await historyOf(inFolder("kept/runs.jsonl"))).read();
  expect(runs).toMatchObject([
    {
      verb: "plan",
      orgs: [
        { name: "one", id: fleet.ids.get("one"), status: "revokes", seen: { revocations: 4 }, revoked: null },
        { name: "gone", status: "unreachable", seen: null, revoked: null },
      ],
    },
  ]);
  // Neither users, nor apps, nor what an org calls itself.
  expect(readFileSync(inFolder("kept/runs.jsonl"), "utf8")).not.toMatch(/@|example|Org one|Notetaker/);
});

it("a run by other policies, or at another time, is a question, and is not kept", async () => {
  const before = readFileSync(inFolder("kept/runs.jsonl"), "utf8");
  expect((await plan("--base", inFolder("policy"))).code).toBe(3);
  const { stderr } = await plan("--as-of", "2026-12-31", "--history", inFolder("other.jsonl"));
  expect(stderr).toContain("cannot be used with");
  expect(readFileSync(inFolder("kept/runs.jsonl"), "utf8")).toBe(before);
  expect(existsSync(inFolder("other.jsonl"))).toBe(false);
});

it("a file that is no history is refused before an org is read", async () => {
  const before = fleet.orgs.get("one")?.requests.length;
  const { code, stdout, stderr } = await plan("--history", inFolder("orgs.yaml"));
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("holds something else. Nothing was added to it.");
  expect(fleet.orgs.get("one")?.requests.length).toBe(before);
});
