import { execFileSync } from "node:child_process";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type LocalOrg, startLocalOrg } from "salesforce-local-org";
import { dieppeTrading } from "salesforce-local-org/orgs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sanctioned } from "../run.ts";

let org: LocalOrg;
let env: Record<string, string>;
let folder: string;

beforeAll(async () => {
  org = await startLocalOrg({ org: dieppeTrading(), readOnly: true });
  env = { SF_ORG_INSTANCE_URL: org.url, SF_ACCESS_TOKEN: org.accessToken };
  folder = mkdtempSync(path.join(tmpdir(), "sanctioned-report-"));
  const { code, stderr } = await sanctioned(
    [
      "report",
      "--format",
      "json",
      "--out",
      inFolder("first.json"),
      "--save-inventory",
      inFolder("inventory.json"),
    ],
    env,
  );
  expect([code, stderr]).toEqual([0, ""]);
  // They name people.
  for (const name of readdirSync(folder)) expect(statSync(inFolder(name)).mode & 0o777).toBe(0o600);
});
afterAll(async () => {
  expect(org.writes).toEqual([]); // a report changes nothing
  await org.close();
  rmSync(folder, { recursive: true });
});

const inFolder = (name: string) => path.join(folder, name);
const NO_RECORD = ["--audit", import.meta.filename]; // a file without a line of a record

