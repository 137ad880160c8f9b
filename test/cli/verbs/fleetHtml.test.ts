import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { historyOf } from "../../../src/fleet/history/history.ts";
import { type FleetFolder, fleetFolder } from "../../fleet/fleetFolder.ts";
import { sanctioned } from "../run.ts";

let fleet: FleetFolder;
beforeAll(async () => {
  fleet = await fleetFolder([{ name: "index" }, { name: "gone", options: null }], ["history: runs.sqlite"]);
});
afterAll(() => fleet.close());

const inFolder = (name: string) => path.join(fleet.folder, name);
const report = (...more: string[]) =>
  sanctioned(["fleet", "report", "--format", "html", "--orgs", inFolder("orgs.yaml"), ...more], fleet.env);
/** What stands in the folder beside what the test put there. */
const leftovers = () => readdirSync(fleet.folder).filter((name) => name.startsWith("."));

it("the report is a folder with the fleet's page and each judged org's own, and its run is in the trend", async () => {
  const { code, stdout } = await report("--out", inFolder("report"));
  expect([code, stdout]).toEqual([1, ""]);
  expect(readdirSync(inFolder("report"), { recursive: true }).sort()).toEqual([
    "index.html",
    "orgs",
    "orgs/index.html",
  ]);
  expect(statSync(inFolder("report/orgs/index.html")).mode & 0o777).toBe(0o600);
  const page = readFileSync(inFolder("report/index.html"), "utf8");
  expect(page).toContain('<a href="orgs/index.html">index</a>');
  expect(page).toContain("1 of 2 orgs could not be judged");
  expect(page).toContain("From 1 run on record.");
  const own = readFileSync(inFolder("report/orgs/index.html"), "utf8");
  expect(own).toContain('<a href="../index.html">all orgs</a>');
  expect(own).toContain("Connected users of Org index");
  expect((await historyOf(inFolder("runs.sqlite"))).read().runs).toMatchObject([{ verb: "report" }]);
  expect(leftovers()).toEqual([]);
});

it("a folder of plans is reported on as one file, without an org being read, and its run is not kept again", async () => {
  await sanctioned(["fleet", "plan", "--orgs", inFolder("orgs.yaml"), "--out", inFolder("plans")], fleet.env);
  const before = fleet.orgs.get("index")?.requests.length;
  expect((await report("--plans", inFolder("plans"), "--out", inFolder("one.html"))).code).toBe(1);
  const page = readFileSync(inFolder("one.html"), "utf8");
  expect(page).toContain("From 2 runs on record.");
  expect(page).not.toContain('href="orgs/');
  expect(fleet.orgs.get("index")?.requests.length).toBe(before);
  expect((await historyOf(inFolder("runs.sqlite"))).read().runs).toHaveLength(2);
  expect(leftovers()).toEqual([]);
});

it("what is there is never written over, be it an empty folder", async () => {
  mkdirSync(inFolder("empty"));
  const { code, stderr } = await report("--out", inFolder("empty"));
  expect([code, stderr]).toEqual([1, expect.stringContaining("already exists")]);
  expect(readdirSync(inFolder("empty"))).toEqual([]);
  expect(leftovers()).toEqual([]);
  expect(existsSync(inFolder("empty/index.html"))).toBe(false);
});
