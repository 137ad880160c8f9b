import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FleetFolder, fleetFolder } from "../../fleet/fleetFolder.ts";
import { ForgeStandIn, TOKEN } from "../../forge/standIn.ts";
import { sanctioned } from "../run.ts";

let made: FleetFolder;
let forge: ForgeStandIn;
const fleet = (...args: string[]) =>
  sanctioned(["fleet", ...args], { ...made.env, ...github() }, made.folder);
const github = () => ({ GITHUB_API_URL: forge.url, GITHUB_REPOSITORY: "dieppe/org", GITHUB_TOKEN: TOKEN });

beforeAll(async () => {
  made = await fleetFolder(
    [
      { name: "keeps", policy: "version: 1\nunlisted: report\napps: []\n" },
      { name: "revokes" },
      { name: "gone", options: null },
    ],
    ["limits: { percent: 100 }"],
  );
  forge = await new ForgeStandIn().start();
});
afterAll(async () => {
  await forge.stop();
  await made.close();
});

it("sanctioned fleet list --app says where an app is connected, and an org that is not read is unknown", async () => {
  const { code, stdout, stderr } = await fleet("list", "--app", "old tool");
  expect([code, stderr]).toEqual([1, ""]);
  expect(stdout).toMatch(/^Not read, and so unknown:\n {2}gone: .*\[host-not-reachable\]\n/);
  expect(stdout.trimEnd().split("\n").at(-1)).toBe(
    "old tool: connected in 2 of 3 orgs, 2 grants; no grant counted in 0; unknown in 1.",
  );
  expect(await fleet("list", "--app", "Old Tool", "--only", "keeps", "--format", "csv")).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/\nkeeps,.*,connected,Old Tool,.*\nrevokes,,,not-selected,/),
  });
});

describe("from one folder of plans", () => {
  beforeAll(async () => {
    made.write("before/policy/revokes.yaml", "version: 1\nunlisted: report\napps: []\n");
    const { code } = await fleet("plan", "--base", "before", "--out", "plans");
    expect(code).toBe(1);
  });

  it("sanctioned fleet comment posts one comment, and a failure replaces it", async () => {
    const post = (...args: string[]) => fleet("comment", ...args, "--post", "github", "--pull-request", "12");
    const first = await post("--plans", "plans");
    expect([first.code, first.stdout, first.stderr]).toEqual([1, "Comment created.\n", ""]);
    expect(forge.comments[0]!.body).toContain("⛔ **1 of 3 orgs could not be judged.**");
    expect(forge.comments[0]!.body).toMatch(/^\| revokes \| revokes \| 4 \|/m);
    writeFileSync(`${made.folder}/output.txt`, "orgs.yaml:3: unknown key");
    expect(await post("--failed", "output.txt")).toMatchObject({ code: 0, stdout: "Comment updated.\n" });
    expect(forge.comments).toHaveLength(1);
    expect(forge.comments[0]!.body).toContain("⛔ **The preview failed.**");
  });

  it("sanctioned fleet issue keeps one issue, which a run over some orgs never closes", async () => {
    const issue = (...args: string[]) => fleet("issue", ...args, "--post", "github");
    expect(await issue("--plans", "plans")).toMatchObject({ code: 1, stdout: "Issue: opened.\n" });
    expect(forge.issues).toMatchObject([
      { title: "Connected users: 2 of 3 orgs break their policies, 1 org could not be judged" },
    ]);
    made.write("policy/keeps.yaml", `version: 1\nunlisted: revoke\nplatformApps: revoke\napps:\n${LISTED}`);
    const some = await issue("--only", "keeps");
    expect([some.code, some.stdout]).toEqual([
      0,
      "Issue: left as it is, since 2 orgs of orgs.yaml were not judged.\n",
    ]);
    expect(forge.issues).toMatchObject([{ isOpen: true }]);
  });

  it("sanctioned fleet report writes each format from it, and exits as the worst org does", async () => {
    const { code, stdout } = await fleet(
      "report",
      "--plans",
      "plans",
      "--format",
      "csv",
      "--out",
      "fleet.csv",
    );
    expect([code, stdout]).toEqual([1, ""]);
    const rows = parse(readFileSync(`${made.folder}/fleet.csv`), { columns: true, bom: true }) as {
      org: string;
      result: string;
    }[];
    expect([...new Set(rows.map(({ org, result }) => `${org} ${result}`))]).toEqual([
      "keeps reports",
      "revokes revokes",
      "gone unreachable",
    ]);
  });

  it("a folder that is not whole is reported on by nobody", async () => {
    rmSync(`${made.folder}/plans/fleet.json`);
    for (const verb of ["comment", "issue", "report"]) {
      const { code, stdout, stderr } = await fleet(verb, "--plans", "plans");
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/fleet\.json is not there.*\[plans-folder-not-whole\]\n$/);
    }
  });
});

/** Every app of the small org. */
const LISTED = ["Payroll & <Co>", "Dialer", "Partner Portal", "Old Tool"]
  .map((name) => `  - { name: "${name}", users: { everyone: true } }\n`)
  .join("");