describe("sanctioned report", () => {
  it("of the org: what needs a decision, what would be revoked, and why the list is complete", async () => {
    const { code, stdout, stderr } = await sanctioned(["report", "--detailed-exitcode"], env);
    expect([code, stderr]).toEqual([2, ""]);
    expect(stdout).toContain("\n12 grants of 448 are to be revoked.\n");
    expect(stdout).toMatch(
      /Needs a decision\n.*\n.*\n +Bob's Lead Scoring Tool +12 +12 +2023-05-04 +2024-01-17/,
    );
    expect(stdout).toMatch(/^ +Outlook Plugin +240 +250 /m);
    expect(stdout).toContain("All 448 grants that the org counted before and after");
  });

  it("of a saved inventory or a saved report the same, without the org", async () => {
    const saved = await sanctioned(["report", "--inventory", inFolder("inventory.json"), "--format", "json"]);
    expect(JSON.parse(saved.stdout).plan).toMatchObject({
      revocations: { length: 12 },
      inventory: { grants: 448 },
      asOf: JSON.parse(saved.stdout).plan.inventory.proof.at,
    });
    const first = JSON.parse(readFileSync(inFolder("first.json"), "utf8"));
    const again = await sanctioned(["report", "--plan", inFolder("first.json"), "--format", "json"]);
    expect(JSON.parse(again.stdout)).toEqual(first);
    const planned = await sanctioned(["plan", "--inventory", inFolder("inventory.json")]);
    expect([planned.code, planned.stdout.includes("12 revocations, by app and reason:")]).toEqual([0, true]);
    const explained = await sanctioned([
      ...["explain", "--inventory", inFolder("inventory.json")],
      ...["--user", "ada.weber@dieppe.example", "--app", "Bob's Lead Scoring Tool"],
    ]);
    expect([explained.code, explained.stdout.includes("app not listed")]).toEqual([0, true]);
  });

  it("of a plan with all its rows", async () => {
    const plan = inFolder("plan.json");
    await sanctioned(["plan", "--all", "--inventory", inFolder("inventory.json"), "--out", plan]);
    const { code, stdout } = await sanctioned(["report", "--plan", plan, "--format", "markdown"]);
    expect([code, stdout.startsWith("# Connected users of Dieppe Trading\n")]).toEqual([0, true]);
  });

  it("says what changed since an earlier report, and since a day", async () => {
    const since = await sanctioned([
      "report",
      "--plan",
      inFolder("first.json"),
      "--since",
      inFolder("first.json"),
    ]);
    expect(since.stdout).toMatch(
      /What changed since 20\d\d-\d\d-\d\d\n {2}0 new apps, .*, 0 gone\. What a user holds of one app counts as one grant here\.\n {2}Nothing\./,
    );
    const day = await sanctioned(["report", "--plan", inFolder("first.json"), "--since", "2026-07-01"]);
    expect(day.stdout).toMatch(/What changed since 2026-07-01\n {2}\d+ new apps?, .*\n(.*\n)+? +new user /);
  });

  it("says what to do the first time, when there is no earlier report", async () => {
    for (const since of [inFolder("2026-10.json"), "yesterday"]) {
      const { code, stderr } = await sanctioned([
        "report",
        "--plan",
        inFolder("first.json"),
        "--since",
        since,
      ]);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining("The first time there is none: leave --since out"),
      ]);
      expect(stderr).toContain(`${since} is not there, and it is no day such as`);
    }
    const earlier = await sanctioned(["report", "--plan", inFolder("first.json"), "--earlier", "2026-10-01"]);
    expect(earlier.stderr).toMatch(/^The earlier report 2026-10-01 is not there\. .* leave --earlier out/);
  });

  it("in the edition that is signed, with a trend, and refuses what is of a page alone", async () => {
    const earlier = inFolder("earlier.json");
    const args = ["report", "--inventory", inFolder("inventory.json")];
    await sanctioned([...args, "--as-of", "2026-10-01", "--format", "json", "--out", earlier]);
    const audit = await sanctioned([
      ...["report", "--plan", inFolder("first.json"), "--format", "html", "--edition", "audit", "--annex"],
      ...["--earlier", earlier, inFolder("first.json")],
    ]);
    expect([audit.code, audit.stderr]).toEqual([0, ""]);
    expect(audit.stdout).toMatch(
      /Access review: connected users of Dieppe Trading.*2026-10-01.*Annex: all 448/s,
    );
    const refused = await sanctioned(["report", "--plan", inFolder("first.json"), "--edition", "audit"]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("Add `--format html`")]);
  });

  it("redacted names nobody", async () => {
    const args = ["report", "--plan", inFolder("first.json"), "--redact", "users"];
    for (const format of ["markdown", "html", "csv", "sarif"]) {
      const { code, stdout } = await sanctioned([...args, "--format", format]);
      expect([code, /@dieppe\.example|Weber/.test(stdout)]).toEqual([0, false]);
    }
  });

  it("an audit record that is not whole is said to be so", async () => {
    const { stdout } = await sanctioned(["report", "--plan", inFolder("first.json"), ...NO_RECORD]);
    expect(stdout).toContain(
      "The record is not whole: it was changed or cut off (`sanctioned audit verify` says where)",
    );
  });

  it.each<[mistake: string, args: () => string[], message: RegExp]>([
    [
      "a file that is not there",
      () => ["--plan", "nowhere.json"],
      /^The plan nowhere\.json does not exist\. Check the path\. \[file-not-found\]\n$/,
    ],
    [
      "a pipe, which would never end",
      () => {
        execFileSync("mkfifo", [inFolder("pipe.json")]);
        return ["--plan", inFolder("pipe.json")];
      },
      /^The plan .*pipe\.json is not a regular file\. Check what it is and who may read it\. \[file-not-readable\]\n$/,
    ],
    ["a device, which has no end", () => ["--plan", "/dev/zero"], /is not a regular file/],
    [
      "3 GB",
      () => {
        writeFileSync(inFolder("huge.json"), "");
        truncateSync(inFolder("huge.json"), 3 * 1024 ** 3);
        return ["--plan", inFolder("huge.json")];
      },
      /is larger than 500 MiB/,
    ],
    [
      "a plan without its rows",
      () => {
        const { rows, apps, users, exemptions, ...bare } = JSON.parse(
          readFileSync(inFolder("first.json"), "utf8"),
        ).plan;
        writeFileSync(inFolder("bare.json"), JSON.stringify(bare));
        return ["--plan", inFolder("bare.json")];
      },
      /bare\.json holds no grants, only their counts\. Name a file that .* wrote\. \[report-without-grants\]\n$/,
    ],
    [
      "a report that was changed",
      () => {
        writeFileSync(
          inFolder("changed.json"),
          readFileSync(inFolder("first.json"), "utf8").replace("ada.weber", "eve.weber"),
        );
        return ["--plan", inFolder("changed.json")];
      },
      /changed\.json was changed after it was written\. /,
    ],
    [
      "a period that has not begun",
      () => ["--plan", inFolder("first.json"), "--since", "2999-01-01"],
      /^--since is later than the time of this report, /,
    ],
    [
      "a day that is none",
      () => ["--plan", inFolder("first.json"), "--since", "2026-13-01"],
      /^--since is not a time\. Write a day of the calendar or a time in UTC, as 2027-01-31 or /,
    ],
    [
      "an earlier report that is redacted",
      () => {
        const other = JSON.parse(readFileSync(inFolder("first.json"), "utf8"));
        other.redacted = true;
        writeFileSync(inFolder("redacted.json"), JSON.stringify(other));
        return ["--plan", inFolder("first.json"), "--since", inFolder("redacted.json")];
      },
      /^The report .*redacted\.json is redacted\. Name one with its users\. \[report-redacted\]\n$/,
    ],
    [
      "both an org's and a saved plan's options",
      () => ["--plan", inFolder("first.json"), "--as-of", "2026-01-01"],
      /cannot be used with option/,
    ],
    [
      "a report that is there already",
      () => ["--plan", inFolder("first.json"), "--out", inFolder("first.json")],
      /first\.json already exists\. Remove it, or name another with --out\. \[file-exists\]\n$/,
    ],
  ])("%s is one clear error", async (_, args, message) => {
    const { code, stdout, stderr } = await sanctioned(["report", ...args()]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
